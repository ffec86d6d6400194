import { describe, expect, it } from 'vitest';
import { createSensorDrivers, findSensorDriver } from './parts.ts';

const drivers = createSensorDrivers({
  kernelFiles: {
    readText: () => {
      throw new Error('nothing is read before a driver is created');
    },
    list: () => {
      throw new Error('nothing is listed before a driver is created');
    },
  },
});

describe('createSensorDrivers', () => {
  it('lists the drivers that board files may name, each once, and opens nothing', () => {
    expect(drivers.map((driver) => `${driver.wiring} ${driver.name}`)).toEqual([
      'i2c bme280',
      'spi mcp3008',
      'kernel thermal-zone',
      'kernel hwmon',
      'kernel iio',
      'kernel ds18b20',
    ]);
  });
});

describe('findSensorDriver', () => {
  it('finds by name', () => {
    for (const driver of drivers) expect(findSensorDriver(drivers, driver.name)).toBe(driver);
  });

  it('names the known drivers when there is none of that name', () => {
    for (const name of ['bmp280', 'toString', '']) {
      expect(() => findSensorDriver(drivers, name)).toThrow(
        expect.objectContaining({
          code: 'SENSOR_BAD_DESCRIPTION',
          message: expect.stringContaining('bme280, mcp3008, thermal-zone, hwmon, iio, ds18b20'),
          details: { field: 'driver', driver: name },
        }),
      );
    }
  });
});
