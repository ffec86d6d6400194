import { readFileSync } from 'node:fs';
import type { MockBoard, VirtualClock } from '@kanchi/hal/mock';
import { type Narrowing, parsePolicy } from '@kanchi/runtime';
import { Bme280 } from '@kanchi/sensor-framework/sim';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../support/repository.ts';
import { runFrameworkApps } from '../support/run-framework-apps.ts';
import { runSensorProbe } from '../support/run-sensor-guest.ts';

const board = {
  i2c: { devices: { environment: { bus: 1, address: '0x76' }, outside: { bus: 1, address: '0x77' } } },
  sensors: {
    air: { driver: 'bme280', device: 'environment' },
    outdoor: { driver: 'bme280', device: 'outside' },
  },
};
const permissions = ['air', 'outdoor'].map((sensor) => ({ kind: 'sensor', sensor }));
const world = { temperatureC: 20, humidityPercent: 45, pressurePa: 101_325 };
const AT_NS = 2_050_000_000n;
const narrowing = (deny: readonly object[]): Narrowing => ({
  policy: parsePolicy({ kanchi: 1, apps: { '*': { deny } } }, 'policy.json'),
  atNs: AT_NS,
});

function attach(hardware: MockBoard, clock: VirtualClock): void {
  hardware.attachI2cChip(1, 0x76, new Bme280({ clock, world }));
  hardware.attachI2cChip(1, 0x77, new Bme280({ clock, world }));
}

describe('a sensor that is taken from a running app', () => {
  it('gives no reading from then on and is not read for it; the other one goes on', async () => {
    const { lines, hub } = await runSensorProbe({
      arguments: ['air:100:1', 'outdoor:100:1'],
      board,
      permissions,
      seconds: 5.05,
      wire: attach,
      onStart: (execution, clock) => {
        clock.schedule(AT_NS, () => execution.narrow(narrowing([{ kind: 'sensor', sensor: 'air' }])));
      },
    });
    const counts = ['air', 'outdoor'].map(
      (sensor) => lines.filter((line) => line.startsWith(`${sensor} `) && line.includes('#')).length,
    );
    // At 0, 100, 200, ... ms: until 2.05 s, and until 5.05 s.
    expect(counts).toEqual([21, 51]);
    expect(hub.sensorStates().map(({ counters }) => counters.readCount)).toEqual([21, 51]);
  });
});

describe('an app of the WAMR framework that loses permissions', () => {
  const app = (name: string, more: object[]) => ({
    name,
    module: readFileSync(`${repositoryRoot}test/guests/${name}/build/${name}.wasm`),
    permissions: more,
  });
  it('hears of none of its timers any more', () => {
    const { lines } = runFrameworkApps({
      apps: [app('wamr-timers', [])],
      board: {},
      seconds: 1,
      onPermissions: (held, clock) =>
        clock.schedule(275_000_000n, () => void held.apply(narrowing([{ kind: 'clock' }]))),
    });
    // What test/guests/wamr-timers/expected.txt has until then; the next would be at 300 ms.
    expect(lines.map((line) => line.replace(/^\S+ wamr-timers: /u, ''))).toEqual([
      'made and cancelled 40',
      '70: destroys itself',
      '100: periodic, time 1',
      '150: once, time 1',
      '200: periodic, time 2',
    ]);
  });

  it('hears of a sensor no more, and of the other one as before', () => {
    const { lines } = runFrameworkApps({
      apps: [
        app(
          'wamr-two-sensors',
          ['indoor', 'outdoor'].map((sensor) => ({ kind: 'sensor', sensor })),
        ),
      ],
      board: { ...board, sensors: { indoor: board.sensors.air, outdoor: board.sensors.outdoor } },
      wire: attach,
      seconds: 5,
      onPermissions: (held, clock) =>
        clock.schedule(AT_NS, () => void held.apply(narrowing([{ kind: 'sensor', sensor: 'indoor' }]))),
    });
    const times = (sensor: string) =>
      lines.filter((line) => line.includes(`: ${sensor} (id`)).map((line) => Number(line.split(' ')[0]));
    // Every 500 ms and every 2 s; the conversion takes some milliseconds.
    expect(times('indoor').map(Math.floor)).toEqual([0, 0, 1, 1, 2]);
    expect(times('outdoor').map(Math.floor)).toEqual([0, 2, 4]);
  });
});
