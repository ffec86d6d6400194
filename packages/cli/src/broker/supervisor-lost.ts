import { writeSync } from 'node:fs';
import type { WorldClock } from '@kanchi/hal';
import { DEFAULT_SUPERVISOR_TIMEOUT_MS } from '@kanchi/hal/remote';
import type { LineLevels } from '../live-line.ts';

/** Each thread that owns hardware has driven its safe levels by then; each notices by itself. */
const GRACE_NS = 2_000_000_000n;
const STANDARD_ERROR = 2;

export interface LostSupervisor {
  readonly clientIds: readonly string[];
  /** What failed while the clients' handles were closed. */
  readonly faults: readonly string[];
  /** After that. */
  readonly levels: LineLevels;
}

/**
 * The main thread hangs: nobody is there to end an app, to print or to obey Ctrl-C. Says so from this thread and ends the
 * process by SIGKILL after the other threads have let go as well, so that a service manager starts it again.
 */
export function endWithoutSupervisor(lost: LostSupervisor, clock: WorldClock): void {
  if (lost.clientIds.length > 0) {
    writeSync(STANDARD_ERROR, `kanchi: KANCHI_SUPERVISOR_STUCK: ${lostSupervisorText(lost)}\n`);
  }
  clock.schedule(clock.nowNs() + GRACE_NS, () => process.kill(process.pid, 'SIGKILL'));
}

export function lostSupervisorText({ clientIds, faults, levels }: LostSupervisor): string {
  const seconds = DEFAULT_SUPERVISOR_TIMEOUT_MS / 1000;
  const apps = clientIds.map((id) => `"${id.replace(/#\d+$/u, '')}"`).join(', ');
  const lines = Object.entries(levels).map(([label, level]) => `${label}=${level}`);
  return [
    `the main thread has not run for ${seconds} s (starved of processor time, or stuck)`,
    `${apps} ${clientIds.length === 1 ? 'was' : 'were'} cut off from the hardware and outputs driven to their safe levels${lines.length === 0 ? '' : ` (now ${lines.join(', ')})`}`,
    ...faults.map((fault) => `this failed: ${fault}`),
    'the process ends now; start it again, under a service manager that does so',
  ].join('; ');
}
