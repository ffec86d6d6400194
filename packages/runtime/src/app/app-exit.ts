import { RuntimeError, type RuntimeErrorCode, runtimeErrorTable } from '../error.ts';
import { GuestTrap } from '../guest/guest-trap.ts';
import type { CounterName } from './counters.ts';

/** Exit codes are a byte for the shell (POSIX `exit()`). */
export const EXIT_CODE_MASK = 0xff;

/**
 * How an app ended.
 * - `completed`: it returned or exited by itself; `exitCode` is its own.
 * - `stopped`: it ended after it was asked to stop.
 * - `failed`: it said that it cannot go on (`on_init` returned an error), or it could not be started.
 * - `trapped`: it broke: unreachable, out of bounds, stack overflow, a broken host call.
 * - `terminated`: it did not end in time and its thread was ended.
 */
export type AppExitReason = 'completed' | 'stopped' | 'failed' | 'trapped' | 'terminated';

export interface AppExit {
  readonly reason: AppExitReason;
  /** For the shell: 0 when all is well. */
  readonly exitCode: number;
  /** One line for people; undefined when there is nothing to say. */
  readonly message: string | undefined;
  readonly code: RuntimeErrorCode | undefined;
  /** Stack of the failure, for `--debug`. */
  readonly stack: string | undefined;
  readonly counters: Readonly<Record<CounterName, number>>;
  /** Refusals that were told, with how often each came. Left out when the app's thread could not say: `counters.denials` can. */
  readonly refusals?: readonly RefusalCount[];
  /**
   * Of an app in a thread of its own that was stopped, where that is asked for (`WorkerExecutorOptions.timesStop`): when it looked for the request in vain for the last time, and when it found it,
   * monotonic ns.
   */
  readonly stopBetweenNs?: readonly [bigint, bigint];
}

/** A refusal as it was told, and how often its rule refused. */
export interface RefusalCount {
  readonly text: string;
  readonly count: number;
}

/** How an app ended, without what was counted meanwhile. */
export type AppOutcome = Omit<AppExit, 'counters' | 'refusals' | 'stopBetweenNs'>;

/** Turns whatever broke the guest's call into an exit. */
export function describeFailure(appName: string, error: unknown): AppOutcome {
  const stack = error instanceof Error ? error.stack : undefined;
  if (error instanceof RuntimeError) {
    const { code, message } = error;
    return { reason: 'failed', exitCode: exitCodeOf(code), code, message, stack };
  }
  const trap = trapText(error);
  const code: RuntimeErrorCode = trap === undefined ? 'KANCHI_INTERNAL' : 'KANCHI_TRAP';
  const message =
    trap === undefined
      ? `app "${appName}": the host failed, which is a fault of Kanchi: ${String(error)}`
      : `app "${appName}" trapped: ${trap}`;
  return {
    reason: trap === undefined ? 'failed' : 'trapped',
    exitCode: exitCodeOf(code),
    code,
    message,
    stack,
  };
}

/** What the guest did, or undefined when the error is not of the guest's making. */
function trapText(error: unknown): string | undefined {
  if (error instanceof GuestTrap) {
    return error.message;
  }
  if (error instanceof WebAssembly.RuntimeError) {
    return error.message;
  }
  if (error instanceof WebAssembly.LinkError) {
    return `it imports something that this host does not have: ${error.message}`;
  }
  // V8 reports a guest that recurses too deep as a RangeError of its own.
  if (error instanceof RangeError && error.message.includes('call stack')) {
    return 'stack overflow';
  }
  return undefined;
}

function exitCodeOf(code: RuntimeErrorCode): number {
  return runtimeErrorTable[code].exitCode;
}
