import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SensorError } from '../error.ts';
import type { ContractRequest } from './contract.ts';
import { grantContract } from './contract.ts';
import { MAX_INTERVAL_NS, MAX_REPORT_LATENCY_NS, MIN_INTERVAL_NS } from './limits.ts';
import type { SensorDescription } from './sensor-description.ts';
import { retryDelayNs, sensorTimes } from './sensor-description.ts';

const MS = 1_000_000n;
const sensor = {
  name: 'air',
  channels: [
    { name: 'temperature', unit: 'degC' },
    { name: 'humidity', unit: 'percent' },
  ],
  shortestIntervalNs: 50n * MS,
} satisfies SensorDescription;
const badContract = expect.objectContaining({ code: 'SENSOR_BAD_CONTRACT' });
const badDescription = expect.objectContaining({ code: 'SENSOR_BAD_DESCRIPTION' });

describe('grantContract', () => {
  it('fills in the defaults', () => {
    expect(grantContract({ intervalNs: 100n * MS }, sensor)).toEqual({
      intervalNs: 100n * MS,
      toleranceNs: 0n,
      windowNs: 50n * MS,
      maximumReportLatencyNs: 0n,
      mode: { kind: 'every' },
      filters: [],
      channels: ['temperature', 'humidity'],
      firstReading: 'on-grid',
      queueRecords: 64,
      limitedBy: 'nothing',
    });
  });

  it.each([
    { asked: 10n, permitted: undefined, granted: 50n, limitedBy: 'sensor' },
    { asked: 10n, permitted: 200n, granted: 200n, limitedBy: 'permission' },
    { asked: 10n, permitted: 50n, granted: 50n, limitedBy: 'sensor' },
    { asked: 100n, permitted: 200n, granted: 200n, limitedBy: 'permission' },
    { asked: 200n, permitted: 200n, granted: 200n, limitedBy: 'nothing' },
  ])(
    'grants $granted ms for $asked ms with a permission of $permitted ms, limited by $limitedBy',
    ({ asked, permitted, granted, limitedBy }) => {
      const permission = permitted === undefined ? undefined : { shortestIntervalNs: permitted * MS };
      expect(grantContract({ intervalNs: asked * MS }, sensor, permission)).toMatchObject({
        intervalNs: granted * MS,
        limitedBy,
      });
    },
  );

  it('grants no more latency than the queue can hold', () => {
    const request = { intervalNs: 100n * MS, maximumReportLatencyNs: 10_000n * MS, queueRecords: 8 };
    expect(grantContract(request, sensor).maximumReportLatencyNs).toBe(800n * MS);
  });

  it('keeps nothing of what the client passed', () => {
    const channels = ['temperature'];
    const contract = grantContract({ intervalNs: 100n * MS, channels }, sensor);
    channels[0] = 'humidity';
    expect(contract.channels).toEqual(['temperature']);
  });

  it.each<[string, Partial<ContractRequest>]>([
    ['an interval of 0', { intervalNs: 0n }],
    ['a negative interval', { intervalNs: -1n }],
    ['an interval below the limit', { intervalNs: MIN_INTERVAL_NS - 1n }],
    ['an interval above the limit', { intervalNs: MAX_INTERVAL_NS + 1n }],
    ['an interval that is a number', { intervalNs: 5 as never }],
    ['a negative tolerance', { toleranceNs: -1n }],
    ['a tolerance above the interval', { toleranceNs: 100n * MS + 1n }],
    ['a negative latency', { maximumReportLatencyNs: -1n }],
    ['a latency above the limit', { maximumReportLatencyNs: MAX_REPORT_LATENCY_NS + 1n }],
    ['a threshold that is not a number', { mode: { kind: 'threshold', level: Number.NaN } }],
    ['a negative hysteresis', { mode: { kind: 'threshold', level: 1, hysteresis: -1 } }],
    ['an unknown mode', { mode: { kind: 'sometimes' } as never }],
    ['a threshold on two channels', { mode: { kind: 'threshold', level: 1 } }],
    ['a filter on two channels', { filters: [{ kind: 'median', window: 3 }] }],
    ['an unknown channel', { channels: ['pressure'] }],
    ['a channel twice', { channels: ['humidity', 'humidity'] }],
    ['no channel', { channels: [] }],
    ['a queue of 0', { queueRecords: 0 }],
    ['half a record', { queueRecords: 1.5 }],
    ['an unknown first reading', { firstReading: 'later' as never }],
  ])('refuses %s', (_, part) => {
    expect(() => grantContract({ intervalNs: 100n * MS, ...part }, sensor)).toThrow(badContract);
  });

  it('grants what holds together or throws the typed error, for any numbers', () => {
    const time = fc.oneof(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n }),
      fc.bigInt({ min: 0n, max: 10n ** 9n }),
    );
    fc.assert(
      fc.property(time, time, time, fc.double(), (intervalNs, toleranceNs, maximumReportLatencyNs, level) => {
        const request: ContractRequest = {
          intervalNs,
          toleranceNs,
          maximumReportLatencyNs,
          channels: ['humidity'],
          mode: { kind: 'threshold', level },
        };
        let contract: ReturnType<typeof grantContract>;
        try {
          contract = grantContract(request, sensor);
        } catch (error) {
          expect(error).toBeInstanceOf(SensorError);
          return;
        }
        expect(contract.intervalNs >= intervalNs && contract.intervalNs >= sensor.shortestIntervalNs).toBe(
          true,
        );
        expect(contract.windowNs >= 1n && contract.windowNs <= contract.intervalNs).toBe(true);
      }),
    );
  });
});

describe('sensorTimes', () => {
  it.each<[string, Partial<SensorDescription>]>([
    ['no name', { name: '' }],
    ['an empty bus name', { bus: '' }],
    ['no channel', { channels: [] }],
    ['a channel twice', { channels: [...sensor.channels, ...sensor.channels] }],
    ['a shortest interval of 0', { shortestIntervalNs: 0n }],
    ['a gap above the shortest interval', { minimumGapNs: 51n * MS }],
    ['a conversion above the shortest interval', { conversionNs: 51n * MS }],
    ['a negative warm-up', { warmUpNs: -1n }],
    ['a step timeout of 0', { stepTimeoutNs: 0n }],
    ['a retry delay of 0', { retry: { firstDelayNs: 0n, maximumDelayNs: 1n } }],
    ['a longest retry delay below the first', { retry: { firstDelayNs: 2n, maximumDelayNs: 1n } }],
  ])('refuses %s', (_, part) => {
    expect(() => sensorTimes({ ...sensor, ...part })).toThrow(badDescription);
  });

  it('never retries faster than the shortest interval unless told so', () => {
    expect(sensorTimes(sensor).retry).toEqual({ firstDelayNs: 50n * MS, maximumDelayNs: 10_000n * MS });
    expect(sensorTimes({ ...sensor, shortestIntervalNs: MIN_INTERVAL_NS }).retry.firstDelayNs).toBe(MS);
  });
});

describe('retryDelayNs', () => {
  it('doubles and stays at the limit, for any number of failures', () => {
    const retry = { firstDelayNs: 3n, maximumDelayNs: 40n };
    expect([1, 2, 3, 4, 5, 6].map((count) => retryDelayNs(retry, count))).toEqual([
      3n,
      6n,
      12n,
      24n,
      40n,
      40n,
    ]);
    expect(retryDelayNs(retry, Number.MAX_SAFE_INTEGER)).toBe(40n);
  });
});
