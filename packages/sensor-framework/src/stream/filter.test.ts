import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reading, ReadingReason } from '../reading.ts';
import { failedReading, goodReading, readingReasons } from '../reading.ts';
import { createFilter } from './filter.ts';
import type { FilterSpecification } from './filter-specification.ts';

type Sample = number | ReadingReason;

const SECOND = 1_000_000_000n;

function readingAt(sample: Sample, index: number): Reading {
  const capturedNs = BigInt(index) * SECOND;
  const capture = { channel: 't', unit: 'degC', sequence: index + 1, capturedNs, capturedWallNs: capturedNs };
  return typeof sample === 'number' ? goodReading(capture, sample) : failedReading(capture, sample);
}

/** What comes out for each sample, one per second: `undefined` where nothing does. */
function through(specification: FilterSpecification, samples: readonly Sample[]): (Sample | undefined)[] {
  const filter = createFilter(specification);
  return samples.map((sample, index) => {
    const result = filter.push(readingAt(sample, index));
    return result?.reason ?? result?.value;
  });
}

const everyKind: FilterSpecification[] = [
  { kind: 'delta', minimumChange: 0.5 },
  { kind: 'throttle', intervalNs: 3n * SECOND },
  { kind: 'median', window: 3 },
  { kind: 'moving-average', window: 3 },
  { kind: 'exponential', weight: 0.25 },
  { kind: 'offset', offset: 1 },
  { kind: 'linear', scale: 2, offset: 1 },
  {
    kind: 'polyline',
    points: [
      { measured: 0, actual: 1 },
      { measured: 10, actual: 12 },
    ],
  },
  { kind: 'clamp', minimum: -1000, maximum: 1000, outside: 'refuse' },
];

describe.each(everyKind)('no-data through $kind', (specification) => {
  it('passes a reason once for each run of the same reason, and the first value after it', () => {
    const out = through(specification, [
      20,
      'timeout',
      'timeout',
      'nack',
      'nack',
      'timeout',
      20,
      'timeout',
      21,
    ]);
    expect(out.slice(1, 6)).toEqual(['timeout', undefined, 'nack', undefined, 'timeout']);
    expect(out[6]).toBe(out[0]);
    expect(out[7]).toBe('timeout');
    expect(out[8]).toEqual(expect.any(Number));
  });

  it('forgets what came before: after a reason it behaves as if new', () => {
    const values = [1, 30, 2, 40, 3];
    expect(through(specification, [100, -100, 7, 'crc', ...values]).slice(4)).toEqual(
      through(specification, values),
    );
  });

  it('gives finite values or reasons for whatever comes, each reason once for each run', () => {
    const sample = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      // Not out-of-range: some of these filters give it themselves, and a run of it may begin there.
      fc.constantFrom(...readingReasons.filter((reason) => reason !== 'out-of-range')),
    );
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 40 }), (samples) => {
        const out = through(specification, samples);
        expect(out.every((each) => typeof each !== 'number' || Number.isFinite(each))).toBe(true);
        const reasons = samples.map((each, index) => (each === samples[index - 1] ? undefined : each));
        const isReason = (index: number) => typeof samples[index] === 'string';
        expect(out.filter((_, index) => isReason(index))).toEqual(
          reasons.filter((_, index) => isReason(index)),
        );
      }),
    );
  });
});

describe('filters', () => {
  it('delta: takes a change for what it is in decimals, not in the binary fractions that stand for them', () => {
    const steps = [20, 20.1, 20.2, 20.3, 20.4, 20.5, 20.6, 20.7];
    expect(through({ kind: 'delta', minimumChange: 0.1 }, steps)).toEqual(steps);
    const short = [20, 20.099_999, 20.1, 20.199_999, 20.2];
    expect(through({ kind: 'delta', minimumChange: 0.1 }, short)).toEqual([
      20,
      undefined,
      20.1,
      undefined,
      20.2,
    ]);
  });

  it('delta: passes what differs by the change from the last passed value', () => {
    expect(through({ kind: 'delta', minimumChange: 1 }, [20, 20.9, 21, 20.1, 20, 25])).toEqual([
      20,
      undefined,
      21,
      undefined,
      20,
      25,
    ]);
    expect(through({ kind: 'delta', minimumChange: 0 }, [20, 20, 20.1, 20.1])).toEqual([
      20,
      undefined,
      20.1,
      undefined,
    ]);
  });

  it('throttle: passes one per interval, by due times, so that jitter of the capture loses none', () => {
    expect(through({ kind: 'throttle', intervalNs: 2n * SECOND }, [1, 2, 3, 4, 5])).toEqual([
      1,
      undefined,
      3,
      undefined,
      5,
    ]);
    const filter = createFilter({ kind: 'throttle', intervalNs: SECOND });
    const passed = [0n, 1n, 2n, 3n].map((second) => {
      const late = { ...readingAt(1, 0), capturedNs: second * SECOND + (second % 2n === 0n ? 900n : 0n) };
      return filter.push(late as Reading, second * SECOND) !== undefined;
    });
    expect(passed).toEqual([true, true, true, true]);
  });

  it('median: of the last values, the mean of the middle two while they are even', () => {
    expect(through({ kind: 'median', window: 3 }, [10, 20, 99, 21, 22])).toEqual([10, 15, 20, 21, 22]);
  });

  it('moving average: of the last values', () => {
    expect(through({ kind: 'moving-average', window: 3 }, [3, 6, 9, 12])).toEqual([3, 4.5, 6, 9]);
  });

  it('moving average: keeps no rounding error of values that have left the window', () => {
    expect(through({ kind: 'moving-average', window: 2 }, [1e17, 0.1, 0.3, 0.5]).at(-1)).toBe(0.4);
  });

  it('exponential: starts at the first value', () => {
    expect(through({ kind: 'exponential', weight: 0.5 }, [8, 0, 0, 4])).toEqual([8, 4, 2, 3]);
  });

  it('polyline: exact at its points, straight between them and beyond', () => {
    const points = [
      { measured: 0, actual: 0.1 },
      { measured: 3, actual: 0.7 },
      { measured: 4, actual: 10.7 },
    ];
    expect(through({ kind: 'polyline', points }, [0, 3, 4, 1.5, 3.5, 5])).toEqual([
      0.1,
      0.7,
      10.7,
      0.4,
      5.7,
      expect.closeTo(20.7, 12),
    ]);
    expect(through({ kind: 'polyline', points }, [-3])).toEqual([expect.closeTo(-0.5, 12)]);
  });

  it('calibration that overflows is out of range, once', () => {
    expect(through({ kind: 'linear', scale: 1e308, offset: 0 }, [10, 20, 1])).toEqual([
      'out-of-range',
      undefined,
      1e308,
    ]);
  });

  it('clamp: limits or refuses', () => {
    const limits = { kind: 'clamp', minimum: 0, maximum: 10 } as const;
    expect(through({ ...limits, outside: 'limit' }, [-1, 5, 11])).toEqual([0, 5, 10]);
    expect(through({ ...limits, outside: 'refuse' }, [-1, 11, 5, 11])).toEqual([
      'out-of-range',
      undefined,
      5,
      'out-of-range',
    ]);
  });

  it('keep channel, unit, sequence and capture time of the newest reading', () => {
    const filter = createFilter({ kind: 'median', window: 3 });
    filter.push(readingAt(1, 0));
    expect(filter.push(readingAt(2, 7))).toEqual({ ...readingAt(2, 7), value: 1.5 });
  });
});

describe('createFilter', () => {
  it.each<[string, unknown]>([
    ['a negative change', { kind: 'delta', minimumChange: -1 }],
    ['a change that is not a number', { kind: 'delta', minimumChange: Number.NaN }],
    ['a throttle of 0', { kind: 'throttle', intervalNs: 0n }],
    ['a window of 0', { kind: 'median', window: 0 }],
    ['a window above the limit', { kind: 'moving-average', window: 256 }],
    ['a weight of 0', { kind: 'exponential', weight: 0 }],
    ['a weight above 1', { kind: 'exponential', weight: 1.1 }],
    ['an offset that is infinite', { kind: 'offset', offset: Number.POSITIVE_INFINITY }],
    ['a scale that is not a number', { kind: 'linear', scale: Number.NaN, offset: 0 }],
    ['one point', { kind: 'polyline', points: [{ measured: 0, actual: 0 }] }],
    ['points that do not rise', { kind: 'polyline', points: [0, 0].map(() => ({ measured: 0, actual: 0 })) }],
    ['a minimum above the maximum', { kind: 'clamp', minimum: 1, maximum: 0, outside: 'limit' }],
    ['an unknown rule outside', { kind: 'clamp', minimum: 0, maximum: 1, outside: 'wrap' }],
    ['an unknown kind', { kind: 'kalman' }],
  ])('refuses %s', (_, specification) => {
    expect(() => createFilter(specification as FilterSpecification)).toThrow(
      expect.objectContaining({ code: 'SENSOR_BAD_CONTRACT' }),
    );
  });
});
