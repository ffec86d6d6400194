import { shorter } from './durations.ts';
import { LATENESS_OCTAVES, LATENESS_STEPS_PER_OCTAVE } from './limits.ts';

/** How late things began; only lateness above 0 counts as late. */
export interface LatenessSnapshot {
  readonly lateCount: number;
  readonly maximumLatenessNs: bigint;
  readonly totalLatenessNs: bigint;
  /**
   * At most half, and at most one in a hundred, were later than this; those in time count as well. Upper bounds, at most
   * 1 / LATENESS_STEPS_PER_OCTAVE above the true value, and never above the maximum.
   */
  readonly medianLatenessNs: bigint;
  readonly p99LatenessNs: bigint;
}

/** Counts of one size, whatever it records: logarithmic steps, each octave in equal parts. */
export class LatenessCounter {
  #lateCount = 0;
  #maximumNs = 0n;
  #totalNs = 0n;
  #inTimeCount = 0;
  /** Made when something is late for the first time. */
  #counts: Uint32Array | undefined;

  record(latenessNs: bigint): void {
    if (latenessNs <= 0n) {
      this.#inTimeCount += 1;
      return;
    }
    this.#lateCount += 1;
    this.#totalNs += latenessNs;
    if (latenessNs > this.#maximumNs) this.#maximumNs = latenessNs;
    this.#counts ??= new Uint32Array(LAST_STEP + 1);
    const step = stepOf(Number(latenessNs));
    this.#counts[step] = (this.#counts[step] as number) + 1;
  }

  snapshot(): LatenessSnapshot {
    return {
      lateCount: this.#lateCount,
      maximumLatenessNs: this.#maximumNs,
      totalLatenessNs: this.#totalNs,
      medianLatenessNs: this.#percentileNs(0.5),
      p99LatenessNs: this.#percentileNs(0.99),
    };
  }

  #percentileNs(share: number): bigint {
    const within = Math.ceil(share * (this.#inTimeCount + this.#lateCount));
    let counted = this.#inTimeCount;
    if (counted >= within) return 0n;
    for (const [step, count] of (this.#counts ?? []).entries()) {
      counted += count;
      if (counted >= within && step < LAST_STEP)
        return shorter(BigInt(Math.ceil(endOf(step))), this.#maximumNs);
    }
    return this.#maximumNs;
  }
}

const LAST_STEP = LATENESS_OCTAVES * LATENESS_STEPS_PER_OCTAVE - 1;

/** The step that a lateness falls into; what is longer than all of them falls into the last. */
function stepOf(latenessNs: number): number {
  const octave = Math.floor(Math.log2(latenessNs));
  if (octave >= LATENESS_OCTAVES) return LAST_STEP;
  const within = Math.floor((latenessNs / 2 ** octave - 1) * LATENESS_STEPS_PER_OCTAVE);
  return octave * LATENESS_STEPS_PER_OCTAVE + within;
}

function endOf(step: number): number {
  const octave = Math.floor(step / LATENESS_STEPS_PER_OCTAVE);
  const within = step % LATENESS_STEPS_PER_OCTAVE;
  return 2 ** octave * (1 + (within + 1) / LATENESS_STEPS_PER_OCTAVE);
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
