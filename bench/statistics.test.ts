import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { best, median, ratio, ratioOfRuns } from './statistics.ts';

const costs = fc.array(fc.double({ min: 0.1, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 40 });

describe('statistics of the benchmark', () => {
  it('takes the middle value, and of an even number the mean of the two in the middle', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 100, 2])).toBe(3);
    expect(median([7])).toBe(7);
  });

  it('leaves its input as it is', () => {
    const values = Object.freeze([3, 1, 2]);
    expect(median(values)).toBe(2);
    expect(best(values)).toBe(1);
  });

  it('has half of the values on each side of the median, and none below the best', () => {
    fc.assert(
      fc.property(costs, (values) => {
        const middle = median(values);
        expect(values.filter((value) => value < middle).length).toBeLessThanOrEqual(values.length / 2);
        expect(values.filter((value) => value > middle).length).toBeLessThanOrEqual(values.length / 2);
        expect(values).toContain(best(values));
        expect(values.every((value) => value >= best(values))).toBe(true);
      }),
    );
  });

  it('compares round by round, so that a slow round does not show', () => {
    // Twice the base in each round, while the machine slows down tenfold.
    const base = [1, 10, 3, 100];
    const values = base.map((value) => value * 2);
    expect(ratio(values, base)).toEqual({ median: 2, best: 2 });
  });

  it('compares runs without common rounds by their own medians and bests', () => {
    expect(ratioOfRuns([8, 6, 20], [2, 4])).toEqual({ median: 8 / 3, best: 3 });
  });

  it('has no answer for no values, nor for rounds without a counterpart', () => {
    expect(() => median([])).toThrow(RangeError);
    expect(() => best([])).toThrow(RangeError);
    expect(() => ratio([1, 2], [1])).toThrow(RangeError);
    expect(() => ratioOfRuns([1], [])).toThrow(RangeError);
  });
});
