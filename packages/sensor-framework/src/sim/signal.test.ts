import { NS_PER_S } from '@kanchi/hal';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SensorError } from '../error.ts';
import { MAX_SIGNAL_STEPS, parseSignal, signalAt } from './signal.ts';

describe('signalAt', () => {
  it('is constant for a number', () => {
    expect(signalAt(3.5, 0n)).toBe(3.5);
    expect(signalAt(3.5, 1_000n * NS_PER_S)).toBe(3.5);
  });

  it('starts at from, is at to after half a period and back after a whole one', () => {
    const sine = { from: 18, to: 24, periodSeconds: 60 };
    expect(signalAt(sine, 0n)).toBe(18);
    expect(signalAt(sine, 15n * NS_PER_S)).toBeCloseTo(21, 9);
    expect(signalAt(sine, 30n * NS_PER_S)).toBe(24);
    expect(signalAt(sine, 60n * NS_PER_S)).toBe(18);
  });

  it('stays between from and to and repeats exactly, also after years', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.integer({ min: 1, max: 100_000 }),
        fc.bigInt({ min: 0n, max: 10n ** 18n }),
        (from, to, periodSeconds, timeNs) => {
          const sine = { from, to, periodSeconds };
          const value = signalAt(sine, timeNs);
          const slack = 1e-9 * (Math.abs(from) + Math.abs(to));
          expect(value).toBeGreaterThanOrEqual(Math.min(from, to) - slack);
          expect(value).toBeLessThanOrEqual(Math.max(from, to) + slack);
          expect(signalAt(sine, timeNs + 1000n * BigInt(periodSeconds) * NS_PER_S)).toBe(value);
        },
      ),
    );
  });

  it('holds each step from its second on, the first one also before', () => {
    const steps = {
      steps: [
        [1, 10],
        [2.5, 20],
        [4, 30],
      ] as const,
    };
    const values = [0, 0.999, 1, 2.499, 2.5, 3, 4, 1e6].map((s) =>
      signalAt(steps, BigInt(Math.round(s * 1e9))),
    );
    expect(values).toEqual([10, 10, 10, 10, 20, 20, 30, 30]);
  });
});

describe('parseSignal', () => {
  it('accepts what it gives back', () => {
    for (const signal of [
      1,
      { from: 1, to: 2, periodSeconds: 3 },
      {
        steps: [
          [0, 1],
          [2, 3],
        ],
      },
    ]) {
      expect(parseSignal(signal, 'x')).toEqual(signal);
    }
  });

  it.each([
    [Number.NaN, 'x'],
    ['12', 'x'],
    [null, 'x'],
    [[1, 2], 'x'],
    [{}, 'x.periodSeconds'],
    [{ from: 0, to: 1 }, 'x.periodSeconds'],
    [{ from: 0, to: 1, periodSeconds: 0 }, 'x.periodSeconds'],
    [{ from: 0, to: 'a', periodSeconds: 1 }, 'x.to'],
    [{ from: 0, to: 1, periodSeconds: 1, phase: 2 }, 'x.phase'],
    [{ steps: [] }, 'x.steps'],
    [
      {
        steps: [
          [0, 1],
          [0, 2],
        ],
      },
      'x.steps[1]',
    ],
    [{ steps: [[-1, 1]] }, 'x.steps[0]'],
    [{ steps: [[0]] }, 'x.steps[0]'],
    [{ steps: [[0, Number.POSITIVE_INFINITY]] }, 'x.steps[0]'],
    [{ steps: Array.from({ length: MAX_SIGNAL_STEPS + 1 }, (_, second) => [second, 0]) }, 'x.steps'],
  ])('refuses signal %# and names the field', (value, field) => {
    expect(() => parseSignal(value, 'x')).toThrow(
      expect.objectContaining({ code: 'SENSOR_BAD_SIGNAL', details: { field } }),
    );
  });

  it('refuses or gives a signal with a finite value at any time, whatever the data', () => {
    const outcomeOf = (value: unknown, timeNs: bigint): string => {
      try {
        return Number.isFinite(signalAt(parseSignal(value, 'x'), timeNs)) ? 'finite' : 'not finite';
      } catch (error) {
        return error instanceof SensorError ? error.code : String(error);
      }
    };
    const shaped = fc.oneof(
      fc.anything(),
      fc.double(),
      fc.record({ from: fc.double(), to: fc.double(), periodSeconds: fc.double({ min: 1e-4, max: 1e10 }) }),
      fc.record({ steps: fc.array(fc.tuple(fc.double(), fc.double())) }),
    );
    fc.assert(
      fc.property(shaped, fc.bigInt({ min: 0n, max: 10n ** 18n }), (value, timeNs) => {
        expect(['finite', 'SENSOR_BAD_SIGNAL']).toContain(outcomeOf(value, timeNs));
      }),
    );
  });
});
