import { VirtualClock } from '@kanchi/hal/mock';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChannelSample } from '../drivers/sensor-driver.ts';
import { entryOf, FakeDriver } from '../hub/fake-sensor.test-support.ts';
import { SensorHub } from '../hub/sensor-hub.ts';
import type { StreamRecord } from '../stream/record-queue.ts';
import { HubService } from './hub-service.ts';
import { type Hang, RemoteSensorPort } from './remote-sensor-port.ts';
import { createSampleRing, SampleRingReader, SampleRingWriter } from './sample-ring.ts';
import { packIntegers, unpackIntegers } from './wire.ts';

const MS = 1_000_000n;
const noCap = { shortestIntervalNs: 0n };
const channels = [
  { name: 'a', unit: 'V' },
  { name: 'b', unit: 'A' },
];

function place(
  sample: (read: number) => readonly ChannelSample[],
  ringReadings?: number,
  hang?: () => Hang | undefined,
) {
  const clock = new VirtualClock();
  const driver = new FakeDriver(['a', 'b'], () => sample(driver.reads));
  const hub = new SensorHub({ clock, sensors: [entryOf('supply', driver)] });
  const ring = createSampleRing(ringReadings);
  let wakes = 0;
  const service = new HubService(hub, 'app#1', ring, () => {
    wakes += 1;
  });
  // Requests and answers cross as JSON text.
  const port = new RemoteSensorPort(
    (request) => JSON.parse(JSON.stringify(service.serve(JSON.parse(JSON.stringify(request))))),
    ring,
    hang,
  );
  const runTo = (timeNs: bigint): void => {
    while (clock.nowNs() < timeNs) clock.waitUntil(timeNs);
  };
  return { clock, hub, port, service, runTo, wakes: () => wakes };
}

function collect(port: RemoteSensorPort): StreamRecord[] {
  const records: StreamRecord[] = [];
  port.collect((_, record) => records.push(record));
  return records;
}

describe('a sensor that is taken from an app in another thread', () => {
  it('is not read for it any more, and nothing new comes, whatever the app does', () => {
    const { port, hub, service, runTo } = place(() => [1, 2]);
    port.open(7, 'supply', { intervalNs: 10n * MS }, noCap);
    runTo(35n * MS);
    const before = collect(port).length;
    expect(before).toBeGreaterThan(2);
    service.revoke(['gpio:supply', 'sensor:another']);
    expect(hub.clientStates()).toHaveLength(1);
    service.revoke(['sensor:supply']);
    expect(hub.clientStates()).toEqual([]);
    runTo(200n * MS);
    expect(collect(port)).toEqual([]);
    port.close(7);
    port.close(7);
  });
});

describe('sensors of another thread', () => {
  it('are described, opened, changed and closed as those of the same thread', () => {
    const { port, hub } = place(() => [1, 2]);
    expect(port.describe('supply')).toEqual(hub.describe('supply'));
    const contract = port.open(
      7,
      'supply',
      { intervalNs: MS, channels: ['b'] },
      { shortestIntervalNs: 5n * MS },
    );
    expect(contract).toMatchObject({ intervalNs: 5n * MS, limitedBy: 'permission', channels: ['b'] });
    expect(port.change(7, { intervalNs: 20n * MS }, noCap)).toMatchObject({ intervalNs: 20n * MS });
    expect(hub.clientStates()).toMatchObject([{ client: 'app#1/7', sensor: 'supply' }]);
    port.close(7);
    port.close(7);
    expect(hub.clientStates()).toEqual([]);
  });

  it('keep the code of an error on the way', () => {
    const { port } = place(() => [1, 2]);
    expect(() => port.describe('suply')).toThrow(
      expect.objectContaining({ name: 'SensorError', code: 'SENSOR_UNKNOWN_SENSOR' }),
    );
    expect(() => port.open(1, 'supply', { intervalNs: 0n }, noCap)).toThrow(
      expect.objectContaining({ code: 'SENSOR_BAD_CONTRACT', details: { field: 'intervalNs' } }),
    );
  });

  it('give values and reasons exactly as they were read, and wake the app', () => {
    const { port, runTo, wakes } = place((read) => [read, read % 2 === 0 ? 'crc' : -read]);
    port.open(1, 'supply', { intervalNs: 10n * MS }, noCap);
    runTo(25n * MS);
    expect(wakes()).toBe(3);
    const records = collect(port);
    expect(records.map(({ dueNs, sequence, lost }) => ({ dueNs, sequence, lost }))).toEqual([
      { dueNs: 0n, sequence: 1, lost: 0 },
      { dueNs: 10n * MS, sequence: 2, lost: 0 },
      { dueNs: 20n * MS, sequence: 3, lost: 0 },
    ]);
    expect(records[1]?.readings).toMatchObject([
      { channel: 'a', unit: 'V', value: 2, sequence: 2, capturedNs: 10n * MS },
      { channel: 'b', unit: 'V', reason: 'crc', sequence: 2, capturedNs: 10n * MS },
    ]);
  });

  it('wait in the queue of the subscription when the app does not look; what is dropped is told, the rest comes', () => {
    const { port, runTo } = place((read) => [read, 0], 64);
    port.open(1, 'supply', { intervalNs: MS, queueRecords: 10 }, noCap);
    // 32 records fill the ring, 10 wait in the queue, the others are lost.
    runTo(99n * MS + 1n);
    const first = collect(port);
    expect(first.map(({ sequence }) => sequence)).toEqual([
      ...Array.from({ length: 32 }, (_, index) => index + 1),
      ...Array.from({ length: 10 }, (_, index) => index + 91),
    ]);
    expect(first[32]).toMatchObject({ sequence: 91, lost: 58 });
    runTo(102n * MS + 1n);
    expect(collect(port).map(({ sequence }) => sequence)).toEqual([101, 102, 103]);
  });

  it('do not reach a subscription that was closed while they were on their way', () => {
    const { port, runTo } = place(() => [1, 2]);
    port.open(1, 'supply', { intervalNs: 10n * MS }, noCap);
    runTo(25n * MS);
    port.close(1);
    expect(collect(port)).toEqual([]);
  });

  it('are let go when the app is gone', () => {
    const { port, hub, service } = place(() => [1, 2]);
    port.open(1, 'supply', { intervalNs: 10n * MS }, noCap);
    port.open(2, 'supply', { intervalNs: 10n * MS }, noCap);
    service.close();
    expect(hub.clientStates()).toEqual([]);
  });
});

describe('the ring of samples', () => {
  const record = (sequence: number, count: number): StreamRecord => ({
    dueNs: BigInt(sequence),
    sequence,
    lost: 0,
    readings: channels.slice(0, count).map(({ name, unit }) => ({
      channel: name,
      unit,
      sequence,
      capturedNs: 1n,
      capturedWallNs: 2n,
      value: sequence / 3,
    })),
  });

  it('gives every record that had room, whole and in order, however writes and reads mix', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 2 })), { maxLength: 400 }),
        (moves) => {
          const buffer = createSampleRing(64);
          const writer = new SampleRingWriter(buffer);
          const reader = new SampleRingReader(buffer);
          const written: StreamRecord[] = [];
          const read: StreamRecord[] = [];
          const drain = (): void =>
            reader.drain(
              () => channels,
              (_, each) => read.push(each),
            );
          for (const [writes, count] of moves) {
            if (!writes) drain();
            else if (writer.room >= count) {
              const each = record(written.length + 1, count);
              writer.push(5, each, (name) => channels.findIndex((channel) => channel.name === name));
              written.push(each);
            }
          }
          drain();
          expect(read).toEqual(written);
        },
      ),
    );
  });

  it('takes nothing while the reader has left an index that makes no sense, and writes nowhere else', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (head) => {
        const buffer = createSampleRing(64);
        const writer = new SampleRingWriter(buffer);
        new Int32Array(buffer)[0] = head;
        expect(writer.room).toBeGreaterThanOrEqual(0);
        expect(writer.room).toBeLessThanOrEqual(64);
      }),
    );
  });

  it('has a limit', () => {
    expect(() => createSampleRing(63)).toThrow(RangeError);
    expect(() => createSampleRing(65_537)).toThrow(RangeError);
  });
});

describe('integers in JSON', () => {
  it('come back as they were', () => {
    const value = { a: 1n, b: [-(2n ** 63n), 'text', { c: 0n }], d: null, e: 1.5, f: true };
    expect(unpackIntegers(JSON.parse(JSON.stringify(packIntegers(value))))).toEqual(value);
  });
});

describe('sensors of a thread that hangs', () => {
  it('are told as timeout once when a point of theirs is due, and not again by the thread', () => {
    let hang: Hang | undefined;
    let value: ChannelSample = 1;
    const { port, runTo } = place(
      () => [value, value],
      undefined,
      () => hang,
    );
    port.open(1, 'supply', { intervalNs: 10n * MS, channels: ['b'] }, noCap);
    port.open(2, 'supply', { intervalNs: 1_000n * MS }, noCap);
    runTo(35n * MS);
    const before: number[] = [];
    port.collect((subscription, { sequence }) => subscription === 1 && before.push(sequence));
    // It hangs in the read of 40 ms. The other subscription has no point that is due.
    hang = { step: 5, nowNs: 60n * MS, wallNs: 0n };
    const told = collect(port);
    expect(told).toMatchObject([
      {
        dueNs: 40n * MS,
        sequence: (before.at(-1) ?? 0) + 1,
        lost: 0,
        readings: [{ channel: 'b', reason: 'timeout' }],
      },
    ]);
    expect(told[0]?.readings).toHaveLength(1);
    expect(collect(port)).toEqual([]);
    // It returns, and says so itself; then values come.
    hang = undefined;
    value = 'timeout';
    runTo(45n * MS);
    expect(collect(port)).toEqual([]);
    value = 2;
    runTo(75n * MS);
    expect(collect(port)[0]?.readings).toMatchObject([{ channel: 'b', value: 2 }]);
  });

  it('can be closed without waiting for it; it is told later', () => {
    let hang: Hang | undefined;
    const { port, hub } = place(
      () => [1, 2],
      undefined,
      () => hang,
    );
    port.open(1, 'supply', { intervalNs: 10n * MS }, noCap);
    hang = { step: 1, nowNs: 20n * MS, wallNs: 0n };
    port.close(1);
    expect(hub.clientStates()).toHaveLength(1);
    expect(collect(port)).toEqual([]);
    hang = undefined;
    port.describe('supply');
    expect(hub.clientStates()).toEqual([]);
  });
});
