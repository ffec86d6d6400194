import type { AppContext } from '../host-api/app-context.ts';
import { deny } from '../host-api/call-result.ts';
import { type ClockAction, clockPermits, clockRefusal } from '../permission/clock.ts';
import { logPermits, logRefusal } from '../permission/log.ts';

/** Asks the clock grant for a call of another calling convention; a refusal is noted like any other. */
export function mayUseClock(context: AppContext, call: string, action: ClockAction): boolean {
  if (clockPermits(context.grants.clock, action)) {
    return true;
  }
  deny(context, call, clockRefusal(context.grants.clock, action));
  return false;
}

/** Writes to a standard stream under the log grant; a refusal is noted like any other. */
export function writeStandardStream(
  context: AppContext,
  call: string,
  stream: 'output' | 'error',
  bytes: Uint8Array,
): void {
  if (!logPermits(context.grants.log)) {
    deny(context, call, logRefusal(context.grants.log));
  } else if (stream === 'output') {
    context.log.standardOutput(bytes);
  } else {
    context.log.standardError(bytes);
  }
}
