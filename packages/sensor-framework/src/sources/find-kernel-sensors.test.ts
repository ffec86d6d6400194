import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createSensorDrivers, findSensorDriver } from '../drivers/parts.ts';
import { createKernelDriver, FakeKernel } from './fake-kernel.test-support.ts';
import { findKernelSensors } from './find-kernel-sensors.ts';
import { MAX_KERNEL_FILE_BYTES, MAX_KERNEL_FOLDER_ENTRIES, NodeKernelFiles } from './node-kernel-files.ts';

const files = {
  '/sys/class/thermal/thermal_zone0/type': 'cpu-thermal\n',
  '/sys/class/thermal/thermal_zone0/temp': '25178\n',
  '/sys/class/thermal/thermal_zone1/type': 'acpitz\n',
  '/sys/class/thermal/thermal_zone1/temp': '26000\n',
  '/sys/class/thermal/thermal_zone2/type': 'acpitz\n',
  '/sys/class/thermal/thermal_zone2/temp': '27000\n',
  '/sys/class/hwmon/hwmon0/name': 'lm75\n',
  '/sys/class/hwmon/hwmon0/temp1_input': '20500\n',
  '/sys/class/hwmon/hwmon1/name': 'lm75\n',
  '/sys/class/hwmon/hwmon1/temp1_input': '21500\n',
  '/sys/class/hwmon/hwmon2/name': 'empty\n',
  '/sys/bus/iio/devices/iio:device0/name': 'bme280\n',
  '/sys/bus/iio/devices/iio:device0/in_temp_input': '24380\n',
  '/sys/bus/w1/devices/28-0316a2795bff/temperature': '23125\n',
};

describe('findKernelSensors', () => {
  it('lists what the machine has as a board file would say it, and each can be created and read so', () => {
    const kernel = new FakeKernel(files);
    const found = findKernelSensors(kernel);
    expect(found.map(({ driver, options, path }) => ({ driver, options, path }))).toEqual([
      { driver: 'thermal-zone', options: { zone: 'cpu-thermal' }, path: '/sys/class/thermal/thermal_zone0' },
      { driver: 'thermal-zone', options: { zone: 1 }, path: '/sys/class/thermal/thermal_zone1' },
      { driver: 'thermal-zone', options: { zone: 2 }, path: '/sys/class/thermal/thermal_zone2' },
      { driver: 'hwmon', options: { device: 'lm75', index: 0 }, path: '/sys/class/hwmon/hwmon0' },
      { driver: 'hwmon', options: { device: 'lm75', index: 1 }, path: '/sys/class/hwmon/hwmon1' },
      { driver: 'iio', options: { device: 'bme280' }, path: '/sys/bus/iio/devices/iio:device0' },
      {
        driver: 'ds18b20',
        options: { id: '28-0316a2795bff' },
        path: '/sys/bus/w1/devices/28-0316a2795bff',
      },
    ]);
    const drivers = createSensorDrivers({ kernelFiles: kernel });
    const values = found.map(({ driver, options, channels }) => {
      const created = createKernelDriver(findSensorDriver(drivers, driver), options);
      expect(created.channels).toEqual(channels);
      return created.read()[0];
    });
    expect(values).toEqual([25.178, 26, 27, 20.5, 21.5, 24.38, 23.125]);
  });

  it('lists nothing on a machine that has none', () => {
    expect(findKernelSensors(new FakeKernel({}))).toEqual([]);
  });
});

describe('NodeKernelFiles', () => {
  let root: string | undefined;
  const makeRoot = (content: Readonly<Record<string, string>>): string => {
    root = mkdtempSync(join(tmpdir(), 'kanchi-kernel-'));
    for (const [path, text] of Object.entries(content)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return root;
  };
  afterEach(() => {
    if (root !== undefined) rmSync(root, { recursive: true });
    root = undefined;
  });

  it('shows a real folder as the same machine', () => {
    const kernelFiles = new NodeKernelFiles(makeRoot(files));
    expect(findKernelSensors(kernelFiles)).toEqual(findKernelSensors(new FakeKernel(files)));
    const part = findSensorDriver(createSensorDrivers({ kernelFiles }), 'thermal-zone');
    const driver = createKernelDriver(part, { zone: 'cpu-thermal' });
    expect(driver.read()).toEqual([25.178]);
    rmSync(join(root as string, 'sys'), { recursive: true });
    expect(driver.read()).toEqual(['not-present']);
  });

  it('reads no more than a page and lists no more than its limit', () => {
    const path = makeRoot({ '/sys/long': '7'.repeat(MAX_KERNEL_FILE_BYTES + 1) });
    const kernelFiles = new NodeKernelFiles(path);
    expect(kernelFiles.readText('/sys/long')).toHaveLength(MAX_KERNEL_FILE_BYTES);
    for (let index = 0; index <= MAX_KERNEL_FOLDER_ENTRIES; index += 1) {
      writeFileSync(join(path, 'sys', `file${index}`), '');
    }
    expect(() => kernelFiles.list('/sys')).toThrow(
      expect.objectContaining({
        code: 'SENSOR_LIMIT_REACHED',
        details: expect.objectContaining({ value: 4_096 }),
      }),
    );
    expect(() => kernelFiles.list('/sys/none')).toThrow(expect.objectContaining({ code: 'ENOENT' }));
  });
});
