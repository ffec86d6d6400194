import type { DriverChannel } from '../drivers/sensor-driver.ts';
import { readingReasons } from '../reading.ts';
import type { WaitingReading } from './sensor-subscription.ts';

/** Bytes of the records "sensor_reading" and "sensor_channel" of `packages/guest-sdk/spec`. */
export const READING_RECORD_BYTES = 40;
export const CHANNEL_RECORD_BYTES = 64;

const NAME_BYTES = 24;
const UNIT_BYTES = 16;
const encoder = new TextEncoder();

/** u32 channel, u32 status, i64 captured_ns, i64 captured_wall_ns, u32 sequence, u32 lost, f64 value. */
export function encodeReading({ channelIndex, reading, sequence, lost }: WaitingReading): Uint8Array {
  const bytes = new Uint8Array(READING_RECORD_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, channelIndex, true);
  // Without a value the field stays 0; the status says why.
  if (reading.reason === undefined) view.setFloat64(32, reading.value, true);
  else view.setUint32(4, statusOf(reading.reason), true);
  view.setBigInt64(8, reading.capturedNs, true);
  view.setBigInt64(16, reading.capturedWallNs, true);
  view.setUint32(24, sequence, true);
  view.setUint32(28, lost, true);
  return bytes;
}

/** char name[24], char unit[16] (both end with a zero byte), f64 minimum, maximum, accuracy (0: not known). */
export function encodeChannel({ name, unit, minimum, maximum, accuracy }: DriverChannel): Uint8Array {
  const bytes = new Uint8Array(CHANNEL_RECORD_BYTES);
  encoder.encodeInto(name, bytes.subarray(0, NAME_BYTES - 1));
  encoder.encodeInto(unit, bytes.subarray(NAME_BYTES, NAME_BYTES + UNIT_BYTES - 1));
  const view = new DataView(bytes.buffer);
  view.setFloat64(40, minimum, true);
  view.setFloat64(48, maximum, true);
  view.setFloat64(56, accuracy ?? 0, true);
  return bytes;
}

/** 0 is a value; a reason is its place in the list, from 1. */
function statusOf(reason: (typeof readingReasons)[number]): number {
  return readingReasons.indexOf(reason) + 1;
}
