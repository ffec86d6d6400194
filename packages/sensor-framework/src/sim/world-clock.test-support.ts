import type { WorldClock } from '@kanchi/hal';

interface Scheduled {
  readonly timeNs: bigint;
  readonly order: number;
  readonly action: () => void;
}

/** A world clock that moves only when a test says so. */
export class SteppedWorldClock implements WorldClock {
  readonly #wallStartNs: bigint;
  readonly #scheduled = new Set<Scheduled>();
  #nowNs = 0n;
  #order = 0;

  constructor(wallStartNs = 0n) {
    this.#wallStartNs = wallStartNs;
  }

  nowNs(): bigint {
    return this.#nowNs;
  }

  wallNs(): bigint {
    return this.#wallStartNs + this.#nowNs;
  }

  waitUntil(deadlineNs: bigint): void {
    if (deadlineNs > this.#nowNs) this.spend(deadlineNs - this.#nowNs);
  }

  schedule(timeNs: bigint, action: () => void): () => void {
    const entry = { timeNs, order: this.#order, action };
    this.#order += 1;
    this.#scheduled.add(entry);
    return () => this.#scheduled.delete(entry);
  }

  nextDueNs(): bigint | undefined {
    return this.#next()?.timeNs;
  }

  runDue(): void {
    this.spend(0n);
  }

  spend(durationNs: bigint): void {
    const endNs = this.#nowNs + durationNs;
    for (let next = this.#next(); next !== undefined && next.timeNs <= endNs; next = this.#next()) {
      this.#scheduled.delete(next);
      if (next.timeNs > this.#nowNs) this.#nowNs = next.timeNs;
      next.action();
    }
    this.#nowNs = endNs;
  }

  #next(): Scheduled | undefined {
    return [...this.#scheduled].sort((a, b) =>
      a.timeNs === b.timeNs ? a.order - b.order : a.timeNs < b.timeNs ? -1 : 1,
    )[0];
  }
}
