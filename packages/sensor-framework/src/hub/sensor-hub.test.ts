import { HalError } from '@kanchi/hal';
import { VirtualClock } from '@kanchi/hal/mock';
import { describe, expect, it } from 'vitest';
import type { TimelineEvent } from '../scheduler/plan.ts';
import type { StreamRecord } from '../stream/record-queue.ts';
import { entryOf, FakeDriver } from './fake-sensor.test-support.ts';
import { HubSession } from './hub-session.ts';
import { SensorHub } from './sensor-hub.ts';

const MS = 1_000_000n;
const noCap = { shortestIntervalNs: 0n };

function hubOf(drivers: Readonly<Record<string, FakeDriver>>, buses: Readonly<Record<string, string>> = {}) {
  const clock = new VirtualClock();
  const events: TimelineEvent[] = [];
  const hub = new SensorHub({
    clock,
    sensors: Object.entries(drivers).map(([name, driver]) => entryOf(name, driver, { bus: buses[name] })),
    onEvent: (event) => events.push(event),
  });
  const runTo = (timeNs: bigint): void => {
    while (clock.nowNs() < timeNs) clock.waitUntil(timeNs);
    clock.runDue();
  };
  return { clock, hub, events, runTo };
}

function collect(session: HubSession): StreamRecord[] {
  const records: StreamRecord[] = [];
  session.collect((_, record) => records.push(record));
  return records;
}

describe('a hub', () => {
  it('gives a client the readings of its contract, and nothing before it collects', () => {
    const driver = new FakeDriver(['voltage'], () => [3.3]);
    const { hub, runTo } = hubOf({ supply: driver });
    const session = new HubSession(hub, 'app');
    const contract = session.open(1, 'supply', { intervalNs: 10n * MS }, noCap);
    expect(contract).toMatchObject({ intervalNs: 10n * MS, limitedBy: 'nothing', channels: ['voltage'] });
    runTo(35n * MS);
    const records = collect(session);
    expect(records.map(({ dueNs, sequence }) => [dueNs, sequence])).toEqual([
      [0n, 1],
      [10n * MS, 2],
      [20n * MS, 3],
      [30n * MS, 4],
    ]);
    expect(records[3]?.readings).toMatchObject([
      { channel: 'voltage', unit: 'V', value: 3.3, sequence: 4, capturedNs: 30n * MS },
    ]);
    expect(collect(session)).toEqual([]);
  });

  it('keeps what each channel said: last good, last failure, extremes, counts by reason', () => {
    const samples = [[1], [5], ['crc'], [3]] as const;
    const driver = new FakeDriver(['voltage'], () => samples[(driver.reads - 1) % 4] ?? []);
    const { hub, runTo } = hubOf({ supply: driver });
    new HubSession(hub, 'app').open(1, 'supply', { intervalNs: 20n * MS }, noCap);
    runTo(79n * MS);
    const state = hub.sensorStates()[0];
    expect(state?.channels[0]?.log).toMatchObject({
      goodCount: 3,
      minimum: 1,
      maximum: 5,
      lastGood: { value: 3 },
      lastFailure: { reason: 'crc', sequence: 3 },
      failureCounts: { crc: 1, timeout: 0 },
    });
    expect(state?.failure).toBeUndefined();
  });

  it('tells failure and recovery once each, with what the bus said while it lasts', () => {
    let broken = false;
    const driver = new FakeDriver(['voltage'], () => {
      if (broken) throw new HalError('HAL_I2C_NO_ACKNOWLEDGE_ADDRESS', 'nobody at 0x48');
      return [1];
    });
    const { hub, events, runTo } = hubOf({ supply: driver });
    const session = new HubSession(hub, 'app');
    session.open(1, 'supply', { intervalNs: 10n * MS }, noCap);
    runTo(15n * MS);
    broken = true;
    runTo(100n * MS);
    expect(hub.sensorStates()[0]?.failure).toEqual({ reason: 'not-present', text: 'nobody at 0x48' });
    broken = false;
    runTo(300n * MS);
    expect(hub.sensorStates()[0]?.failure).toBeUndefined();
    expect(events.map(({ kind }) => kind)).toEqual(['sensor-failed', 'sensor-recovered']);
    const reasons = collect(session).map(({ readings }) => readings[0]?.reason);
    expect(new Set(reasons)).toEqual(new Set([undefined, 'not-present']));
    expect(reasons).toHaveLength(31);
  });

  it('goes on when a driver breaks: its clients get a reason, the defect is counted and told', () => {
    const bad = new FakeDriver(['voltage'], () => {
      throw new TypeError('x is not a function');
    });
    const odd = new FakeDriver(['voltage', 'current'], () => [Number.NaN, 1]);
    const short = new FakeDriver(['voltage', 'current'], () => [2]);
    const { hub, runTo } = hubOf({ bad, odd, short });
    const session = new HubSession(hub, 'app');
    for (const [index, sensor] of ['bad', 'odd', 'short'].entries()) {
      session.open(index, sensor, { intervalNs: 50n * MS }, noCap);
    }
    runTo(10n * MS);
    const readings = new Map<number, StreamRecord>();
    session.collect((subscription, record) => readings.set(subscription, record));
    expect(readings.get(0)?.readings).toMatchObject([{ reason: 'unavailable' }]);
    expect(readings.get(1)?.readings).toMatchObject([{ reason: 'unavailable' }, { value: 1 }]);
    expect(readings.get(2)?.readings).toMatchObject([{ value: 2 }, { reason: 'unavailable' }]);
    expect(hub.sensorStates()[0]).toMatchObject({
      driverFaultCount: 1,
      failure: { reason: 'unavailable', text: 'the driver fake broke: TypeError: x is not a function' },
    });
  });

  it('tells a step that took longer than its limit as a timeout and its bus as stuck, then goes on', () => {
    let slow = true;
    const clock = new VirtualClock();
    const driver = new FakeDriver(
      ['voltage'],
      () => {
        if (slow) clock.spend(40n * MS);
        return [1];
      },
      { stepTimeoutNs: 30n * MS },
    );
    const events: TimelineEvent[] = [];
    const hub = new SensorHub({
      clock,
      sensors: [entryOf('supply', driver, { bus: 'i2c-1' })],
      onEvent: (event) => events.push(event),
    });
    const session = new HubSession(hub, 'app');
    session.open(1, 'supply', { intervalNs: 100n * MS }, noCap);
    while (clock.nowNs() < 50n * MS) clock.waitUntil(50n * MS);
    slow = false;
    while (clock.nowNs() < 450n * MS) clock.waitUntil(450n * MS);
    const told = collect(session).map(({ readings }) => readings[0]?.reason ?? readings[0]?.value);
    expect(told).toEqual(['timeout', 1, 1, 1, 1]);
    expect(events.map(({ kind }) => kind)).toEqual([
      'bus-stuck',
      'sensor-failed',
      'bus-recovered',
      'sensor-recovered',
    ]);
  });

  it('does one step at a time where each takes longer than a run may: the thread has other things to do in between', () => {
    const clock = new VirtualClock();
    const alarms: { readonly timeNs: bigint; readonly action: () => void }[] = [];
    const hub = new SensorHub({
      clock: {
        nowNs: () => clock.nowNs(),
        wallNs: () => clock.wallNs(),
        waitUntil: (deadlineNs) => clock.waitUntil(deadlineNs),
        nextDueNs: () => alarms[0]?.timeNs,
        runDue: () => {},
        spend: (durationNs) => clock.spend(durationNs),
        schedule: (timeNs, action) => {
          alarms.splice(0, 1, { timeNs, action });
          return () => alarms.splice(0, 1);
        },
      },
      sensors: ['a', 'b'].map((name) => entryOf(name, slow(), { bus: 'one-wire' })),
    });
    function slow(): FakeDriver {
      return new FakeDriver(['voltage'], () => {
        clock.spend(750n * MS);
        return [1];
      });
    }
    const session = new HubSession(hub, 'app');
    for (const [index, sensor] of ['a', 'b'].entries())
      session.open(index, sensor, { intervalNs: 100n * MS }, noCap);
    for (let run = 1; run <= 5; run += 1) {
      const alarm = alarms[0];
      // Not in the past: what became due meanwhile is served first.
      expect(alarm?.timeNs).toBe(clock.nowNs());
      alarm?.action();
      expect(clock.nowNs()).toBe(BigInt(run) * 750n * MS);
    }
    expect(collect(session)).toHaveLength(5);
  });

  it('begins every step that it took, also where the run ended before', () => {
    const clock = new VirtualClock();
    const names = ['a', 'b', 'c'];
    const began: [string, bigint][] = [];
    const hub = new SensorHub({
      clock,
      sensors: names.map((name) => {
        const driver = new FakeDriver(['voltage'], () => {
          began.push([name, clock.nowNs()]);
          clock.spend(30n * MS);
          return [1];
        });
        return entryOf(name, driver);
      }),
    });
    const session = new HubSession(hub, 'app');
    for (const [index, sensor] of names.entries())
      session.open(index, sensor, { intervalNs: 100n * MS }, noCap);
    while (clock.nowNs() < 150n * MS) clock.waitUntil(150n * MS);
    expect(began).toEqual(
      [0n, 100n].flatMap((atNs) => names.map((name, index) => [name, (atNs + BigInt(index) * 30n) * MS])),
    );
    expect(hub.clientStates().map(({ counters }) => counters.missedCount)).toEqual([0, 0, 0]);
  });

  it('counts limit, lateness and bus time of a step from when it begins, not from when it was taken', () => {
    const clock = new VirtualClock();
    const names = Array.from({ length: 8 }, (_, index) => `t${index}`);
    const events: TimelineEvent[] = [];
    const hub = new SensorHub({
      clock,
      sensors: names.map((name) => {
        const driver = new FakeDriver(
          ['voltage'],
          () => {
            clock.spend(750n * MS);
            return [1];
          },
          { stepTimeoutNs: 5_000n * MS },
        );
        // Each on a bus of its own: all are taken at once, and one thread does them.
        return entryOf(name, driver);
      }),
      onEvent: (event) => events.push(event),
    });
    const session = new HubSession(hub, 'app');
    const intervalNs = 10_000n * MS;
    for (const [index, sensor] of names.entries()) session.open(index, sensor, { intervalNs }, noCap);
    while (clock.nowNs() < intervalNs - MS) clock.waitUntil(intervalNs - MS);
    expect(events).toEqual([]);
    expect(collect(session).map(({ readings }) => readings[0]?.value)).toEqual(names.map(() => 1));
    for (const [index, { counters }] of hub.sensorStates().entries()) {
      const maximumLatenessNs = BigInt(index) * 750n * MS;
      expect(counters).toMatchObject({ busTimeNs: 750n * MS, maximumLatenessNs });
      expect(hub.clientStates()[index]?.counters).toMatchObject({ maximumLatenessNs });
    }
  });

  it('does not give up a step that waits while another one hangs', () => {
    const clock = new VirtualClock();
    const takes = (durationNs: bigint): FakeDriver =>
      new FakeDriver(
        ['voltage'],
        () => {
          clock.spend(durationNs);
          return [1];
        },
        { stepTimeoutNs: 30n * MS },
      );
    const events: TimelineEvent[] = [];
    const hub = new SensorHub({
      clock,
      sensors: [entryOf('hung', takes(100n * MS)), entryOf('whole', takes(MS))],
      onEvent: (event) => events.push(event),
    });
    const session = new HubSession(hub, 'app');
    session.open(0, 'hung', { intervalNs: 500n * MS }, noCap);
    session.open(1, 'whole', { intervalNs: 500n * MS }, noCap);
    while (clock.nowNs() < 400n * MS) clock.waitUntil(400n * MS);
    expect(events.map(({ kind, ...event }) => [kind, 'sensor' in event && event.sensor])).toEqual([
      ['bus-stuck', 'hung'],
      ['sensor-failed', 'hung'],
      ['bus-recovered', 'hung'],
    ]);
    expect(collect(session).map(({ readings }) => readings[0]?.reason ?? readings[0]?.value)).toEqual([
      'timeout',
      1,
    ]);
  });

  it('lets go of the drivers and the clients when it closes, once', () => {
    const driver = new FakeDriver(['voltage'], () => [1]);
    const { hub, clock } = hubOf({ supply: driver });
    new HubSession(hub, 'app').open(1, 'supply', { intervalNs: 10n * MS }, noCap);
    expect(hub.closeAll()).toEqual([]);
    expect(hub.closeAll()).toEqual([]);
    expect(driver.closed).toBe(1);
    expect(hub.clientStates()).toEqual([]);
    expect(clock.nextDueNs()).toBeUndefined();
  });

  it('reads nothing while nobody listens', () => {
    const driver = new FakeDriver(['voltage'], () => [1]);
    const { hub, runTo } = hubOf({ supply: driver });
    const session = new HubSession(hub, 'app');
    session.open(1, 'supply', { intervalNs: 10n * MS }, noCap);
    session.closeAll();
    runTo(100n * MS);
    expect(driver.reads).toBe(0);
  });

  it('holds everybody to the cap of the board file, though the part is faster', () => {
    const clock = new VirtualClock();
    const driver = new FakeDriver(['voltage'], () => [1]);
    const entry = entryOf('supply', driver, { shortestIntervalNs: 100n * MS });
    const hub = new SensorHub({ clock, sensors: [entry] });
    expect(hub.describe('supply').shortestIntervalNs).toBe(100n * MS);
    const contract = new HubSession(hub, 'app').open(1, 'supply', { intervalNs: MS }, noCap);
    expect(contract).toMatchObject({ intervalNs: 100n * MS, limitedBy: 'sensor' });
  });

  it('names the sensors that there are when it is asked for another', () => {
    const { hub } = hubOf({ supply: new FakeDriver(['voltage'], () => [1]) });
    expect(() => hub.describe('suply')).toThrow(/known are: supply/u);
  });
});
