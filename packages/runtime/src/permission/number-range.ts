import type { NumberRange } from './grant.ts';

export function inRanges(ranges: readonly NumberRange[], value: number): boolean {
  for (const range of ranges) {
    if (value >= range.first && value <= range.last) {
      return true;
    }
  }
  return false;
}

/** Sorted, without overlap, touching ranges joined. */
export function mergeRanges(ranges: readonly NumberRange[]): NumberRange[] {
  const merged: { first: number; last: number }[] = [];
  for (const { first, last } of [...ranges].sort((one, other) => one.first - other.first)) {
    const previous = merged.at(-1);
    if (previous !== undefined && first <= previous.last + 1) {
      previous.last = Math.max(previous.last, last);
    } else {
      merged.push({ first, last });
    }
  }
  return merged;
}

/** What is left of `ranges` without `holes`. */
export function subtractRanges(ranges: readonly NumberRange[], holes: readonly NumberRange[]): NumberRange[] {
  let rest = mergeRanges(ranges);
  for (const hole of holes) {
    rest = rest.flatMap(({ first, last }) => {
      if (hole.last < first || hole.first > last) {
        return [{ first, last }];
      }
      const left = { first, last: hole.first - 1 };
      const right = { first: hole.last + 1, last };
      return [left, right].filter((part) => part.first <= part.last);
    });
  }
  return rest;
}
