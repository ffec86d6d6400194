import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatenessCounter } from './counters.ts';

function counted(latenessNs: readonly bigint[]) {
  const counter = new LatenessCounter();
  for (const one of latenessNs) counter.record(one);
  return counter.snapshot();
}

describe('LatenessCounter', () => {
  it('has nothing to tell before anything was recorded', () => {
    expect(counted([])).toEqual({
      lateCount: 0,
      maximumLatenessNs: 0n,
      totalLatenessNs: 0n,
      medianLatenessNs: 0n,
      p99LatenessNs: 0n,
    });
  });

  it('tells by two percentiles what one late read in a hundred hides: 98 in time, one at 100 us, one at 3 ms', () => {
    const inTime = Array.from({ length: 98 }, () => 0n);
    expect(counted([...inTime, 100_000n, 3_000_000n])).toEqual({
      lateCount: 2,
      maximumLatenessNs: 3_000_000n,
      totalLatenessNs: 3_100_000n,
      medianLatenessNs: 0n,
      // 65536 to 131072 ns is an octave; its third quarter ends at 114688.
      p99LatenessNs: 114_688n,
    });
  });

  it('tells a percentile of the last octave as the maximum', () => {
    const aDayNs = 86_400_000_000_000n;
    expect(counted([aDayNs, aDayNs])).toMatchObject({ medianLatenessNs: aDayNs, p99LatenessNs: aDayNs });
  });

  it('tells percentiles that are not below the true ones, and at most a quarter above', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: 1n, max: 900_000_000_000n }), { minLength: 1, maxLength: 300 }),
        (latenessNs) => {
          const sorted = latenessNs.toSorted((one, other) => Number(one - other));
          const { medianLatenessNs, p99LatenessNs, maximumLatenessNs } = counted(latenessNs);
          for (const [share, told] of [
            [0.5, medianLatenessNs],
            [0.99, p99LatenessNs],
          ] as const) {
            const exact = sorted[Math.ceil(share * sorted.length) - 1] as bigint;
            expect(told >= exact).toBe(true);
            // One more for rounding up to whole nanoseconds.
            expect(told <= exact + exact / 4n + 1n).toBe(true);
            expect(told <= maximumLatenessNs).toBe(true);
          }
        },
      ),
    );
  });
});
