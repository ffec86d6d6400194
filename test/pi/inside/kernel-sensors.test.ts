import { setTimeout as delay } from 'node:timers/promises';
import { MockBoard, VirtualClock } from '@kanchi/hal/mock';
import {
  createSensorDrivers,
  findKernelSensors,
  findSensorDriver,
  NodeKernelFiles,
} from '@kanchi/sensor-framework';
import { HubSession, SensorHub } from '@kanchi/sensor-framework/hub';
import { describe, expect, it } from 'vitest';

const MS = 1_000_000n;
const noCap = { shortestIntervalNs: 0n };

/** How long the outside may take to change a temperature, and how often it is looked for. */
const PATIENCE_MS = 30_000;
const LOOK_MS = 100;

/** A hub with one sensor that reads the files of this machine's kernel. Its schedule is virtual; the values are not. */
function hubOf(driverName: string, options: Readonly<Record<string, unknown>>) {
  const clock = new VirtualClock();
  const drivers = createSensorDrivers({ kernelFiles: new NodeKernelFiles() });
  const driver = findSensorDriver(drivers, driverName).create({
    hal: new MockBoard({ clock }),
    clock,
    wiring: { kind: 'kernel' },
    consumer: 'test',
    options,
  });
  const hub = new SensorHub({ clock, sensors: [{ name: 'one', driverName, bus: undefined, driver }] });
  const session = new HubSession(hub, 'test');
  session.open(1, 'one', { intervalNs: 1000n * MS }, noCap);
  const readings = () => {
    clock.waitUntil(clock.nowNs() + 1000n * MS);
    clock.runDue();
    const all: object[] = [];
    session.collect((_, record) => all.push(...record.readings));
    return all;
  };
  return { readings, [Symbol.dispose]: () => void hub.closeAll() };
}

describe('sensors of the kernel', () => {
  it('are found as the board file would name them', () => {
    const found = findKernelSensors(new NodeKernelFiles());
    expect(found).toContainEqual(
      expect.objectContaining({ driver: 'thermal-zone', options: { zone: 'cpu-thermal' } }),
    );
    expect(found).toContainEqual(expect.objectContaining({ driver: 'hwmon', options: { device: 'tmp105' } }));
  });

  it('thermal zone: a hub reads 25.178 degrees of the processor', () => {
    using hub = hubOf('thermal-zone', { zone: 'cpu-thermal' });
    expect(hub.readings()[0]).toMatchObject({ channel: 'temperature', unit: 'degC', value: 25.178 });
  });

  it('hwmon: a hub reads the part on the I2C bus while its temperature is changed from outside', async () => {
    using hub = hubOf('hwmon', { device: 'tmp105', channels: ['temp1'] });
    expect(hub.readings()[0]).toMatchObject({ channel: 'temp1', unit: 'degC', value: 0 });
    process.stdout.write('please set 36.5 degrees\n');
    const startMs = performance.now();
    let last: unknown;
    while (performance.now() - startMs < PATIENCE_MS) {
      last = hub.readings().at(-1);
      if ((last as { value?: number }).value !== 0) break;
      await delay(LOOK_MS);
    }
    expect(last).toMatchObject({ channel: 'temp1', value: 36.5 });
  });
});
