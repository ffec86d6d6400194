import { describe, expect, it } from 'vitest';
import { gridPoints, MS, SECOND, VirtualHost } from './virtual-host.test-support.ts';

const every = (milliseconds: number) => ({ intervalNs: BigInt(milliseconds) * MS });

describe('clients of one sensor', () => {
  it('gives clients at 100 ms and 1000 ms exactly 10 to 1, with one read per tick', () => {
    const host = new VirtualHost();
    host.addSensor('air');
    host.open('fast', 'air', every(100));
    host.at(137n * MS, () => host.open('slow', 'air', every(1000)));
    host.run(10n * SECOND);
    expect(host.dues('fast')).toEqual(gridPoints(0n, 10n * SECOND, 100n * MS));
    expect(host.dues('slow')).toEqual(gridPoints(SECOND, 10n * SECOND, SECOND));
    expect(host.startsOf('air')).toEqual(host.dues('fast'));
  });

  it('reads sensors at 100 ms and 1000 ms at their own rates', () => {
    const host = new VirtualHost();
    for (const sensor of ['quick', 'lazy']) host.addSensor(sensor, { bus: 'i2c-1' });
    host.open('a', 'quick', every(100));
    host.open('b', 'lazy', every(1000));
    host.run(10n * SECOND - 1n);
    expect([host.of('a').length, host.of('b').length]).toEqual([100, 10]);
  });

  it('refuses interval 0, at open and at change, and leaves everybody as they were', () => {
    const host = new VirtualHost();
    host.addSensor('air');
    host.open('a', 'air', every(100));
    host.open('b', 'air', every(200));
    const refused = expect.objectContaining({ code: 'SENSOR_BAD_CONTRACT' });
    host.at(SECOND, () => {
      expect(() => host.open('c', 'air', every(0))).toThrow(refused);
      expect(() => host.timeline.change('b', every(0), host.nowNs)).toThrow(refused);
    });
    host.run(2n * SECOND);
    expect(host.dues('a')).toEqual(gridPoints(0n, 2n * SECOND, 100n * MS));
    expect(host.dues('b')).toEqual(gridPoints(0n, 2n * SECOND, 200n * MS));
    expect(() => host.timeline.clientCounters('c')).toThrow(
      expect.objectContaining({ code: 'SENSOR_UNKNOWN_CLIENT' }),
    );
  });

  it('leaves the others their stream when one closes, and stops reading after the last', () => {
    const host = new VirtualHost();
    host.addSensor('air');
    host.open('a', 'air', every(100));
    host.open('b', 'air', every(30));
    host.at(SECOND + MS, () => expect(host.timeline.close('b')).toBe(true));
    host.at(2n * SECOND + MS, () => expect(host.timeline.close('a')).toBe(true));
    host.run(5n * SECOND);
    expect(host.dues('a')).toEqual(gridPoints(0n, 2n * SECOND, 100n * MS));
    expect(host.dues('b')).toEqual(gridPoints(0n, SECOND, 30n * MS));
    expect(host.startsOf('air').at(-1)).toBe(2n * SECOND);
    expect(host.timeline.nextDue(host.nowNs)).toBeUndefined();
    expect(host.timeline.close('a')).toBe(false);
  });

  it('never reads a sensor without a client', () => {
    const host = new VirtualHost();
    host.addSensor('air');
    host.run(SECOND);
    expect(host.steps).toEqual([]);
  });

  it('shares a read inside the tolerance and only there', () => {
    const host = new VirtualHost();
    host.addSensor('air');
    host.open('a', 'air', every(100));
    host.open('b', 'air', { intervalNs: 110n * MS, toleranceNs: 50n * MS });
    host.run(560n * MS);
    // 110 to 440 are taken from the reads before, 550 would need one after 500 and so does not.
    expect(host.startsOf('air')).toEqual([0n, 100n, 200n, 300n, 400n, 500n, 550n].map((time) => time * MS));
    expect(host.of('b').map(({ startedNs }) => startedNs / MS)).toEqual([0n, 100n, 200n, 300n, 400n, 550n]);
  });

  it('gives the reading at once when asked, then goes to the grid', () => {
    const host = new VirtualHost();
    host.addSensor('air');
    host.at(7n * MS, () => host.open('a', 'air', { ...every(1000), firstReading: 'at-once' }));
    host.run(2n * SECOND);
    expect(host.dues('a')).toEqual([7n * MS, SECOND, 2n * SECOND]);
  });

  it('hands a newcomer the last read when it lies in its first window, without another read', () => {
    const host = new VirtualHost();
    host.addSensor('air', { shortestIntervalNs: 100n * MS });
    host.open('a', 'air', every(100));
    host.at(301n * MS, () => host.open('b', 'air', { intervalNs: 150n * MS, firstReading: 'at-once' }));
    host.run(390n * MS);
    expect(host.of('b')).toMatchObject([
      { dueNs: 301n * MS, startedNs: 300n * MS, handedNs: 301n * MS, from: 'last-read' },
    ]);
    expect(host.startsOf('air')).toHaveLength(4);
  });

  it('hands nothing to a newcomer that closes before its turn', () => {
    const host = new VirtualHost();
    host.addSensor('air', { shortestIntervalNs: 100n * MS });
    host.open('a', 'air', every(100));
    host.at(301n * MS, () => {
      host.open('b', 'air', { ...every(100), firstReading: 'at-once' });
      host.timeline.close('b');
    });
    host.run(390n * MS);
    expect(host.of('b')).toEqual([]);
  });

  it('fills the first window after a change from a read that the client had no part in', () => {
    const host = new VirtualHost();
    host.addSensor('air');
    host.open('a', 'air', every(100));
    host.open('b', 'air', every(1000));
    const wide = { intervalNs: 30n * MS, toleranceNs: 30n * MS };
    host.at(205n * MS, () => host.timeline.change('b', wide, host.nowNs));
    host.run(245n * MS);
    expect(host.of('b').map(({ dueNs, startedNs }) => [dueNs / MS, startedNs / MS])).toEqual([
      [0n, 0n],
      [210n, 200n],
      [240n, 240n],
    ]);
  });

  it('does not fill a window after a change with a read that the client had', () => {
    const host = new VirtualHost();
    host.addSensor('air');
    host.open('a', 'air', every(100));
    const wide = { intervalNs: 30n * MS, toleranceNs: 30n * MS };
    host.at(105n * MS, () => host.timeline.change('a', wide, host.nowNs));
    host.run(185n * MS);
    expect(host.of('a').map(({ dueNs, startedNs }) => [dueNs / MS, startedNs / MS])).toEqual([
      [0n, 0n],
      [100n, 100n],
      [150n, 150n],
      [180n, 180n],
    ]);
  });

  it('keeps the grid of a client that asks for the same contract again and again', () => {
    const host = new VirtualHost();
    host.addSensor('air');
    host.open('a', 'air', every(100));
    for (let time = 5n; time < 1000n; time += 10n) {
      host.at(time * MS, () => host.timeline.change('a', every(100), host.nowNs));
    }
    host.run(SECOND);
    expect(host.dues('a')).toEqual(gridPoints(0n, SECOND, 100n * MS));
  });

  it('delivers a read in flight under the old contract after a change, and not at all after a close', () => {
    const host = new VirtualHost();
    host.addSensor('air');
    host.behaviour = () => ({ durationNs: 20n * MS, result: 'good' });
    host.open('a', 'air', every(100));
    host.open('b', 'air', every(100));
    host.at(110n * MS, () => {
      host.timeline.change('a', every(250), host.nowNs);
      host.timeline.close('b');
      host.open('b', 'air', every(300));
    });
    host.run(400n * MS);
    expect(host.dues('a').map((due) => due / MS)).toEqual([0n, 100n, 250n]);
    expect(host.dues('b').map((due) => due / MS)).toEqual([0n, 300n]);
  });
});

describe('names and limits', () => {
  const code = (expected: string) => expect.objectContaining({ code: expected });

  it('refuses a second sensor or client of a name, and unknown ones', () => {
    const host = new VirtualHost();
    host.addSensor('air');
    host.open('a', 'air', every(100));
    expect(() => host.addSensor('air')).toThrow(code('SENSOR_IN_USE'));
    expect(() => host.open('a', 'air', every(100))).toThrow(code('SENSOR_IN_USE'));
    expect(() => host.open('b', 'water', every(100))).toThrow(code('SENSOR_UNKNOWN_SENSOR'));
    expect(() => host.timeline.change('b', every(100), 0n)).toThrow(code('SENSOR_UNKNOWN_CLIENT'));
    expect(() => host.timeline.finish({ readId: 1, sensorSlot: 0 }, 0n, 'good')).toThrow(
      code('SENSOR_UNKNOWN_READ'),
    );
  });

  it('removes a sensor only when nobody uses it', () => {
    const host = new VirtualHost();
    host.addSensor('air', { bus: 'i2c-1' });
    host.open('a', 'air', every(100));
    expect(() => host.timeline.removeSensor('air')).toThrow(code('SENSOR_IN_USE'));
    host.timeline.close('a');
    host.timeline.removeSensor('air');
    expect(() => host.timeline.sensorCounters('air')).toThrow(code('SENSOR_UNKNOWN_SENSOR'));
    host.addSensor('air', { bus: 'i2c-1' });
  });

  it('refuses more clients of a sensor than the limit', () => {
    const host = new VirtualHost();
    host.addSensor('air');
    for (let count = 0; count < 1024; count += 1) host.open(`client ${count}`, 'air', every(100));
    expect(() => host.open('one more', 'air', every(100))).toThrow(code('SENSOR_LIMIT_REACHED'));
  });
});
