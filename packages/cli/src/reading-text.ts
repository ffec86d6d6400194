import type { Reading } from '@kanchi/sensor-framework';

const NS_PER_SECOND = 1e9;
/** Digits after the point that a person wants to see; the sensor may have fewer. */
const DECIMALS = 3;

/** The value as a number, or the reason why there is none. */
export function valueText(reading: Reading | undefined): string {
  if (reading === undefined) return 'nothing yet';
  return reading.reason ?? String(Number(reading.value.toFixed(DECIMALS)));
}

export function rateText(intervalNs: bigint): string {
  return `${Number((NS_PER_SECOND / Number(intervalNs)).toPrecision(3))} Hz`;
}

export function durationText(durationNs: bigint): string {
  const milliseconds = Number(durationNs) / 1e6;
  return milliseconds < 1 ? `${Math.round(milliseconds * 1000)} us` : `${milliseconds.toFixed(1)} ms`;
}
