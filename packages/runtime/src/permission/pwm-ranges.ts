import type { NumberRange, PwmRangeGrant } from './grant.ts';
import { mergeRanges } from './number-range.ts';

/** Periods for which the same duties are granted. */
interface Stretch {
  first: number;
  last: number;
  readonly duties: readonly NumberRange[];
}

/**
 * The same periods and duties, in the one way in which they can be said: sorted, no period twice with one duty, and neighbours with the same
 * duties joined. Two grants that permit the same are equal then.
 */
export function canonicalPwmRanges(ranges: readonly PwmRangeGrant[]): PwmRangeGrant[] {
  return combinePwmRanges(ranges, ranges, (duties) => mergeRanges(duties));
}

/** What `combine` makes of the duties of both, at each period. */
export function combinePwmRanges(
  one: readonly PwmRangeGrant[],
  other: readonly PwmRangeGrant[],
  combine: (one: readonly NumberRange[], other: readonly NumberRange[]) => readonly NumberRange[],
): PwmRangeGrant[] {
  const borders = [...one, ...other].flatMap(({ periodsNs: { first, last } }) => [first, last + 1]);
  const starts = [...new Set(borders)].sort((left, right) => left - right);
  const stretches: Stretch[] = [];
  for (const [index, first] of starts.slice(0, -1).entries()) {
    const last = (starts[index + 1] as number) - 1;
    const duties = combine(dutiesAt(one, first), dutiesAt(other, first));
    const before = stretches.at(-1);
    if (before !== undefined && before.last + 1 === first && isEqual(before.duties, duties))
      before.last = last;
    else if (duties.length > 0) stretches.push({ first, last, duties });
  }
  return stretches.flatMap(({ first, last, duties }) =>
    duties.map((dutiesNs) => ({ periodsNs: { first, last }, dutiesNs })),
  );
}

function dutiesAt(ranges: readonly PwmRangeGrant[], periodNs: number): NumberRange[] {
  return ranges
    .filter(({ periodsNs }) => periodNs >= periodsNs.first && periodNs <= periodsNs.last)
    .map(({ dutiesNs }) => dutiesNs);
}

function isEqual(one: readonly NumberRange[], other: readonly NumberRange[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ first, last }, index) => first === other[index]?.first && last === other[index]?.last)
  );
}
