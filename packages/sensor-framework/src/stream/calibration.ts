import type { ReadingReason } from '../reading.ts';
import type { PolylinePoint } from './filter-specification.ts';
import type { ValueFilter } from './value-filter.ts';

/** A filter without memory: each value is mapped on its own. */
export class ValueMap implements ValueFilter {
  readonly accept: (value: number) => number | ReadingReason;

  constructor(map: (value: number) => number | ReadingReason) {
    this.accept = map;
  }

  forget(): void {}
}

/**
 * Straight lines through the points, the outer two going on beyond them. At a point the result is exactly its
 * `actual`. The points are in rising order of `measured`, at least two.
 */
export function polyline(points: readonly PolylinePoint[], value: number): number {
  let low = 0;
  let high = points.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((points[middle] as PolylinePoint).measured <= value) low = middle;
    else high = middle;
  }
  const left = points[low] as PolylinePoint;
  const right = points[high] as PolylinePoint;
  const slope = (right.actual - left.actual) / (right.measured - left.measured);
  const base = value >= right.measured ? right : left;
  return base.actual + (value - base.measured) * slope;
}

export function clamp(
  value: number,
  minimum: number,
  maximum: number,
  outside: 'limit' | 'refuse',
): number | ReadingReason {
  if (value >= minimum && value <= maximum) return value;
  return outside === 'refuse' ? 'out-of-range' : value < minimum ? minimum : maximum;
}
