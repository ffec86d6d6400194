import { SensorError } from './error.ts';
import { KeptReading } from './kept-reading.ts';
import type { FailedReading, GoodReading, Reading, ReadingCapture, ReadingReason } from './reading.ts';
import { failedReading, goodReading, readingReasons } from './reading.ts';

/** One quantity that a sensor measures. */
export interface Channel {
  readonly name: string;
  readonly unit: string;
}

export interface ChannelSnapshot {
  readonly channel: string;
  readonly unit: string;
  readonly goodCount: number;
  readonly failureCounts: Readonly<Record<ReadingReason, number>>;
  /** Readings that never arrived, told by gaps in the sequence. */
  readonly lostCount: number;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly lastGood: GoodReading | undefined;
  readonly lastFailure: FailedReading | undefined;
}

/**
 * What is known of one channel: last good, last failure, extremes, counters. Pure, constant size whatever it records.
 */
export class ChannelLog {
  readonly channel: Channel;
  readonly #good = new KeptReading();
  readonly #failure = new KeptReading();
  #failureReason: ReadingReason = 'unavailable';
  #minimum = Number.POSITIVE_INFINITY;
  #maximum = Number.NEGATIVE_INFINITY;
  #goodCount = 0;
  #lostCount = 0;
  readonly #failureCounts: Record<ReadingReason, number>;

  constructor(channel: Channel) {
    this.channel = channel;
    this.#failureCounts = zeroCounts();
  }

  /**
   * Takes the next reading. Throws SENSOR_BAD_READING, and records nothing, when it is of another channel or unit,
   * when its sequence is not above the last one, or when its value is not finite.
   */
  record(reading: Reading): void {
    const lastSequence = Math.max(this.#good.sequence, this.#failure.sequence);
    this.#check(reading, lastSequence);
    if (lastSequence > 0) this.#lostCount += reading.sequence - lastSequence - 1;
    if (reading.reason !== undefined) {
      this.#failureCounts[reading.reason] += 1;
      this.#failureReason = reading.reason;
      this.#failure.keep(reading);
      return;
    }
    this.#goodCount += 1;
    this.#good.keep(reading);
    this.#minimum = Math.min(this.#minimum, reading.value);
    this.#maximum = Math.max(this.#maximum, reading.value);
  }

  /** The newest reading, undefined before the first. */
  get last(): Reading | undefined {
    return this.#failure.sequence > this.#good.sequence ? this.#lastFailure : this.#lastGood;
  }

  /**
   * The newest reading as seen at `nowNs` (monotonic): itself, or a `stale` failure with its capture time when it is a
   * value older than `maximumAgeNs`. Undefined before the first reading.
   */
  current(nowNs: bigint, maximumAgeNs: bigint): Reading | undefined {
    const { last } = this;
    if (last === undefined || last.reason !== undefined) return last;
    return nowNs - last.capturedNs > maximumAgeNs ? failedReading(last, 'stale') : last;
  }

  snapshot(): ChannelSnapshot {
    const hasValue = this.#goodCount > 0;
    return {
      channel: this.channel.name,
      unit: this.channel.unit,
      goodCount: this.#goodCount,
      failureCounts: { ...this.#failureCounts },
      lostCount: this.#lostCount,
      minimum: hasValue ? this.#minimum : undefined,
      maximum: hasValue ? this.#maximum : undefined,
      lastGood: this.#lastGood,
      lastFailure: this.#lastFailure,
    };
  }

  get #lastGood(): GoodReading | undefined {
    const kept = this.#good;
    return kept.sequence === 0 ? undefined : goodReading(this.#capture(kept), kept.value);
  }

  get #lastFailure(): FailedReading | undefined {
    const kept = this.#failure;
    return kept.sequence === 0 ? undefined : failedReading(this.#capture(kept), this.#failureReason);
  }

  #capture({ sequence, capturedNs, capturedWallNs }: KeptReading): ReadingCapture {
    const { name: channel, unit } = this.channel;
    return { channel, sequence, capturedNs, capturedWallNs, unit };
  }

  #check(reading: Reading, lastSequence: number): void {
    const { name, unit } = this.channel;
    if (reading.channel !== name || reading.unit !== unit) {
      throw new SensorError(
        'SENSOR_BAD_READING',
        `a reading of ${reading.channel} in ${reading.unit} was given to the log of ${name} in ${unit}`,
        { channel: name },
      );
    }
    if (reading.sequence <= lastSequence) {
      throw new SensorError(
        'SENSOR_BAD_READING',
        lastSequence === 0
          ? `${name}: sequence ${reading.sequence} is not above 0`
          : `${name}: sequence ${reading.sequence} came after ${lastSequence}`,
        { channel: name, sequence: reading.sequence },
      );
    }
    if (reading.reason === undefined && !Number.isFinite(reading.value)) {
      throw new SensorError('SENSOR_BAD_READING', `${name}: ${reading.value} is not a value`, {
        channel: name,
      });
    }
  }
}

function zeroCounts(): Record<ReadingReason, number> {
  return Object.fromEntries(readingReasons.map((reason) => [reason, 0])) as Record<ReadingReason, number>;
}
