import { SensorError } from './error.ts';
import type { FailedReading, GoodReading, Reading, ReadingReason } from './reading.ts';
import { failedReading, readingReasons } from './reading.ts';

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
  #last: Reading | undefined;
  #lastGood: GoodReading | undefined;
  #lastFailure: FailedReading | undefined;
  #minimum: number | undefined;
  #maximum: number | undefined;
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
    this.#check(reading);
    const expected = this.#last === undefined ? reading.sequence : this.#last.sequence + 1;
    this.#lostCount += reading.sequence - expected;
    this.#last = reading;
    if (reading.reason !== undefined) {
      this.#failureCounts[reading.reason] += 1;
      this.#lastFailure = reading;
      return;
    }
    this.#goodCount += 1;
    this.#lastGood = reading;
    this.#minimum = this.#minimum === undefined ? reading.value : Math.min(this.#minimum, reading.value);
    this.#maximum = this.#maximum === undefined ? reading.value : Math.max(this.#maximum, reading.value);
  }

  /**
   * The newest reading as seen at `nowNs` (monotonic): itself, or a `stale` failure with its capture time when it is a
   * value older than `maximumAgeNs`. Undefined before the first reading.
   */
  current(nowNs: bigint, maximumAgeNs: bigint): Reading | undefined {
    const last = this.#last;
    if (last === undefined || last.reason !== undefined) return last;
    return nowNs - last.capturedNs > maximumAgeNs ? failedReading(last, 'stale') : last;
  }

  snapshot(): ChannelSnapshot {
    return {
      channel: this.channel.name,
      unit: this.channel.unit,
      goodCount: this.#goodCount,
      failureCounts: { ...this.#failureCounts },
      lostCount: this.#lostCount,
      minimum: this.#minimum,
      maximum: this.#maximum,
      lastGood: this.#lastGood,
      lastFailure: this.#lastFailure,
    };
  }

  #check(reading: Reading): void {
    const { name, unit } = this.channel;
    if (reading.channel !== name || reading.unit !== unit) {
      throw new SensorError(
        'SENSOR_BAD_READING',
        `a reading of ${reading.channel} in ${reading.unit} was given to the log of ${name} in ${unit}`,
        { channel: name },
      );
    }
    if (this.#last !== undefined && reading.sequence <= this.#last.sequence) {
      throw new SensorError(
        'SENSOR_BAD_READING',
        `${name}: sequence ${reading.sequence} came after ${this.#last.sequence}`,
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
