/** Middle value; of an even number of values the mean of the two in the middle. Throws RangeError for no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) {
    throw new RangeError('no values, no median');
  }
  return (lower + upper) / 2;
}

/** Smallest value. Throws RangeError for no values. */
export function best(values: readonly number[]): number {
  const [first, ...others] = values;
  if (first === undefined) {
    throw new RangeError('no values, no best');
  }
  return others.reduce((least, value) => Math.min(least, value), first);
}

export interface Ratio {
  /** Within one run the median of the ratios of its rounds: what slows a whole round down is in both of its numbers. */
  readonly median: number;
  /** Best of the one by best of the other. */
  readonly best: number;
}

/** How much `values` cost in units of `base`, of two runs that share no rounds. Throws RangeError for no values. */
export function ratioOfRuns(values: readonly number[], base: readonly number[]): Ratio {
  return { median: median(values) / median(base), best: best(values) / best(base) };
}

/** How much `values` cost in units of `base`; both in the order of the same rounds. Throws RangeError. */
export function ratio(values: readonly number[], base: readonly number[]): Ratio {
  if (values.length !== base.length) {
    throw new RangeError(`${values.length} values cannot be compared with ${base.length} round by round`);
  }
  return {
    median: median(values.map((value, round) => value / (base[round] as number))),
    best: best(values) / best(base),
  };
}
