import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockBoard, VirtualClock } from '@kanchi/hal/mock';
import { parseBoard } from '@kanchi/runtime';
import { ChannelLog, createSensorDrivers, type Reading } from '@kanchi/sensor-framework';
import { HubSession, openBoardSensors, SensorHub } from '@kanchi/sensor-framework/hub';
import { Bme280, SimulatedKernelFiles } from '@kanchi/sensor-framework/sim';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../support/repository.ts';

/** A dead sensor that goes on showing its old value, or flaps where its value expires (field report 47), outside of apps. */

const S = 1_000_000_000n;
const MS = 1_000_000n;
const noCap = { shortestIntervalNs: 0n };
const file = {
  kanchi: 1,
  name: 'desk',
  i2c: { devices: { environment: { bus: 1, address: '0x76', part: 'bme280' } } },
  sensors: { air: { driver: 'bme280', device: 'environment' } },
};

/** A part that is read once a second and dies at 3.5 s. */
function desk() {
  const clock = new VirtualClock();
  const hardware = new MockBoard({ clock });
  hardware.attachI2cChip(1, 0x76, new Bme280({ clock, world: { temperatureC: 20 } }));
  clock.schedule(3_500n * MS, () => hardware.unplug({ on: 'i2c', bus: 1, address: 0x76 }));
  const drivers = createSensorDrivers({ kernelFiles: new SimulatedKernelFiles() });
  const board = parseBoard(file, 'board of the test');
  const hub = new SensorHub({ clock, sensors: openBoardSensors(board, { hal: hardware, clock, drivers }) });
  const runTo = (timeNs: bigint): void => {
    while (clock.nowNs() < timeNs) clock.waitUntil(timeNs);
    clock.runDue();
  };
  /** Temperatures that came in since the last time. */
  const take = (session: HubSession): Reading[] => {
    const found: Reading[] = [];
    session.collect((_, record) => found.push(...record.readings));
    return found;
  };
  const open = (name: string, more: { intervalNs: bigint; toleranceNs?: bigint }): HubSession => {
    const session = new HubSession(hub, name);
    session.open(1, 'air', { ...more, channels: ['temperature'], firstReading: 'at-once' }, noCap);
    return session;
  };
  return { clock, hub, runTo, take, open };
}

describe('a sensor that has died', () => {
  it('gives a new client the reason, also one that takes readings of the last minute', () => {
    const { runTo, take, open } = desk();
    open('first', { intervalNs: S });
    runTo(5_050n * MS);
    const late = open('late', { intervalNs: 60n * S, toleranceNs: 60n * S });
    runTo(5_100n * MS);
    expect(take(late)).toMatchObject([{ reason: 'not-present' }]);
  });

  it('gives a client that takes old readings the last one with its own time while nobody knows, and no other client', () => {
    const { runTo, take, open } = desk();
    open('first', { intervalNs: S });
    runTo(3_600n * MS);
    const tolerant = open('tolerant', { intervalNs: 60n * S, toleranceNs: 60n * S });
    const strict = open('strict', { intervalNs: 60n * S });
    runTo(3_700n * MS);
    expect(take(tolerant)).toMatchObject([{ value: expect.closeTo(20, 1), capturedNs: 3n * S }]);
    expect(take(strict)).toMatchObject([{ reason: 'not-present' }]);
  });

  it('is no current value of a log: the reason from the first failed reading on, stale without one', () => {
    const { clock, runTo, take, open } = desk();
    const session = open('first', { intervalNs: S });
    const told = new ChannelLog({ name: 'temperature', unit: 'degC' });
    // A log that nobody tells of the failure, as when the reader has died too.
    const untold = new ChannelLog({ name: 'temperature', unit: 'degC' });
    const seen: [string | undefined, string | undefined][] = [];
    for (let second = 1n; second <= 8n; second += 1n) {
      runTo(second * S - 50n * MS);
      for (const reading of take(session)) {
        told.record(reading);
        if (second <= 4n) untold.record(reading);
      }
      const now = (log: ChannelLog) => log.current(clock.nowNs(), 2n * S)?.reason ?? 'value';
      seen.push([now(told), now(untold)]);
    }
    // At 0.95 s, 1.95 s, ...: the part dies at 3.5 s, the reading of 3.0 s is older than 2 s after 5.0 s.
    expect(seen).toEqual([
      ...Array(4).fill(['value', 'value']),
      ['not-present', 'value'],
      ['not-present', 'stale'],
      ['not-present', 'stale'],
      ['not-present', 'stale'],
    ]);
  });

  it('shows its failure beside the last good value, which has its own time', () => {
    const { hub, runTo, open } = desk();
    open('first', { intervalNs: S });
    runTo(5_050n * MS);
    expect(hub.sensorStates()[0]).toMatchObject({
      failure: { reason: 'not-present' },
      channels: [{ log: { lastGood: { capturedNs: 3n * S }, lastFailure: { capturedNs: 5n * S } } }, {}, {}],
    });
  });
});

describe('a value at the age where it expires', () => {
  it('does not flap: it is current up to that age, stale after it, and the same value again is current again', () => {
    const log = new ChannelLog({ name: 'temperature', unit: 'degC' });
    const record = (sequence: number): void => {
      const capturedNs = BigInt(sequence) * S;
      log.record({
        channel: 'temperature',
        unit: 'degC',
        sequence,
        capturedNs,
        capturedWallNs: 0n,
        value: 20,
      });
    };
    const at = (nowNs: bigint) => log.current(nowNs, S)?.reason ?? 'value';
    record(1);
    expect([at(S), at(2n * S), at(2n * S + 1n)]).toEqual(['value', 'value', 'stale']);
    record(2);
    expect([at(2n * S + 1n), at(3n * S), at(3n * S + 1n), at(9n * S)]).toEqual([
      'value',
      'value',
      'stale',
      'stale',
    ]);
  });

  it('of a sensor that lives is never stale for a reader that takes the interval and the time of a read', () => {
    const { clock, runTo, take, open } = desk();
    const session = open('first', { intervalNs: S });
    const log = new ChannelLog({ name: 'temperature', unit: 'degC' });
    runTo(100n * MS);
    const reasons = new Set<string>();
    while (clock.nowNs() < 3_400n * MS) {
      for (const reading of take(session)) log.record(reading);
      reasons.add(log.current(clock.nowNs(), S + 20n * MS)?.reason ?? 'value');
      runTo(clock.nowNs() + MS);
    }
    expect([...reasons]).toEqual(['value']);
  });
});

describe('kanchi read of a sensor that dies', () => {
  it('prints the reason from then on, never the old value, and exits with 8', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kanchi-dead-'));
    try {
      const world = {
        environment: {
          temperatureC: 20,
          plugged: {
            steps: [
              [0, 1],
              [3, 0],
            ],
          },
        },
      };
      writeFileSync(join(folder, 'board.json'), JSON.stringify({ ...file, world }));
      const { stdout, status } = spawnSync(
        process.execPath,
        [
          `${repositoryRoot}packages/cli/bin/kanchi.js`,
          'read',
          'air',
          folder,
          '--count',
          '40',
          '--interval',
          '100',
        ],
        { encoding: 'utf8', timeout: 100_000 },
      );
      const said = stdout
        .split('\n')
        .filter((line) => line.startsWith('air temperature '))
        .map((line) => line.split(' ')[2]);
      expect(said).toHaveLength(40);
      const alive = said.indexOf('not-present');
      expect(alive).toBeGreaterThan(0);
      expect(said.slice(0, alive).every((value) => Math.abs(Number(value) - 20) < 0.1)).toBe(true);
      expect(new Set(said.slice(alive))).toEqual(new Set(['not-present']));
      expect(status).toBe(8);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
