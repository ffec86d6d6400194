/** Repeatable random numbers: the same seed gives the same calls, so that a failure is run again by its seed. */
export class RandomNumbers {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 to 2^32 - 1: splitmix32, the 32-bit form of Steele, Lea and Flood, Fast Splittable Pseudorandom Number Generators, 2014. */
  word(): number {
    this.#state = (this.#state + 0x9e37_79b9) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  }

  /** 0 to `count` - 1. */
  below(count: number): number {
    return this.word() % count;
  }

  /** From `first` to `last`, both included. */
  between(first: number, last: number): number {
    return first + this.below(last - first + 1);
  }

  /** True once in so many times. */
  oneIn(count: number): boolean {
    return this.below(count) === 0;
  }

  pick<Value>(values: readonly Value[]): Value {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new RangeError('nothing to pick from');
    return value;
  }

  /** Some of them, at least one. */
  some<Value>(values: readonly Value[]): Value[] {
    const chosen = values.filter(() => this.oneIn(2));
    return chosen.length === 0 ? [this.pick(values)] : chosen;
  }

  bytes(length: number): number[] {
    return Array.from({ length }, () => this.below(256));
  }
}
