import type { Reading, ReadingReason } from '../reading.ts';
import { failedReading, goodReading } from '../reading.ts';
import { clamp, polyline, ValueMap } from './calibration.ts';
import type { FilterSpecification } from './filter-specification.ts';
import { checkFilter } from './filter-specification.ts';
import { DeltaGate, ThrottleGate } from './gates.ts';
import { ExponentialFilter, MedianFilter, MovingAverageFilter } from './smoothing.ts';
import type { ValueFilter } from './value-filter.ts';

/**
 * One step of a stream of one channel. The rules for no-data are here, once, for every filter: a reason passes once for
 * each run of the same reason and makes the filter forget; what comes out is finite or a reason.
 */
export class Filter {
  readonly #values: ValueFilter;
  #reason: ReadingReason | undefined;

  constructor(values: ValueFilter) {
    this.#values = values;
  }

  /**
   * What to pass on, or undefined to hold it back. The result keeps channel, unit, sequence and capture time of the
   * newest reading. `dueNs` is when the client was to have the reading.
   */
  push(reading: Reading, dueNs: bigint = reading.capturedNs): Reading | undefined {
    if (reading.reason !== undefined) {
      this.#values.forget();
      return this.#passReason(reading, reading.reason);
    }
    const result = this.#values.accept(reading.value, dueNs);
    if (typeof result === 'string') return this.#passReason(reading, result);
    if (result !== undefined && !Number.isFinite(result)) {
      this.#values.forget();
      return this.#passReason(reading, 'out-of-range');
    }
    this.#reason = undefined;
    return result === undefined ? undefined : goodReading(reading, result);
  }

  #passReason(reading: Reading, reason: ReadingReason): Reading | undefined {
    if (reason === this.#reason) return undefined;
    this.#reason = reason;
    return failedReading(reading, reason);
  }
}

/** Throws SENSOR_BAD_CONTRACT when a field of the specification is outside its range. */
export function createFilter(specification: FilterSpecification): Filter {
  checkFilter(specification);
  return new Filter(valueFilter(specification));
}

/** What a checked filter does with values, without the rules for no-data. */
export function valueFilter(specification: FilterSpecification): ValueFilter {
  switch (specification.kind) {
    case 'delta':
      return new DeltaGate(specification.minimumChange);
    case 'throttle':
      return new ThrottleGate(specification.intervalNs);
    case 'median':
      return new MedianFilter(specification.window);
    case 'moving-average':
      return new MovingAverageFilter(specification.window);
    case 'exponential':
      return new ExponentialFilter(specification.weight);
    case 'offset': {
      const { offset } = specification;
      return new ValueMap((value) => value + offset);
    }
    case 'linear': {
      const { scale, offset } = specification;
      return new ValueMap((value) => value * scale + offset);
    }
    case 'polyline': {
      const points = specification.points.map((point) => ({ ...point }));
      return new ValueMap((value) => polyline(points, value));
    }
    case 'clamp': {
      const { minimum, maximum, outside } = specification;
      return new ValueMap((value) => clamp(value, minimum, maximum, outside));
    }
  }
}
