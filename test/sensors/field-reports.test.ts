import { HalError } from '@kanchi/hal';
import type { MockBoard, VirtualClock } from '@kanchi/hal/mock';
import type { SensorDriverPart } from '@kanchi/sensor-framework';
import { Bme280 } from '@kanchi/sensor-framework/sim';
import { describe, expect, it } from 'vitest';
import { runSensorProbe, type SensorGuestOptions } from '../support/run-sensor-guest.ts';

/**
 * What went wrong for users of other systems (numbers of the public reports in the comments), tried with a compiled app on
 * a simulated BME280: from the bus to the app's memory.
 */

const board = {
  i2c: { devices: { environment: { bus: 1, address: '0x76' }, outside: { bus: 1, address: '0x77' } } },
  sensors: {
    air: { driver: 'bme280', device: 'environment' },
    outdoor: { driver: 'bme280', device: 'outside' },
    cpu: { driver: 'thermal-zone', options: { zone: 'cpu-thermal' } },
  },
};
const permissions = ['air', 'outdoor', 'cpu'].map((sensor) => ({ kind: 'sensor', sensor }));
const world = { temperatureC: 20, humidityPercent: 45, pressurePa: 101_325 };

function attach(hardware: MockBoard, clock: VirtualClock): void {
  hardware.attachI2cChip(1, 0x76, new Bme280({ clock, world }));
  hardware.attachI2cChip(1, 0x77, new Bme280({ clock, world: { ...world, temperatureC: -5 } }));
}

function run(parameters: readonly string[], more: Partial<SensorGuestOptions> = {}) {
  return runSensorProbe({ arguments: parameters, board, permissions, seconds: 10.05, wire: attach, ...more });
}

/** Lines of one sensor that carry this channel, without their head. */
function readings(lines: readonly string[], sensor: string, channel = 'temperature'): string[] {
  return lines
    .filter((line) => line.startsWith(`${sensor} `) && line.includes(` ${channel} `) && line.includes('#'))
    .map((line) => line.slice(sensor.length + 1));
}

const countOf = (lines: readonly string[], sensor: string, channel?: string) =>
  readings(lines, sensor, channel).length;

describe('rates', () => {
  it('of two sensors do not mix: 100 ms and 1000 ms give 101 and 11 readings in 10 s (1)', async () => {
    const { lines } = await run(['air:100:1', 'outdoor:1000:1']);
    expect([countOf(lines, 'air'), countOf(lines, 'outdoor')]).toEqual([101, 11]);
  });

  it('of two subscriptions to one sensor are 10 to 1, with one read of the bus for each tick (3)', async () => {
    const { lines, hardware, hub } = await run(['air:100:1', 'air:1000:4']);
    expect([countOf(lines, 'air'), countOf(lines, 'air', 'pressure')]).toEqual([101, 11]);
    expect(hub.sensorStates()[0]?.counters).toMatchObject({
      readCount: 101,
      deliveryCount: 112,
      missedCount: 0,
    });
    expect(hardware.openHandleCount()).toBeGreaterThan(0);
  });

  it('are told: the permission and the sensor cap what was asked for', async () => {
    const { lines } = await run(['air:1:1', 'cpu:1:1'], {
      permissions: [
        { kind: 'sensor', sensor: 'air', maximumRateHz: 1000 },
        { kind: 'sensor', sensor: 'cpu', maximumRateHz: 5 },
      ],
      seconds: 1,
    });
    expect(lines).toContain('cpu every 200 ms as the permission');
    expect(lines.find((line) => line.startsWith('air every'))).toMatch(/^air every \d+ ms as the sensor$/u);
  });

  it('stay when another subscription asks for interval 0, which is refused (2)', async () => {
    const { lines } = await run(['air:100:1', 'air:0:4']);
    expect(lines.find((line) => line.startsWith('air refused'))).toMatch(/^air refused -4: .*intervalNs/u);
    expect(countOf(lines, 'air')).toBe(101);
  });

  it('stay when another subscription closes or changes (2)', async () => {
    const closing = await run(['air:100:1', 'cpu:100', 'close=cpu@2050']);
    expect([countOf(closing.lines, 'air'), countOf(closing.lines, 'cpu')]).toEqual([101, 21]);
    const changing = await run(['air:100:1', 'cpu:100', 'change=cpu@2050:1000']);
    expect([countOf(changing.lines, 'air'), countOf(changing.lines, 'cpu')]).toEqual([101, 29]);
  });
});

describe('a subscription that was closed', () => {
  it('gives no further event and no further reading, and the sensor is read no more (12)', async () => {
    const { lines, hub } = await run(['air:100:1', 'cpu:1000', 'close=air@2050']);
    expect(lines).toContain('air closed 0, then read -3');
    expect(countOf(lines, 'air')).toBe(21);
    expect(hub.sensorStates()[0]?.counters).toMatchObject({ readCount: 21, clientCount: 0 });
  });
});

describe('a missing permission', () => {
  it('is told with the app, the sensor, the rule and the line to add; nothing is read (17)', async () => {
    const { lines, denials, hub, exit } = await run(['air:500:1'], { permissions: [], seconds: 2 });
    expect(lines[0]).toMatch(/^air refused -1: /u);
    expect(denials).toEqual([
      'app "sensor-probe": kanchi_sensor.subscribe refused: sensor "air": no "sensor" permission for this sensor; add to "permissions" in app.json: {"kind":"sensor","sensor":"air","maximumRateHz":2}',
    ]);
    expect(exit).toMatchObject({ exitCode: 1 });
    expect(hub.sensorStates()[0]?.counters.readCount).toBe(0);
  });

  it('for some channels names them', async () => {
    const { lines } = await run(['air:500:7', 'air:500:2'], {
      permissions: [{ kind: 'sensor', sensor: 'air', channels: ['humidity'] }],
      seconds: 1.05,
    });
    expect(lines[0]).toContain('sensor "air", channels "temperature", "pressure"');
    expect(countOf(lines, 'air', 'humidity')).toBe(3);
  });
});

describe('a chip that refuses', () => {
  it('gives a reason, never a number that looks like a value (7)', async () => {
    const { lines } = await run(['air:1000:1'], {
      wire: (hardware, clock) => {
        attach(hardware, clock);
        hardware.faults.add({
          kind: 'i2c-nack-data',
          address: 0x76,
          byte: 0,
          at: 2_500_000_000n,
          until: 3_500_000_000n,
        });
      },
      seconds: 5.05,
    });
    const values = readings(lines, 'air').map((line) => line.split(' temperature ')[1]);
    expect(values).toEqual(['20.00', '20.00', '20.00', 'refused (nack)', '20.00', '20.00']);
  });

  it('that is unplugged in the middle of a run does not disturb another sensor (28)', async () => {
    const { lines, events } = await run(['air:1000:1', 'outdoor:1000:1'], {
      wire: (hardware, clock) => {
        attach(hardware, clock);
        clock.schedule(3_500_000_000n, () => hardware.unplug({ on: 'i2c', bus: 1, address: 0x76 }));
      },
      seconds: 6.05,
    });
    expect(readings(lines, 'air').map((line) => line.split(' temperature ')[1])).toEqual([
      ...Array(4).fill('20.00'),
      ...Array(3).fill('not present'),
    ]);
    expect(readings(lines, 'outdoor').filter((line) => line.endsWith(' -5.00'))).toHaveLength(7);
    expect(events).toMatchObject([{ kind: 'sensor-failed', sensor: 'air', reason: 'not-present' }]);
  });

  it('from the start is read as soon as it is plugged in, and that is an event (31)', async () => {
    const { lines, events } = await run(['air:1000:1'], {
      wire: (hardware, clock) => {
        attach(hardware, clock);
        hardware.unplug({ on: 'i2c', bus: 1, address: 0x76 });
        clock.schedule(60_500_000_000n, () => hardware.replug({ on: 'i2c', bus: 1, address: 0x76 }));
      },
      seconds: 80.05,
    });
    const values = readings(lines, 'air').map((line) => line.split(' temperature ')[1]);
    expect(values).toHaveLength(81);
    expect(values.slice(0, 61)).toEqual(Array(61).fill('not present'));
    const first = values.indexOf('20.00');
    // Looked for at least every 10 s, on the grid of the subscription.
    expect(first).toBeLessThanOrEqual(72);
    expect(values.slice(first)).toEqual(Array(81 - first).fill('20.00'));
    expect(events.map(({ kind }) => kind)).toEqual(['sensor-failed', 'sensor-recovered']);
  });
});

describe('a data line that is held low', () => {
  it('costs bounded time, and readings come again when it is free (30)', async () => {
    const { lines, events, hub } = await run(['air:1000:1', 'cpu:1000'], {
      wire: (hardware, clock) => {
        attach(hardware, clock);
        hardware.faults.add({ kind: 'i2c-stuck-sda', bus: 1, at: 0n, until: 5_000_000_000n });
      },
      seconds: 20.05,
    });
    const values = readings(lines, 'air').map((line) => line.split(' temperature ')[1]);
    expect(values[0]).not.toBe('20.00');
    expect(values.at(-1)).toBe('20.00');
    expect(values.every((value) => value === '20.00' || value === 'unavailable' || value === 'timeout')).toBe(
      true,
    );
    expect(countOf(lines, 'cpu')).toBeGreaterThanOrEqual(19);
    expect(events.some(({ kind }) => kind === 'sensor-recovered')).toBe(true);
    const busTimeNs = hub.sensorStates()[0]?.counters.busTimeNs ?? 0n;
    expect(busTimeNs).toBeGreaterThan(0n);
  });
});

describe('filters', () => {
  const nackFrom3To5 = (hardware: MockBoard, clock: VirtualClock): void => {
    attach(hardware, clock);
    hardware.faults.add({
      kind: 'i2c-nack-address',
      address: 0x76,
      at: 2_500_000_000n,
      until: 5_500_000_000n,
    });
  };

  it.each([
    ['delta', '1:1000'],
    ['median', '3:3000'],
    ['moving average', '4:3000'],
    ['exponential', '5:500'],
  ])('of the kind %s let a reason through once and never make a number of it (45)', async (_name, filter) => {
    const { lines } = await run([`air:1000:1:0:0:0:${filter}`], { wire: nackFrom3To5, seconds: 18.05 });
    const values = readings(lines, 'air').map((line) => line.split(' temperature ')[1] ?? '');
    expect(values.filter((value) => value === 'not present')).toHaveLength(1);
    expect(values.filter((value) => value !== 'not present').every((value) => value === '20.00')).toBe(true);
    expect(values.at(-1)).toBe('20.00');
    expect(values.join()).not.toMatch(/nan/iu);
  });
});

describe('one conversion', () => {
  it('gives degC, percent and Pa together, with one capture time (59)', async () => {
    const { lines } = await run(['air:1000'], { seconds: 2.05 });
    expect(lines.slice(1, 4)).toEqual([
      '  temperature in degC, -40 to 85',
      '  humidity in percent, 0 to 100',
      '  pressure in Pa, 30000 to 110000',
    ]);
    const times = ['temperature', 'humidity', 'pressure'].map((channel) =>
      readings(lines, 'air', channel).map((line) => line.split(' #')[0]),
    );
    expect(times[0]).toHaveLength(3);
    expect(times[1]).toEqual(times[0]);
    expect(times[2]).toEqual(times[0]);
  });
});

describe('a driver', () => {
  it('is never faster than its part, however many ask for how much (41)', async () => {
    // At oversampling 16 one measurement takes up to 112.8 ms (BST-BME280-DS002 section 9.1).
    const slowBoard = {
      ...board,
      sensors: { air: { driver: 'bme280', device: 'environment', options: { oversampling: 16 } } },
    };
    const { lines, hub } = await run(['air:1:1', 'air:7:2', 'air:50:4'], {
      board: slowBoard,
      permissions: [{ kind: 'sensor', sensor: 'air', maximumRateHz: 1000 }],
    });
    const times = readings(lines, 'air').map((line) => Number(line.split(' ms')[0]));
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(112);
    expect(hub.sensorStates()[0]?.counters.readCount).toBeLessThanOrEqual(90);
  });
});

describe('a queue that the app does not read', () => {
  it('drops the oldest records, and the app is told how many', async () => {
    const { lines, hub } = await run(['air:100:1:0:0:0:0:0:4', 'poll=1000'], { seconds: 3.05 });
    const told = readings(lines, 'air').filter((line) => line.includes('lost'));
    expect(told.length).toBeGreaterThan(0);
    const lost = told.reduce((sum, line) => sum + Number(line.split(' lost ')[1]), 0);
    const sequences = readings(lines, 'air').map((line) => Number(/#(\d+)/u.exec(line)?.[1]));
    // Every point of the grid up to the last one that was read was either read or told as lost.
    expect(sequences.length + lost).toBe(sequences.at(-1));
    expect(hub.clientStates()).toEqual([]);
  });
});

/** Lines of one channel without their head: the value or the reason. */
const said = (lines: readonly string[], sensor: string): string[] =>
  readings(lines, sensor).map((line) => line.split(' temperature ')[1] ?? '');

describe('a part that has died', () => {
  const dies = (hardware: MockBoard, clock: VirtualClock): void => {
    attach(hardware, clock);
    clock.schedule(3_500_000_000n, () => hardware.unplug({ on: 'i2c', bus: 1, address: 0x76 }));
  };

  it.each([
    ['every', 'air:1000:1', ['20.00', '20.00', '20.00', '20.00', ...Array(7).fill('not present')]],
    ['on change', 'air:1000:1:1:0:500', ['20.00', 'not present']],
    ['threshold', 'air:1000:1:2:20000:500', ['20.00', 'not present']],
    [
      'every, in batches',
      'air:1000:1:0:0:0:0:0:0:0:4000',
      ['20.00', '20.00', '20.00', '20.00', ...Array(6).fill('not present')],
    ],
  ])('never says its old value again: mode %s (47)', async (_name, subscription, expected) => {
    const { lines } = await run([subscription], { wire: dies });
    expect(said(lines, 'air')).toEqual(expected);
    // A value that is read later tells by its time that it is from before.
    for (const line of readings(lines, 'air').filter((each) => each.endsWith(' 20.00'))) {
      expect(Number(line.split(' ms')[0])).toBeLessThan(3500);
    }
  });

  it('says so in the newest reading of an app that looks late, and nothing more waits then (47)', async () => {
    const { lines } = await run(['air:1000:1:0:0:0:0:0:1', 'poll=4600'], { wire: dies, seconds: 9.3 });
    // A queue of one record: at 4.6 s the reading of 4.0 s, at 9.2 s that of 9.0 s.
    expect(said(lines, 'air').map((each) => each.split(' lost')[0])).toEqual(['not present', 'not present']);
  });
});

describe('a value at a boundary', () => {
  /** Reads these values in turn, one a second, the last one from then on; `undefined` is no answer. */
  const part = (...values: readonly (number | undefined)[]): SensorDriverPart => ({
    name: 'scripted',
    wiring: 'kernel',
    create: () => {
      let index = -1;
      return {
        channels: [{ name: 'temperature', unit: 'degC', minimum: 0, maximum: 100, accuracy: undefined }],
        times: { shortestIntervalNs: 1_000_000n },
        read: () => {
          index += 1;
          const value = values[Math.min(index, values.length - 1)];
          if (value === undefined) throw new HalError('HAL_I2C_NO_ACKNOWLEDGE_ADDRESS', 'nothing answers');
          return [value];
        },
        close: () => {},
      };
    },
  });
  const scripted = (subscription: string, ...values: readonly (number | undefined)[]) =>
    run([`water:1000:1${subscription}`], {
      board: { sensors: { water: { driver: 'scripted' } } },
      permissions: [{ kind: 'sensor', sensor: 'water' }],
      drivers: [part(...values)],
      seconds: values.length - 0.95,
    });

  it.each([
    // Level 20, hysteresis 0.5: up at 20.5, down below 19.5.
    ['threshold, within the hysteresis', ':2:20000:500', [20, 19.5, 20.49, 19.5, 20, 19.5], ['20.00']],
    [
      'threshold, at the edges',
      ':2:20000:500',
      [19.9, 20.49, 20.5, 19.5, 19.49, 20.49, 20.5],
      ['19.90', '20.50', '19.49', '20.50'],
    ],
    ['threshold, the level itself again and again', ':2:20000', [20, 20, 20, 20], ['20.00']],
    ['on change, less than the change', ':1:0:500', [20, 20.49, 19.51, 20.49, 19.51], ['20.00']],
    ['on change, exactly the change', ':1:0:500', [20, 20.5, 20.5, 20], ['20.00', '20.50', '20.00']],
    ['on change, the same again', ':1', [20, 20, 20, 20], ['20.00']],
  ])('does not flap: %s (47)', async (_name, mode, values, expected) => {
    const { lines } = await scripted(mode, ...values);
    expect(said(lines, 'water')).toEqual(expected);
  });

  it('is not told again when a part answers only every other read; each point has one word (47)', async () => {
    const values = [20, undefined, 20, undefined, 20, undefined, 20];
    const { lines, events, hub } = await scripted('', ...values);
    const alternating = ['20.00', 'not present', '20.00', 'not present', '20.00', 'not present', '20.00'];
    expect(said(lines, 'water')).toEqual(alternating);
    expect(readings(lines, 'water').map((line) => /#(\d+)/u.exec(line)?.[1])).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
      '7',
    ]);
    expect(hub.sensorStates()[0]?.counters).toMatchObject({
      readCount: 7,
      failedReadCount: 3,
      missedCount: 0,
    });
    // One event for each change of its state, none in between.
    expect(events.map(({ kind }) => kind)).toEqual([
      'sensor-failed',
      'sensor-recovered',
      'sensor-failed',
      'sensor-recovered',
      'sensor-failed',
      'sensor-recovered',
    ]);
  });
});
