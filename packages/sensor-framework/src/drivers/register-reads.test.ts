import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RegisterRead } from './register-reads.ts';
import { DEFAULT_MERGE_GAP, MAX_REGISTER_READS, planRegisterReads } from './register-reads.ts';

const ranges = fc
  .integer({ min: 0, max: 255 })
  .chain((first) =>
    fc.record({ first: fc.constant(first), count: fc.integer({ min: 1, max: 256 - first }) }),
  );
const shortRanges = fc
  .integer({ min: 0, max: 247 })
  .chain((first) => fc.record({ first: fc.constant(first), count: fc.integer({ min: 1, max: 8 }) }));
const lists = fc.array(fc.oneof(ranges, shortRanges, shortRanges), { maxLength: 20 });
const gaps = fc.integer({ min: 0, max: 255 });

const registersOf = (reads: readonly RegisterRead[]): Set<number> =>
  new Set(reads.flatMap(({ first, count }) => Array.from({ length: count }, (_, index) => first + index)));

/** Bits on the bus, counted by hand from UM10204: start, address, register, repeated start, address, data, stop. */
const bitsOf = (reads: readonly RegisterRead[]): number =>
  reads.reduce((bits, { count }) => bits + 1 + 9 + 9 + 1 + 9 + 9 * count + 1, 0);

describe('planRegisterReads', () => {
  it('covers every register that was asked for, and only gaps besides', () => {
    fc.assert(
      fc.property(lists, gaps, (reads, mergeGap) => {
        const wanted = registersOf(reads);
        const planned = registersOf(planRegisterReads(reads, { mergeGap }));
        for (const register of wanted) expect(planned).toContain(register);
        const sorted = [...wanted].sort((a, b) => a - b);
        for (const register of planned) {
          if (wanted.has(register)) continue;
          const before = sorted.findLast((each) => each < register) as number;
          const after = sorted.find((each) => each > register) as number;
          expect(after - before - 1).toBeLessThanOrEqual(mergeGap);
        }
      }),
    );
  });

  it('has rising ranges that are farther apart than the gap, never more than were asked for, none over 256', () => {
    fc.assert(
      fc.property(lists, gaps, (reads, mergeGap) => {
        const plan = planRegisterReads(reads, { mergeGap });
        expect(plan.length).toBeLessThanOrEqual(reads.length);
        for (const [index, { first, count }] of plan.entries()) {
          expect(first + count).toBeLessThanOrEqual(256);
          const next = plan[index + 1];
          if (next !== undefined) expect(next.first - (first + count)).toBeGreaterThan(mergeGap);
        }
      }),
    );
  });

  it('does not depend on the order of the ranges and does not change them', () => {
    fc.assert(
      fc.property(lists, gaps, (reads, mergeGap) => {
        const before = structuredClone(reads);
        const reversed = [...reads].reverse();
        expect(planRegisterReads(reversed, { mergeGap })).toEqual(planRegisterReads(reads, { mergeGap }));
        expect(reads).toEqual(before);
      }),
    );
  });

  it('takes less of the bus with its own gap than with any other', () => {
    fc.assert(
      fc.property(fc.array(shortRanges, { maxLength: 20 }), gaps, (reads, mergeGap) => {
        expect(bitsOf(planRegisterReads(reads))).toBeLessThanOrEqual(
          bitsOf(planRegisterReads(reads, { mergeGap })),
        );
      }),
    );
  });

  it('reads three unwanted registers along, but not four', () => {
    expect(DEFAULT_MERGE_GAP).toBe(3);
    const apart = (gap: number) => [
      { first: 0x10, count: 2 },
      { first: 0x12 + gap, count: 1 },
    ];
    expect(planRegisterReads(apart(3))).toEqual([{ first: 0x10, count: 6 }]);
    expect(planRegisterReads(apart(4))).toHaveLength(2);
    expect(planRegisterReads(apart(0), { mergeGap: 0 })).toEqual([{ first: 0x10, count: 3 }]);
    expect(planRegisterReads(apart(1), { mergeGap: 0 })).toHaveLength(2);
  });

  it('keeps a long range when a short one lies within it', () => {
    const reads = [
      { first: 0, count: 256 },
      { first: 3, count: 1 },
    ];
    expect(planRegisterReads(reads)).toEqual([{ first: 0, count: 256 }]);
    expect(planRegisterReads([])).toEqual([]);
  });

  it.each([
    { first: -1, count: 1 },
    { first: 256, count: 1 },
    { first: 0, count: 0 },
    { first: 0, count: 257 },
    { first: 255, count: 2 },
    { first: 1.5, count: 1 },
    { first: 0, count: Number.NaN },
  ])('refuses $count registers from $first', (read) => {
    expect(() => planRegisterReads([read])).toThrow(
      expect.objectContaining({ code: 'SENSOR_BAD_DESCRIPTION', details: { field: 'reads' } }),
    );
  });

  it('refuses too many ranges and a bad gap', () => {
    const reads = Array.from({ length: MAX_REGISTER_READS + 1 }, () => ({ first: 0, count: 1 }));
    expect(() => planRegisterReads(reads)).toThrow(/257 ranges/);
    for (const mergeGap of [-1, 256, 0.5]) {
      expect(() => planRegisterReads([], { mergeGap })).toThrow(
        expect.objectContaining({ details: { field: 'mergeGap' } }),
      );
    }
  });
});
