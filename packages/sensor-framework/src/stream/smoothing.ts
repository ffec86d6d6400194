import type { ValueFilter } from './value-filter.ts';

/** The last values, at most `window` of them, oldest first. */
class LastValues {
  readonly #window: number;
  readonly values: number[] = [];

  constructor(window: number) {
    this.#window = window;
  }

  add(value: number): void {
    if (this.values.length === this.#window) this.values.shift();
    this.values.push(value);
  }
}

export class MedianFilter implements ValueFilter {
  readonly #last: LastValues;

  constructor(window: number) {
    this.#last = new LastValues(window);
  }

  accept(value: number): number {
    this.#last.add(value);
    const sorted = this.#last.values.toSorted((a, b) => a - b);
    const upper = sorted[sorted.length >> 1] as number;
    if (sorted.length % 2 === 1) return upper;
    // Halved before the sum: two large values must not overflow.
    return (sorted[(sorted.length >> 1) - 1] as number) / 2 + upper / 2;
  }

  forget(): void {
    this.#last.values.length = 0;
  }
}

export class MovingAverageFilter implements ValueFilter {
  readonly #last: LastValues;

  constructor(window: number) {
    this.#last = new LastValues(window);
  }

  accept(value: number): number {
    this.#last.add(value);
    const { values } = this.#last;
    // Summed afresh each time: a running sum keeps the rounding error of every value that ever went through it.
    const sum = values.reduce((total, each) => total + each, 0);
    if (Number.isFinite(sum)) return sum / values.length;
    return values.reduce((total, each) => total + each / values.length, 0);
  }

  forget(): void {
    this.#last.values.length = 0;
  }
}

export class ExponentialFilter implements ValueFilter {
  readonly #weight: number;
  #result: number | undefined;

  constructor(weight: number) {
    this.#weight = weight;
  }

  accept(value: number): number {
    this.#result =
      this.#result === undefined ? value : this.#weight * value + (1 - this.#weight) * this.#result;
    return this.#result;
  }

  forget(): void {
    this.#result = undefined;
  }
}
