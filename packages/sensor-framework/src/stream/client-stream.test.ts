import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reading, ReadingReason } from '../reading.ts';
import { failedReading, goodReading } from '../reading.ts';
import type { ContractRequest } from '../scheduler/contract.ts';
import { grantContract } from '../scheduler/contract.ts';
import { ClientStream } from './client-stream.ts';
import { RecordQueue } from './record-queue.ts';
import { StreamSet } from './stream-set.ts';

const MS = 1_000_000n;
const channels = [
  { name: 'temperature', unit: 'degC' },
  { name: 'humidity', unit: 'percent' },
  { name: 'pressure', unit: 'Pa' },
];

const terms = (request: Partial<ContractRequest> = {}) =>
  grantContract({ intervalNs: 100n * MS, ...request }, { channels, shortestIntervalNs: MS });

const temperatureTerms = (request: Partial<ContractRequest>) =>
  terms({ channels: ['temperature'], ...request });

function sample(index: number, value: number | ReadingReason): Reading[] {
  const capturedNs = BigInt(index) * 100n * MS;
  return channels.map(({ name, unit }) => {
    const capture = { channel: name, unit, sequence: index, capturedNs, capturedWallNs: capturedNs };
    return typeof value === 'number' ? goodReading(capture, value) : failedReading(capture, value);
  });
}

function push(stream: ClientStream, index: number, value: number | ReadingReason): boolean {
  const nowNs = BigInt(index) * 100n * MS;
  return stream.push({ dueNs: nowNs, sequence: index }, sample(index, value), nowNs);
}

function reported(stream: ClientStream, values: readonly (number | ReadingReason)[]): unknown[] {
  values.forEach((value, index) => {
    push(stream, index + 1, value);
  });
  return stream.drain(1000, 0n).map(({ readings }) => readings[0]?.reason ?? readings[0]?.value);
}

describe('modes', () => {
  it('every: each reading, each failure, all channels of one conversion in one record with one capture time', () => {
    const stream = new ClientStream(terms());
    push(stream, 1, 20);
    push(stream, 2, 'nack');
    push(stream, 3, 'nack');
    const records = stream.drain(10, 0n);
    expect(records.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(records[0]?.readings.map(({ channel, unit }) => [channel, unit])).toEqual([
      ['temperature', 'degC'],
      ['humidity', 'percent'],
      ['pressure', 'Pa'],
    ]);
    expect(new Set(records[0]?.readings.map(({ capturedNs }) => capturedNs)).size).toBe(1);
  });

  it('picks the channels of the contract', () => {
    const stream = new ClientStream(terms({ channels: ['pressure'] }));
    push(stream, 1, 20);
    expect(stream.drain(10, 0n)[0]?.readings.map(({ channel }) => channel)).toEqual(['pressure']);
  });

  it('on change: what differs from the last report, reasons once, the first value after one', () => {
    const stream = new ClientStream(temperatureTerms({ mode: { kind: 'on-change', minimumChange: 0.5 } }));
    expect(reported(stream, [20, 20.4, 20.5, 20.5, 'nack', 'nack', 20.5, 20.5])).toEqual([
      20,
      20.5,
      'nack',
      20.5,
    ]);
  });

  it('threshold: changes of side only, with hysteresis', () => {
    const mode = { kind: 'threshold', level: 30, hysteresis: 1 } as const;
    const stream = new ClientStream(temperatureTerms({ mode }));
    expect(reported(stream, [25, 30, 30.9, 31, 29.5, 29, 28.9, 30.5, 31.5])).toEqual([25, 31, 28.9, 31.5]);
  });

  it('threshold: tells the side again after a failure', () => {
    const stream = new ClientStream(temperatureTerms({ mode: { kind: 'threshold', level: 30 } }));
    expect(reported(stream, [31, 32, 'timeout', 'timeout', 33, 34])).toEqual([31, 'timeout', 33]);
  });

  it('threshold: a reported value tells the side by itself', () => {
    const value = fc.integer({ min: -20, max: 20 });
    fc.assert(
      fc.property(fc.array(value), value, fc.integer({ min: 0, max: 10 }), (values, level, hysteresis) => {
        const stream = new ClientStream(temperatureTerms({ mode: { kind: 'threshold', level, hysteresis } }));
        const sides = (reported(stream, values) as number[]).map((each) => each >= level);
        for (let index = 1; index < sides.length; index += 1) expect(sides[index]).not.toBe(sides[index - 1]);
      }),
    );
  });

  it('filters come before the mode, in their order', () => {
    const request = {
      filters: [
        { kind: 'offset', offset: 10 },
        { kind: 'clamp', minimum: 0, maximum: 40, outside: 'limit' },
      ],
      mode: { kind: 'on-change' },
    } as const;
    expect(reported(new ClientStream(temperatureTerms(request)), [20, 30, 35, 50, 25])).toEqual([30, 40, 35]);
  });
});

describe('batching', () => {
  it('reports the maximum latency after the oldest record that waits', () => {
    const stream = new ClientStream(terms({ maximumReportLatencyNs: 1000n * MS }));
    expect(stream.reportNs).toBeUndefined();
    for (let index = 1; index <= 11; index += 1) push(stream, index, 20);
    expect(stream.reportNs).toBe(1100n * MS);
    expect(stream.drain(100, 1100n * MS)).toHaveLength(11);
    expect(stream.reportNs).toBeUndefined();
  });

  it('reports at once without a latency, and when the queue is full', () => {
    const stream = new ClientStream(terms());
    push(stream, 3, 20);
    expect(stream.reportNs).toBe(300n * MS);
    const batching = new ClientStream(terms({ maximumReportLatencyNs: 1000n * MS, queueRecords: 3 }));
    for (let index = 1; index <= 3; index += 1) push(batching, index, 20);
    expect(batching.reportNs).toBe(300n * MS);
  });

  it('has what a short drain leaves reported at once', () => {
    const stream = new ClientStream(terms({ maximumReportLatencyNs: 1000n * MS }));
    for (let index = 1; index <= 4; index += 1) push(stream, index, 20);
    expect(stream.drain(3, 500n * MS)).toHaveLength(3);
    expect(stream.reportNs).toBe(500n * MS);
  });
});

describe('RecordQueue', () => {
  it('loses nothing untold: records and gaps add up in order, for any pushes, drains and sizes', () => {
    const action = fc.oneof(
      fc.record({ push: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ take: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ resize: fc.integer({ min: 1, max: 6 }) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.array(action), (capacity, actions) => {
        const queue = new RecordQueue(capacity);
        let pushed = 0;
        let expected = 1;
        const check = (count: number) => {
          for (const { sequence, lost } of queue.take(count)) {
            expect(sequence).toBe(expected + lost);
            expected = sequence + 1;
          }
        };
        let size = capacity;
        for (const each of actions) {
          if ('take' in each) check(each.take);
          else if ('resize' in each) {
            size = each.resize;
            queue.resize(size);
          } else {
            for (let count = 0; count < each.push; count += 1) {
              pushed += 1;
              queue.push({ dueNs: BigInt(pushed), sequence: pushed, readings: [] });
            }
          }
          expect(queue.size).toBeLessThanOrEqual(size);
        }
        check(100);
        expect(expected - 1).toBe(pushed);
      }),
    );
  });
});

const key = (client: string, clientSlot: number) => ({ client, clientSlot });
const namesOf = (keys: readonly { readonly client: string }[]) => keys.map(({ client }) => client);

describe('StreamSet', () => {
  it('drops the oldest of a client that does not fetch, tells it the gap, and harms nobody else', () => {
    const set = new StreamSet();
    const lazy = key('lazy', 0);
    const eager = key('eager', 1);
    set.open(lazy, terms({ queueRecords: 3 }));
    set.open(eager, terms());
    let droppedCount = 0;
    for (let index = 1; index <= 10; index += 1) {
      const nowNs = BigInt(index) * 100n * MS;
      for (const client of [lazy, eager]) {
        if (set.push({ ...client, dueNs: nowNs, sequence: index }, sample(index, 20), nowNs))
          droppedCount += 1;
      }
      expect(set.drain(eager, 10, nowNs)).toMatchObject([{ sequence: index, lost: 0 }]);
    }
    expect(droppedCount).toBe(7);
    expect(set.clientCounters(lazy)).toEqual({ waitingCount: 3, droppedCount: 7 });
    expect(set.clientCounters(eager)).toEqual({ waitingCount: 0, droppedCount: 0 });
    expect(set.drain(lazy, 10, 0n).map(({ sequence, lost }) => [sequence, lost])).toEqual([
      [8, 7],
      [9, 0],
      [10, 0],
    ]);
  });

  it('names each client once when its report is due, and again after it has drained', () => {
    const set = new StreamSet();
    const batch = key('batch', 0);
    const quick = key('quick', 1);
    set.open(batch, terms({ maximumReportLatencyNs: 250n * MS }));
    set.open(quick, terms());
    const pushBoth = (index: number) => {
      const nowNs = BigInt(index) * 100n * MS;
      for (const client of [batch, quick]) {
        set.push({ ...client, dueNs: nowNs, sequence: index }, sample(index, 20), nowNs);
      }
    };
    pushBoth(1);
    expect(set.nextReportNs()).toBe(100n * MS);
    expect(namesOf(set.takeReports(100n * MS))).toEqual(['quick']);
    pushBoth(2);
    expect(set.nextReportNs()).toBe(350n * MS);
    expect(namesOf(set.takeReports(350n * MS))).toEqual(['batch']);
    expect(set.nextReportNs()).toBeUndefined();
    expect(set.drain(quick, 1, 350n * MS)).toHaveLength(1);
    expect(namesOf(set.takeReports(350n * MS))).toEqual(['quick']);
  });

  it('names a client once that fetched before it was told and has something again', () => {
    const set = new StreamSet();
    const client = key('a', 0);
    set.open(client, terms());
    const pushAt = (index: number) =>
      set.push({ ...client, dueNs: 0n, sequence: index }, sample(index, 20), 100n * MS);
    pushAt(1);
    expect(set.drain(client, 10, 100n * MS)).toHaveLength(1);
    expect(set.nextReportNs()).toBeUndefined();
    pushAt(2);
    expect(set.nextReportNs()).toBe(100n * MS);
    expect(namesOf(set.takeReports(100n * MS))).toEqual(['a']);
    expect(namesOf(set.takeReports(100n * MS))).toEqual([]);
  });

  it('takes new terms at once and keeps what waits', () => {
    const set = new StreamSet();
    const client = key('a', 0);
    set.open(client, terms({ maximumReportLatencyNs: 5000n * MS }));
    for (let index = 1; index <= 4; index += 1) {
      set.push({ ...client, dueNs: 0n, sequence: index }, sample(index, 20), 100n * MS);
    }
    expect(set.change(client, terms({ queueRecords: 2 }), 400n * MS)).toBe(2);
    expect(set.nextReportNs()).toBe(400n * MS);
    expect(set.drain(client, 10, 400n * MS).map(({ sequence, lost }) => [sequence, lost])).toEqual([
      [3, 2],
      [4, 0],
    ]);
  });

  it('knows who is there', () => {
    const set = new StreamSet();
    const client = key('a', 0);
    set.open(client, terms());
    expect(() => set.open(client, terms())).toThrow(expect.objectContaining({ code: 'SENSOR_IN_USE' }));
    set.push({ ...client, dueNs: 0n, sequence: 1 }, sample(1, 20), 0n);
    expect([set.close(client), set.close(client)]).toEqual([true, false]);
    expect(set.nextReportNs()).toBeUndefined();
    expect(set.takeReports(0n)).toEqual([]);
    set.open(key('b', 0), terms());
    set.push({ ...client, dueNs: 0n, sequence: 2 }, sample(2, 20), 0n);
    expect(set.clientCounters(key('b', 0)).waitingCount).toBe(0);
    expect(() => set.drain(client, 1, 0n)).toThrow(
      expect.objectContaining({ code: 'SENSOR_UNKNOWN_CLIENT' }),
    );
  });
});

describe('a change of the contract', () => {
  it('reports what waits at once when it fills the smaller queue', () => {
    const stream = new ClientStream(terms({ maximumReportLatencyNs: 5_000n * MS, queueRecords: 50 }));
    for (const index of [1, 2, 3]) push(stream, index, 20);
    expect(stream.reportNs).toBe(5_100n * MS);
    const smaller = terms({ maximumReportLatencyNs: 5_000n * MS, queueRecords: 3 });
    // The latency that was granted is what the queue holds, so the queue is made smaller alone here.
    expect(stream.change({ ...smaller, maximumReportLatencyNs: 5_000n * MS }, 350n * MS)).toBe(0);
    expect(stream.reportNs).toBe(350n * MS);
  });
});
