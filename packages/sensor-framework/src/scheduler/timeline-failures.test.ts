import { describe, expect, it } from 'vitest';
import { gridPoints, MS, SECOND, VirtualHost } from './virtual-host.test-support.ts';

const every = (milliseconds: number) => ({ intervalNs: BigInt(milliseconds) * MS });

describe('a sensor that fails', () => {
  it('is found again when it is plugged in after 60 s, and tells it', () => {
    const host = new VirtualHost();
    host.addSensor('air', { bus: 'i2c-1' });
    host.behaviour = (_, nowNs) => ({
      durationNs: 0n,
      result: nowNs < 60n * SECOND ? 'not-present' : 'good',
    });
    host.open('a', 'air', every(100));
    host.run(80n * SECOND);
    expect(host.dues('a')).toEqual(gridPoints(0n, 80n * SECOND, 100n * MS));
    const firstGood = host.of('a').find(({ reason }) => reason === undefined);
    expect(firstGood?.dueNs).toBeGreaterThanOrEqual(60n * SECOND);
    expect(firstGood?.dueNs).toBeLessThanOrEqual(70n * SECOND + 100n * MS);
    expect(host.events.map(({ kind }) => kind)).toEqual(['sensor-failed', 'sensor-recovered']);
    expect(host.events[1]).toMatchObject({
      sensor: 'air',
      atNs: firstGood?.dueNs,
      reason: 'not-present',
      failedSinceNs: 0n,
    });
    // Doubling from 1 ms: far fewer probes than the 600 ticks of the first minute.
    expect(host.startsOf('air').filter((time) => time < 60n * SECOND).length).toBeLessThan(25);
  });

  it('doubles the delay up to its limit', () => {
    const host = new VirtualHost();
    host.addSensor('air', { retry: { firstDelayNs: 100n * MS, maximumDelayNs: 1_000n * MS } });
    host.behaviour = () => ({ durationNs: 0n, result: 'nack' });
    host.open('a', 'air', every(10));
    host.run(5n * SECOND);
    expect(host.startsOf('air').map((time) => time / MS)).toEqual(
      [0, 100, 300, 700, 1500, 2500, 3500, 4500].map(BigInt),
    );
    expect(host.of('a').every(({ reason }) => reason === 'nack')).toBe(true);
    expect(host.timeline.sensorCounters('air')).toMatchObject({ readCount: 8, failedReadCount: 8 });
  });

  it('loses only the one sample when one read fails', () => {
    const host = new VirtualHost();
    host.addSensor('air', { shortestIntervalNs: 100n * MS });
    host.behaviour = (_, nowNs) => ({ durationNs: 0n, result: nowNs === 300n * MS ? 'crc' : 'good' });
    host.open('a', 'air', every(100));
    host.run(SECOND);
    expect(host.of('a').filter(({ reason }) => reason !== undefined)).toMatchObject([
      { dueNs: 300n * MS, reason: 'crc' },
    ]);
  });

  it('does not stop the others on its bus', () => {
    const host = new VirtualHost();
    for (const name of ['broken', 'whole']) host.addSensor(name, { bus: 'i2c-1' });
    host.behaviour = (sensor) => ({ durationNs: MS, result: sensor === 'broken' ? 'nack' : 'good' });
    host.open('a', 'broken', every(100));
    host.open('b', 'whole', every(100));
    host.run(10n * SECOND + 50n * MS);
    expect(host.dues('b')).toEqual(gridPoints(0n, 10n * SECOND, 100n * MS));
    expect(host.of('b').every(({ reason }) => reason === undefined)).toBe(true);
  });

  it('warms up after power-on and after an absence, and the bus is left alone meanwhile', () => {
    const host = new VirtualHost();
    host.addSensor('gas', { warmUpNs: 250n * MS });
    host.behaviour = (_, nowNs) => ({
      durationNs: 0n,
      result: nowNs >= 500n * MS && nowNs < 600n * MS ? 'not-present' : 'good',
    });
    host.open('a', 'gas', every(100));
    host.run(SECOND);
    expect(host.of('a').map(({ reason }) => reason ?? 'good')).toEqual(
      'warming-up warming-up warming-up good good not-present warming-up warming-up warming-up good good'.split(
        ' ',
      ),
    );
    expect(host.startsOf('gas').map((time) => time / MS)).toEqual([300n, 400n, 500n, 600n, 900n, 1000n]);
  });

  it('goes on as usual after a reason that says nothing about the way to the part', () => {
    const host = new VirtualHost();
    host.addSensor('air');
    host.behaviour = () => ({ durationNs: 0n, result: 'out-of-range' });
    host.open('a', 'air', every(10));
    host.run(100n * MS);
    expect(host.startsOf('air')).toHaveLength(11);
    expect(host.events).toEqual([]);
  });
});

describe('a slow or hung bus', () => {
  it('delays no other bus', () => {
    const host = new VirtualHost();
    for (let index = 0; index < 10; index += 1) {
      host.addSensor(`slow ${index}`, { bus: 'i2c-1' });
      host.open(`client ${index}`, `slow ${index}`, every(1000));
    }
    host.addSensor('quick', { bus: 'i2c-2' });
    host.open('a', 'quick', every(10));
    host.behaviour = (sensor) => ({ durationNs: sensor === 'quick' ? MS : 70n * MS, result: 'good' });
    host.run(10n * SECOND + 900n * MS);
    expect(host.timeline.sensorCounters('quick')).toMatchObject({ lateCount: 0, missedCount: 0 });
    for (let index = 0; index < 10; index += 1) {
      // Each waits for those before it: 0, 70, ... 630 ms, told as lateness, and nobody misses a point.
      expect(host.timeline.sensorCounters(`slow ${index}`)).toMatchObject({
        maximumLatenessNs: BigInt(index) * 70n * MS,
        missedCount: 0,
        busTimeNs: 11n * 70n * MS,
      });
    }
  });

  it('serves everybody on an overloaded bus in turn and counts what was missed', () => {
    const host = new VirtualHost();
    for (const name of ['a', 'b', 'c']) {
      host.addSensor(name, { bus: 'i2c-1' });
      host.open(name, name, every(name === 'c' ? 100 : 10));
    }
    host.behaviour = () => ({ durationNs: 30n * MS, result: 'good' });
    host.run(9n * SECOND);
    for (const name of ['a', 'b', 'c']) {
      // Three take 90 ms: a and b get every third point of their time, c hardly waits.
      expect(host.startsOf(name).length).toBeGreaterThan(80);
      const intervalNs = name === 'c' ? 100n * MS : 10n * MS;
      // A sequence number counts grid points, so it tells the gap.
      const expected = host.of(name).map(({ sequence }) => BigInt(sequence - 1) * intervalNs);
      expect(host.dues(name)).toEqual(expected);
    }
    expect(host.timeline.clientCounters('a').missedCount).toBeGreaterThan(700);
  });

  it('answers timeout to everybody on a hung bus, and reads again when it returns', () => {
    const host = new VirtualHost();
    host.addSensor('hangs', { bus: 'i2c-1', stepTimeoutNs: 200n * MS });
    host.addSensor('waits', { bus: 'i2c-1' });
    host.addSensor('other', { bus: 'i2c-2' });
    host.behaviour = (sensor, nowNs) => ({
      durationNs: sensor === 'hangs' && nowNs === SECOND ? 2n * SECOND + 50n * MS : 0n,
      result: 'good',
    });
    for (const name of ['hangs', 'waits', 'other']) host.open(name, name, every(100));
    host.run(5n * SECOND);
    expect(host.events.map(({ kind, atNs }) => [kind, atNs / MS])).toEqual([
      ['bus-stuck', 1200n],
      ['sensor-failed', 1200n],
      ['bus-recovered', 3050n],
      ['sensor-recovered', 3100n],
    ]);
    const reasons = host.of('waits').map(({ dueNs, reason }) => [dueNs / MS, reason] as const);
    const timedOut = reasons.filter(([, reason]) => reason === 'timeout').map(([due]) => due);
    expect(timedOut).toEqual(gridPoints(1200n, 3000n, 100n));
    expect(reasons.filter(([, reason]) => reason !== undefined && reason !== 'timeout')).toEqual([]);
    expect(host.timeline.clientCounters('waits').missedCount).toBe(2);
    expect(host.of('other').every(({ reason }) => reason === undefined)).toBe(true);
    expect(host.dues('other')).toEqual(gridPoints(0n, 5n * SECOND, 100n * MS));
  });
});

describe('a conversion', () => {
  it('leaves the bus free, so that parts convert side by side', () => {
    const host = new VirtualHost();
    for (const name of ['a', 'b', 'c', 'd']) {
      host.addSensor(name, { bus: 'i2c-1', shortestIntervalNs: 100n * MS, conversionNs: 80n * MS });
      host.open(name, name, every(100));
    }
    host.behaviour = () => ({ durationNs: MS, result: 'good' });
    host.run(99n * MS);
    expect(host.steps.map(({ sensor, kind, atNs }) => [sensor, kind, Number(atNs / MS)])).toEqual([
      ...[0, 1, 2, 3].map((time) => ['abcd'[time], 'start', time]),
      ...[81, 82, 83, 84].map((time, index) => ['abcd'[index], 'collect', time]),
    ]);
    expect(host.of('d')).toMatchObject([{ startedNs: 3n * MS, handedNs: 85n * MS, reason: undefined }]);
  });

  it('is not collected when its clients have left, and those who join later get a read of their own', () => {
    const host = new VirtualHost();
    host.addSensor('air', { shortestIntervalNs: 100n * MS, conversionNs: 50n * MS });
    host.open('a', 'air', every(100));
    host.at(10n * MS, () => host.timeline.close('a'));
    host.at(70n * MS, () => host.open('b', 'air', { ...every(100), firstReading: 'at-once' }));
    host.run(190n * MS);
    expect(host.steps.map(({ kind, atNs }) => [kind, atNs / MS])).toEqual([
      ['start', 0n],
      ['start', 100n],
      ['collect', 150n],
    ]);
    expect(host.of('b')).toMatchObject([{ startedNs: 100n * MS, reason: undefined }]);
  });

  it('gives a client that joins during it a part when the read is in its first window', () => {
    const host = new VirtualHost();
    host.addSensor('air', { shortestIntervalNs: 100n * MS, conversionNs: 50n * MS });
    host.open('a', 'air', every(1000));
    host.at(10n * MS, () => host.open('b', 'air', { ...every(1000), firstReading: 'at-once' }));
    host.run(999n * MS);
    expect(host.of('b')).toMatchObject([{ dueNs: 10n * MS, startedNs: 0n, handedNs: 50n * MS }]);
    expect(host.startsOf('air')).toEqual([0n]);
  });

  it.each([
    { conversionMs: 50, atMs: 201, what: 'waits for the bus' },
    { conversionMs: 500, atMs: 501, what: 'still converts' },
  ])('is given up without blame when its bus hangs while it $what', ({ conversionMs, atMs }) => {
    const host = new VirtualHost();
    const conversionNs = BigInt(conversionMs) * MS;
    host.addSensor('slow', { bus: 'i2c-1', shortestIntervalNs: SECOND, conversionNs });
    host.addSensor('hangs', { bus: 'i2c-1', stepTimeoutNs: 200n * MS });
    host.behaviour = (sensor) => ({ durationNs: sensor === 'hangs' ? 60n * SECOND : MS, result: 'good' });
    host.open('a', 'slow', every(1000));
    host.open('b', 'hangs', every(1000));
    host.run(900n * MS);
    expect(host.of('a')).toMatchObject([{ dueNs: 0n, reason: 'timeout', handedNs: BigInt(atMs) * MS }]);
    expect(host.events.map(({ kind, sensor }) => [kind, sensor])).toEqual([
      ['bus-stuck', 'hangs'],
      ['sensor-failed', 'hangs'],
    ]);
    expect(host.timeline.sensorCounters('slow').failedReadCount).toBe(0);
  });
});
