import type { ValueFilter } from './value-filter.ts';

/**
 * By how much a change may fall short of the smallest one that counts, as a part of the largest of the numbers in it: 20.1 to 20.2 is a
 * change of 0.1 for whoever writes decimals, and a little less for the binary fractions that stand for them.
 */
const CHANGE_ROUNDING = 4 * Number.EPSILON;

/** Passes what differs enough from the last passed value. */
export class DeltaGate implements ValueFilter {
  readonly #minimumChange: number;
  #last: number | undefined;

  constructor(minimumChange: number) {
    this.#minimumChange = minimumChange;
  }

  accept(value: number): number | undefined {
    const last = this.#last;
    if (last !== undefined && (value === last || this.#isLess(value, last))) return undefined;
    this.#last = value;
    return value;
  }

  forget(): void {
    this.#last = undefined;
  }

  #isLess(value: number, last: number): boolean {
    const largest = Math.max(Math.abs(value), Math.abs(last), this.#minimumChange);
    return Math.abs(value - last) < this.#minimumChange - CHANGE_ROUNDING * largest;
  }
}

/** Passes at most one value per interval, measured between due times: they have no jitter, so nothing drifts. */
export class ThrottleGate implements ValueFilter {
  readonly #intervalNs: bigint;
  #lastDueNs: bigint | undefined;

  constructor(intervalNs: bigint) {
    this.#intervalNs = intervalNs;
  }

  accept(value: number, dueNs: bigint): number | undefined {
    if (this.#lastDueNs !== undefined && dueNs - this.#lastDueNs < this.#intervalNs) return undefined;
    this.#lastDueNs = dueNs;
    return value;
  }

  forget(): void {
    this.#lastDueNs = undefined;
  }
}

/**
 * Passes a value when it changes sides. The first value passes and is above when it is at least the level. Up is
 * at `level + hysteresis` or more, down is below `level - hysteresis`; so a passed value is above exactly when it is
 * at least the level.
 */
export class ThresholdGate implements ValueFilter {
  readonly #level: number;
  readonly #hysteresis: number;
  #above: boolean | undefined;

  constructor(level: number, hysteresis: number) {
    this.#level = level;
    this.#hysteresis = hysteresis;
  }

  accept(value: number): number | undefined {
    const above = this.#side(value);
    if (above === this.#above) return undefined;
    this.#above = above;
    return value;
  }

  forget(): void {
    this.#above = undefined;
  }

  #side(value: number): boolean {
    if (this.#above === undefined) return value >= this.#level;
    return this.#above ? value >= this.#level - this.#hysteresis : value >= this.#level + this.#hysteresis;
  }
}
