import type { WorldClock } from '../contract/clock.ts';
import { NS_PER_MS } from '../units.ts';
import { ActionQueue, checkActionCount, MAX_SCHEDULED_ACTIONS } from './action-queue.ts';

export interface RealTimeClockOptions {
  /**
   * Ends waits early: another thread does `Atomics.add(wake, wakeIndex, 1)` and then `Atomics.notify(wake, wakeIndex)`.
   * A wake between two waits is not lost: the next wait returns at once. Must lie in a SharedArrayBuffer.
   */
  readonly wake?: Int32Array;
  /** Default 0. */
  readonly wakeIndex?: number;
  /** Actions that may wait at the same time; more is HAL_LIMIT_REACHED. Default MAX_SCHEDULED_ACTIONS. */
  readonly maxScheduledActions?: number;
}

/** Shorter than this a sleep would end later than it is long (measured: about 0.1 ms late), so it is owed instead. */
const SHORTEST_SLEEP_NS = NS_PER_MS / 5n;

/**
 * Real time for simulated hardware: `process.hrtime.bigint()` and `Date`. `waitUntil` blocks the thread until the
 * deadline, the next scheduled action or a wake, whichever is first, and runs what is due. Time spent on simulated
 * buses is kept as an absolute target, so that many short transfers take their sum and not their sum of lateness.
 */
export class RealTimeClock implements WorldClock {
  readonly #queue: ActionQueue;
  readonly #wake: Int32Array;
  readonly #wakeIndex: number;
  readonly #sleep = new Int32Array(new SharedArrayBuffer(4));
  #wakesSeen: number;
  #spentUntilNs = 0n;

  constructor(options: RealTimeClockOptions = {}) {
    this.#queue = new ActionQueue(options.maxScheduledActions ?? MAX_SCHEDULED_ACTIONS);
    this.#wake = options.wake ?? new Int32Array(new SharedArrayBuffer(4));
    this.#wakeIndex = options.wakeIndex ?? 0;
    this.#wakesSeen = Atomics.load(this.#wake, this.#wakeIndex);
  }

  nowNs(): bigint {
    return process.hrtime.bigint();
  }

  wallNs(): bigint {
    return BigInt(Date.now()) * NS_PER_MS;
  }

  /** Blocks. Returns early after a wake or after a scheduled action ran. */
  waitUntil(deadlineNs: bigint): void {
    const dueNs = this.#queue.nextTimeNs;
    const untilNs = dueNs !== undefined && dueNs < deadlineNs ? dueNs : deadlineNs;
    const remainingNs = untilNs - this.nowNs();
    if (remainingNs > 0n) {
      Atomics.wait(this.#wake, this.#wakeIndex, this.#wakesSeen, Number(remainingNs) / 1e6);
      this.#wakesSeen = Atomics.load(this.#wake, this.#wakeIndex);
    }
    this.runDue();
  }

  /** Throws HAL_LIMIT_REACHED when too many actions wait. */
  schedule(timeNs: bigint, action: () => void): () => void {
    return this.#queue.add(timeNs, action);
  }

  nextDueNs(): bigint | undefined {
    return this.#queue.nextTimeNs;
  }

  runDue(): void {
    if (this.#queue.nextTimeNs === undefined) return;
    const nowNs = this.nowNs();
    let count = 0;
    for (let dueNs = this.#queue.nextTimeNs; dueNs !== undefined; dueNs = this.#queue.nextTimeNs) {
      if (dueNs > nowNs) return;
      count += 1;
      checkActionCount(count);
      this.#queue.runNext();
    }
  }

  /** Blocks for the time that is owed, once it is long enough to sleep for. */
  spend(durationNs: bigint): void {
    const startNs = this.nowNs();
    const fromNs = this.#spentUntilNs > startNs - SHORTEST_SLEEP_NS ? this.#spentUntilNs : startNs;
    this.#spentUntilNs = fromNs + durationNs;
    let remainingNs = this.#spentUntilNs - startNs;
    while (remainingNs > SHORTEST_SLEEP_NS) {
      const dueNs = this.#queue.nextTimeNs;
      let sleepNs = remainingNs;
      if (dueNs !== undefined && dueNs < this.#spentUntilNs) sleepNs = dueNs - this.nowNs();
      // A private cell: a wake meant for `waitUntil` neither ends this sleep nor is swallowed by it.
      if (sleepNs > 0n) Atomics.wait(this.#sleep, 0, 0, Number(sleepNs) / 1e6);
      this.runDue();
      remainingNs = this.#spentUntilNs - this.nowNs();
    }
    this.runDue();
  }
}
