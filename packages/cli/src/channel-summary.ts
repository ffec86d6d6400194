import type { ChannelSnapshot } from '@kanchi/sensor-framework';
import { valueText } from './reading-text.ts';

const NS_PER_MS = 1_000_000n;

/** Heads the cells that `channelSummary` gives. */
export const summaryHead = [
  'sensor',
  'channel',
  'lowest',
  'highest',
  'unit',
  'last value',
  'values',
  'no value',
  'last time of that',
];

/** What a channel said over a whole session, as cells of a row: extremes, the last value, and why there was none how often. */
export function channelSummary(sensor: string, snapshot: ChannelSnapshot): string[] {
  const { channel, unit, goodCount, failureCounts, minimum, maximum, lastGood, lastFailure } = snapshot;
  const reasons = Object.entries(failureCounts)
    .filter(([, count]) => count > 0)
    .map(([reason, count]) => `${reason} ${count}`);
  return [
    sensor,
    channel,
    numberText(minimum),
    numberText(maximum),
    unit,
    lastGood === undefined ? '-' : valueText(lastGood),
    `${goodCount}`,
    reasons.length === 0 ? '0' : reasons.join(', '),
    lastFailure === undefined ? '' : new Date(Number(lastFailure.capturedWallNs / NS_PER_MS)).toISOString(),
  ];
}

function numberText(value: number | undefined): string {
  return value === undefined ? '-' : String(Number(value.toFixed(3)));
}
