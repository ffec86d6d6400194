/** How late things began; only lateness above 0 counts as late. */
export interface LatenessSnapshot {
  readonly lateCount: number;
  readonly maximumLatenessNs: bigint;
  readonly totalLatenessNs: bigint;
}

export class LatenessCounter {
  #lateCount = 0;
  #maximumNs = 0n;
  #totalNs = 0n;

  record(latenessNs: bigint): void {
    if (latenessNs <= 0n) return;
    this.#lateCount += 1;
    this.#totalNs += latenessNs;
    if (latenessNs > this.#maximumNs) this.#maximumNs = latenessNs;
  }

  snapshot(): LatenessSnapshot {
    return {
      lateCount: this.#lateCount,
      maximumLatenessNs: this.#maximumNs,
      totalLatenessNs: this.#totalNs,
    };
  }
}

export interface SensorCounters extends LatenessSnapshot {
  readonly clientCount: number;
  /** Reads that began, and how many of them failed. */
  readonly readCount: number;
  readonly failedReadCount: number;
  /** Times at which clients were answered with a reason and the bus was left alone. */
  readonly withoutReadCount: number;
  readonly deliveryCount: number;
  /** Points of clients' grids that passed without a delivery. */
  readonly missedCount: number;
  /** Time that steps of this sensor held its bus. */
  readonly busTimeNs: bigint;
}

export interface ClientCounters extends LatenessSnapshot {
  readonly deliveryCount: number;
  readonly missedCount: number;
}
