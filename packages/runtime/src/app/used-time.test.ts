import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsedTime } from './used-time.ts';

const NS_PER_S = 1_000_000_000n;
const NS_PER_MS = 1_000_000n;
const MS = 1_000_000;

describe('the time that something was in use', () => {
  it('is the sum of the last second, forgotten a tenth at a time', () => {
    const used = new UsedTime();
    used.add(50n * NS_PER_MS, 30 * MS);
    used.add(250n * NS_PER_MS, 20 * MS);
    expect(used.sumNs(250n * NS_PER_MS)).toBe(50 * MS);
    expect(used.sumNs(1099n * NS_PER_MS)).toBe(50 * MS);
    expect(used.sumNs(1100n * NS_PER_MS)).toBe(20 * MS);
    expect(used.sumNs(1300n * NS_PER_MS)).toBe(0);
  });

  it('forgets all of it after a long pause', () => {
    const used = new UsedTime();
    used.add(100n * NS_PER_S, 5 * MS);
    expect(used.sumNs(100n * NS_PER_S)).toBe(5 * MS);
    expect(used.sumNs(100_000n * NS_PER_S)).toBe(0);
  });

  it('says when it will be below a budget', () => {
    const used = new UsedTime();
    used.add(50n * NS_PER_MS, 30 * MS);
    used.add(250n * NS_PER_MS, 20 * MS);
    const nowNs = 300n * NS_PER_MS;
    expect(used.freeAtNs(nowNs, 51 * MS)).toBe(nowNs);
    expect(used.freeAtNs(nowNs, 50 * MS)).toBe(1100n * NS_PER_MS);
    expect(used.freeAtNs(nowNs, 21 * MS)).toBe(1100n * NS_PER_MS);
    expect(used.freeAtNs(nowNs, 20 * MS)).toBe(1300n * NS_PER_MS);
  });

  it('held below a budget is never more than the budget and one use, in any second', () => {
    const step = fc.record({
      pauseMs: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(700) }),
      durationMs: fc.oneof({ weight: 6, arbitrary: fc.nat(60) }, { weight: 1, arbitrary: fc.nat(1500) }),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.array(step, { maxLength: 120 }),
        (budgetMs, steps) => {
          const used = new UsedTime();
          const uses: { startMs: number; endMs: number }[] = [];
          let nowMs = 0;
          for (const { pauseMs, durationMs } of steps) {
            nowMs += pauseMs;
            if (used.sumNs(BigInt(nowMs) * NS_PER_MS) >= budgetMs * MS) continue;
            uses.push({ startMs: nowMs, endMs: nowMs + durationMs });
            nowMs += durationMs;
            used.add(BigInt(nowMs) * NS_PER_MS, durationMs * MS);
          }
          // A second that begins with a use or ends with one has the most in it.
          for (const beginMs of uses.flatMap(({ startMs, endMs }) => [startMs, endMs - 1000])) {
            const inside = uses.map(({ startMs, endMs }) =>
              Math.max(0, Math.min(endMs, beginMs + 1000) - Math.max(startMs, beginMs)),
            );
            const longest = Math.max(...inside);
            expect(inside.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(budgetMs + longest);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is free when it says, and not before', () => {
    const use = fc.record({ atMs: fc.nat(1000), durationMs: fc.integer({ min: 1, max: 400 }) });
    fc.assert(
      fc.property(
        fc.array(use, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 900 }),
        (uses, budgetMs) => {
          const used = new UsedTime();
          for (const { atMs, durationMs } of uses.toSorted((one, other) => one.atMs - other.atMs)) {
            used.add(BigInt(atMs) * NS_PER_MS, durationMs * MS);
          }
          const nowNs = NS_PER_S;
          const freeNs = used.freeAtNs(nowNs, budgetMs * MS);
          const isFull = used.sumNs(nowNs) >= budgetMs * MS;
          expect(freeNs > nowNs).toBe(isFull);
          if (isFull) expect(used.sumNs(freeNs - 1n)).toBeGreaterThanOrEqual(budgetMs * MS);
          expect(used.sumNs(freeNs)).toBeLessThan(budgetMs * MS);
        },
      ),
    );
  });
});
