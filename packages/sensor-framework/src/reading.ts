import { SensorError } from './error.ts';

/**
 * Why there is no value.
 * - `not-present`: nothing answers at the address, or the part was unplugged
 * - `timeout`: the part or the bus did not finish in time
 * - `nack`: the part refused a byte
 * - `crc`: the answer failed its check
 * - `out-of-range`: the value is outside what the part can measure
 * - `stale`: the newest value is older than the reader accepts
 * - `warming-up`: the part needs more time before its values mean anything
 * - `off`: the channel is switched off (skipped)
 * - `unavailable`: none of the others
 */
export const readingReasons = [
  'not-present',
  'timeout',
  'nack',
  'crc',
  'out-of-range',
  'stale',
  'warming-up',
  'off',
  'unavailable',
] as const;

export type ReadingReason = (typeof readingReasons)[number];

interface ReadingCommon {
  /** Channel name, e.g. `temperature`. */
  readonly channel: string;
  /** Counts the readings of this channel from 1, failures included: a gap is a loss. */
  readonly sequence: number;
  /** Monotonic capture time, nanoseconds. Channels of one conversion share it. */
  readonly capturedNs: bigint;
  /** Wall time of the capture, nanoseconds since 1970-01-01T00:00:00Z. */
  readonly capturedWallNs: bigint;
  /** Unit of `value`, e.g. `degC`, `percent`, `Pa`. Also set when there is no value. */
  readonly unit: string;
}

export interface GoodReading extends ReadingCommon {
  /** Finite. */
  readonly value: number;
  readonly reason?: never;
}

export interface FailedReading extends ReadingCommon {
  readonly reason: ReadingReason;
  readonly value?: never;
}

/** One sample of one channel: a value or the reason why there is none. Test `reading.reason === undefined`. */
export type Reading = GoodReading | FailedReading;

export type ReadingCapture = Pick<
  ReadingCommon,
  'channel' | 'sequence' | 'capturedNs' | 'capturedWallNs' | 'unit'
>;

/** Throws SENSOR_BAD_READING when `value` is not finite: such a sample is a failed reading with a reason. */
export function goodReading(capture: ReadingCapture, value: number): GoodReading {
  if (!Number.isFinite(value)) {
    throw new SensorError(
      'SENSOR_BAD_READING',
      `${capture.channel}: ${value} is not a value; give a reason instead`,
      {
        channel: capture.channel,
      },
    );
  }
  const { channel, sequence, capturedNs, capturedWallNs, unit } = capture;
  return { channel, sequence, capturedNs, capturedWallNs, unit, value };
}

/** Takes only the fields of a capture: a whole reading given as one must not bring its value along. */
export function failedReading(capture: ReadingCapture, reason: ReadingReason): FailedReading {
  const { channel, sequence, capturedNs, capturedWallNs, unit } = capture;
  return { channel, sequence, capturedNs, capturedWallNs, unit, reason };
}
