import { SensorError } from '../error.ts';
import { MAX_FILTERS, MAX_POLYLINE_POINTS, MAX_WINDOW_VALUES } from './limits.ts';

export interface PolylinePoint {
  /** What the sensor says, in the unit of the channel. */
  readonly measured: number;
  /** What is true there, in the same unit. */
  readonly actual: number;
}

/**
 * One step between the sensor and a client. All numbers are finite and in the unit of the channel.
 *
 * Every filter treats no-data in the same way: a reason passes once for each run of the same reason, what the filter
 * had gathered is forgotten, and the first value after it passes.
 *
 * - `delta`: passes a value that differs from the last passed one by at least `minimumChange` (0: by anything).
 * - `throttle`: passes a value when at least `intervalNs` lie between its due time and that of the last passed one.
 * - `median`, `moving-average`: of the last `window` values, fewer at the start. An even count: mean of the middle two.
 * - `exponential`: `weight` of the new value, the rest of the last result; 0 < weight <= 1. Starts at the first value.
 * - `offset`: adds. `linear`: value * scale + offset. `polyline`: straight lines through two or more points in rising
 *   order of `measured`; the first and the last line go on outside. A result that is not finite is `out-of-range`.
 * - `clamp`: outside the limits, `limit` gives the limit and `refuse` the reason `out-of-range`.
 */
export type FilterSpecification =
  | { readonly kind: 'delta'; readonly minimumChange: number }
  | { readonly kind: 'throttle'; readonly intervalNs: bigint }
  | { readonly kind: 'median'; readonly window: number }
  | { readonly kind: 'moving-average'; readonly window: number }
  | { readonly kind: 'exponential'; readonly weight: number }
  | { readonly kind: 'offset'; readonly offset: number }
  | { readonly kind: 'linear'; readonly scale: number; readonly offset: number }
  | { readonly kind: 'polyline'; readonly points: readonly PolylinePoint[] }
  | {
      readonly kind: 'clamp';
      readonly minimum: number;
      readonly maximum: number;
      readonly outside: 'limit' | 'refuse';
    };

/** Throws SENSOR_BAD_CONTRACT when a chain is too long or a field of a filter is outside its range. */
export function checkFilters(filters: readonly FilterSpecification[]): void {
  if (!Array.isArray(filters) || filters.length > MAX_FILTERS) {
    refuse('filters', `a list of at most ${MAX_FILTERS} is accepted`);
  }
  for (const filter of filters) checkFilter(filter);
}

/** Throws SENSOR_BAD_CONTRACT when a field is outside its range. */
export function checkFilter(filter: FilterSpecification): void {
  switch (filter.kind) {
    case 'delta':
      checkNotNegative(filter.minimumChange, 'delta.minimumChange');
      return;
    case 'throttle':
      if (typeof filter.intervalNs !== 'bigint' || filter.intervalNs <= 0n) {
        refuse('throttle.intervalNs', 'it must be above 0');
      }
      return;
    case 'median':
    case 'moving-average':
      checkWindow(filter.window, `${filter.kind}.window`);
      return;
    case 'exponential':
      if (!(filter.weight > 0 && filter.weight <= 1)) {
        refuse('exponential.weight', 'it must be above 0 and at most 1');
      }
      return;
    case 'offset':
      checkFinite(filter.offset, 'offset.offset');
      return;
    case 'linear':
      checkFinite(filter.scale, 'linear.scale');
      checkFinite(filter.offset, 'linear.offset');
      return;
    case 'polyline':
      checkPoints(filter.points);
      return;
    case 'clamp':
      checkFinite(filter.minimum, 'clamp.minimum');
      checkFinite(filter.maximum, 'clamp.maximum');
      if (filter.minimum > filter.maximum) refuse('clamp.minimum', 'it is above the maximum');
      if (filter.outside !== 'limit' && filter.outside !== 'refuse') {
        refuse('clamp.outside', 'it must be limit or refuse');
      }
      return;
    default:
      refuse('filters', `there is no filter of the kind ${String((filter as { kind: unknown }).kind)}`);
  }
}

function checkPoints(points: readonly PolylinePoint[]): void {
  if (!Array.isArray(points) || points.length < 2 || points.length > MAX_POLYLINE_POINTS) {
    refuse('polyline.points', `2 to ${MAX_POLYLINE_POINTS} points are accepted`);
  }
  let previous = Number.NEGATIVE_INFINITY;
  for (const { measured, actual } of points) {
    checkFinite(measured, 'polyline.points');
    checkFinite(actual, 'polyline.points');
    if (measured <= previous) refuse('polyline.points', 'measured values must rise');
    previous = measured;
  }
}

function checkWindow(window: number, field: string): void {
  if (!Number.isInteger(window) || window < 1 || window > MAX_WINDOW_VALUES) {
    refuse(field, `1 to ${MAX_WINDOW_VALUES} values are accepted`);
  }
}

function checkNotNegative(value: number, field: string): void {
  checkFinite(value, field);
  if (value < 0) refuse(field, 'it must not be negative');
}

function checkFinite(value: number, field: string): void {
  if (!Number.isFinite(value)) refuse(field, 'it must be a finite number');
}

function refuse(field: string, why: string): never {
  throw new SensorError('SENSOR_BAD_CONTRACT', `${field}: ${why}`, { field });
}
