import { SensorError } from '../error.ts';
import { createDs18b20Part } from '../sources/ds18b20.ts';
import { createHwmonPart } from '../sources/hwmon.ts';
import { createIioPart } from '../sources/iio.ts';
import type { KernelFiles } from '../sources/kernel-files.ts';
import { createThermalZonePart } from '../sources/thermal-zone.ts';
import { bme280Part } from './bme280/part.ts';
import { mcp3008Part } from './mcp3008/part.ts';
import type { SensorDriverPart } from './sensor-driver.ts';

export interface SensorDriversOptions {
  /** Where the kernel sensors are read from. */
  readonly kernelFiles: KernelFiles;
}

/** Every driver that a board file may name. A new driver is one line here. */
export function createSensorDrivers({ kernelFiles }: SensorDriversOptions): readonly SensorDriverPart[] {
  return [
    bme280Part,
    mcp3008Part,
    createThermalZonePart(kernelFiles),
    createHwmonPart(kernelFiles),
    createIioPart(kernelFiles),
    createDs18b20Part(kernelFiles),
  ];
}

/** The driver of this name. Throws SENSOR_BAD_DESCRIPTION, which names the known ones. */
export function findSensorDriver(drivers: readonly SensorDriverPart[], name: string): SensorDriverPart {
  const driver = drivers.find((candidate) => candidate.name === name);
  if (driver === undefined) {
    const known = drivers.map((candidate) => candidate.name).join(', ');
    throw new SensorError('SENSOR_BAD_DESCRIPTION', `no driver is called ${name}; known are ${known}`, {
      field: 'driver',
      driver: name,
    });
  }
  return driver;
}
