import { type Clock, NS_PER_MS, NS_PER_S } from '@kanchi/hal';
import type { GuestEnding } from '../guest/guest-ending.ts';
import type { AppEvents } from './app-events.ts';
import type { AppLimits } from './app-limits.ts';
import { type AppCounters, counterIndex } from './counters.ts';

const HOST_CALLS = counterIndex.hostCalls;
/** What the trap of an app that goes on after a stop names. */
const CALL = 'a call to the host';

/**
 * Counts the calls of one app to the host, whatever its calling convention, and holds them to `limits.hostCallsPerSecond`: an
 * app that has made so many waits in its own thread until a second is over since the first of them. An error would
 * only make its loop faster. The clock is looked at once for each budget full of calls, so a call costs an addition and a
 * comparison; in any second there are at most twice as many calls as the limit.
 */
export class CallBudget {
  readonly #cells: Float64Array;
  readonly #clock: Clock;
  readonly #events: Pick<AppEvents, 'waitIsInterrupted'>;
  readonly #limits: AppLimits;
  readonly #ending: GuestEnding;
  #windowStartNs: bigint;
  /** The last call, by the counter, that needs no look at the clock. */
  #lastFree: number;

  constructor(options: {
    readonly counters: AppCounters;
    readonly clock: Clock;
    readonly events: Pick<AppEvents, 'waitIsInterrupted'>;
    readonly limits: AppLimits;
    readonly ending: GuestEnding;
  }) {
    this.#cells = options.counters.cells;
    this.#clock = options.clock;
    this.#events = options.events;
    this.#limits = options.limits;
    this.#ending = options.ending;
    this.#windowStartNs = options.clock.nowNs();
    this.#lastFree = options.limits.values.hostCallsPerSecond;
  }

  /** To be called before each call is made. Blocks an app that is over its budget; throws when the guest ends meanwhile. */
  count(): void {
    const calls = (this.#cells[HOST_CALLS] as number) + 1;
    this.#cells[HOST_CALLS] = calls;
    if (calls > this.#lastFree) {
      this.#beginWindow(calls);
    }
  }

  #beginWindow(calls: number): void {
    const { hostCallsPerSecond } = this.#limits.values;
    const endNs = this.#windowStartNs + NS_PER_S;
    const leftNs = endNs - this.#clock.nowNs();
    if (leftNs > 0n) {
      this.#limits.reached(
        'hostCallsPerSecond',
        `it made ${hostCallsPerSecond} calls to the host within a second and waits ${leftNs / NS_PER_MS} ms, until that is over`,
      );
      try {
        while (this.#clock.nowNs() < endNs && !this.#events.waitIsInterrupted(CALL)) {
          this.#clock.waitUntil(endNs);
        }
      } catch (error) {
        throw this.#ending.begin(error);
      }
    }
    this.#windowStartNs = this.#clock.nowNs();
    this.#lastFree = calls - 1 + hostCallsPerSecond;
  }
}
