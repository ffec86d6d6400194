import type { NumberRange } from '../permission/grant.ts';
import { mergeRanges } from '../permission/number-range.ts';

/** The numbers that are in both, sorted and merged. */
export function intersectRanges(one: readonly NumberRange[], other: readonly NumberRange[]): NumberRange[] {
  const left = mergeRanges(one);
  const right = mergeRanges(other);
  const common: NumberRange[] = [];
  for (let at = 0, against = 0; at < left.length && against < right.length; ) {
    const here = left[at] as NumberRange;
    const there = right[against] as NumberRange;
    const first = Math.max(here.first, there.first);
    const last = Math.min(here.last, there.last);
    if (first <= last) common.push({ first, last });
    if (here.last <= there.last) at += 1;
    else against += 1;
  }
  return common;
}
