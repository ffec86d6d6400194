import { ActionQueue, checkActionCount, MAX_SCHEDULED_ACTIONS } from '../clock/action-queue.ts';
import type { WorldClock } from '../contract/clock.ts';
import { HalError } from '../error.ts';

export interface VirtualClockOptions {
  /** Wall time at the start, nanoseconds since 1970-01-01T00:00:00Z. Default 0. */
  readonly wallStartNs?: bigint;
  /** Actions that may wait at the same time; more is HAL_LIMIT_REACHED. Default MAX_SCHEDULED_ACTIONS. */
  readonly maxScheduledActions?: number;
}

/**
 * Time that moves only when somebody waits or spends it: hours pass in milliseconds, and two runs are equal. Starts at
 * 0. `waitUntil` goes to the next scheduled action, runs what is due there and returns, so that the caller looks at its
 * condition; with nothing scheduled it goes straight to the deadline. Nothing blocks.
 */
export class VirtualClock implements WorldClock {
  readonly #queue: ActionQueue;
  readonly #wallStartNs: bigint;
  #nowNs = 0n;

  constructor(options: VirtualClockOptions = {}) {
    this.#queue = new ActionQueue(options.maxScheduledActions ?? MAX_SCHEDULED_ACTIONS);
    this.#wallStartNs = options.wallStartNs ?? 0n;
  }

  nowNs(): bigint {
    return this.#nowNs;
  }

  wallNs(): bigint {
    return this.#wallStartNs + this.#nowNs;
  }

  /** Actions that are scheduled now. */
  scheduledCount(): number {
    return this.#queue.size;
  }

  waitUntil(deadlineNs: bigint): void {
    const dueNs = this.#queue.nextTimeNs;
    if (dueNs !== undefined && dueNs <= deadlineNs) {
      if (dueNs > this.#nowNs) this.#nowNs = dueNs;
      this.runDue();
      return;
    }
    if (deadlineNs > this.#nowNs) this.#nowNs = deadlineNs;
  }

  /** Throws HAL_LIMIT_REACHED when too many actions wait. */
  schedule(timeNs: bigint, action: () => void): () => void {
    return this.#queue.add(timeNs, action);
  }

  nextDueNs(): bigint | undefined {
    return this.#queue.nextTimeNs;
  }

  /** Throws HAL_LIMIT_REACHED when actions keep scheduling actions for the same instant. */
  runDue(): void {
    let count = 0;
    for (let dueNs = this.#queue.nextTimeNs; dueNs !== undefined; dueNs = this.#queue.nextTimeNs) {
      if (dueNs > this.#nowNs) return;
      count += 1;
      checkActionCount(count);
      this.#queue.runNext();
    }
  }

  /** Throws HAL_BAD_ARGUMENT for a negative duration. */
  spend(durationNs: bigint): void {
    if (durationNs < 0n) {
      throw new HalError('HAL_BAD_ARGUMENT', `cannot spend ${durationNs} ns: time never goes back`);
    }
    this.advanceTo(this.#nowNs + durationNs);
  }

  /** Goes to `timeNs`, running what falls due on the way; a time that has passed only runs what is due. */
  advanceTo(timeNs: bigint): void {
    for (let dueNs = this.#queue.nextTimeNs; dueNs !== undefined; dueNs = this.#queue.nextTimeNs) {
      if (dueNs > timeNs && dueNs > this.#nowNs) break;
      if (dueNs > this.#nowNs) this.#nowNs = dueNs;
      this.runDue();
    }
    if (timeNs > this.#nowNs) this.#nowNs = timeNs;
  }
}
