import type { RuntimeErrorCode } from '../error.ts';
import type { CounterName } from './counters.ts';

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
}
