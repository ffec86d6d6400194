/** Nanoseconds in one microsecond, one millisecond and one second. */
export const NS_PER_US = 1_000n;
export const NS_PER_MS = 1_000_000n;
export const NS_PER_S = 1_000_000_000n;

export function millisecondsToNs(milliseconds: number): bigint {
  return BigInt(Math.round(milliseconds * 1e6));
}

export function secondsToNs(seconds: number): bigint {
  return BigInt(Math.round(seconds * 1e9));
}

/** Nanoseconds as seconds with nine decimals, e.g. `1.500000000`: the time format of traces and logs. */
export function formatSeconds(timeNs: bigint): string {
  const sign = timeNs < 0n ? '-' : '';
  const absolute = timeNs < 0n ? -timeNs : timeNs;
  return `${sign}${absolute / NS_PER_S}.${(absolute % NS_PER_S).toString().padStart(9, '0')}`;
}
