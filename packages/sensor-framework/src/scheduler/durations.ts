/** The longer of two durations: `Math.max` takes no bigint. */
export function longer(aNs: bigint, bNs: bigint): bigint {
  if (aNs > bNs) return aNs;
  return bNs;
}

/** The shorter of two durations. */
export function shorter(aNs: bigint, bNs: bigint): bigint {
  if (aNs < bNs) return aNs;
  return bNs;
}
