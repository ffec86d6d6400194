import { NS_PER_S } from '@kanchi/hal';
import { checkOptionNames, refuseField } from '../drivers/driver-options.ts';
import type {
  ChannelSample,
  DriverChannel,
  DriverTimes,
  SensorDriverPart,
} from '../drivers/sensor-driver.ts';
import type { ReadingReason } from '../reading.ts';
import { listFolder } from './kernel-device.ts';
import { KernelDriver } from './kernel-driver.ts';
import type { KernelFiles } from './kernel-files.ts';
import { parseKernelNumber } from './kernel-number.ts';
import { quantity, sampleOf } from './kernel-quantity.ts';
import { errnoOf, reasonOfKernelError } from './kernel-reason.ts';

/** Where the kernel has a folder for each part on a 1-wire bus (Documentation/w1/w1-generic.rst). */
export const ONE_WIRE_FOLDER = '/sys/bus/w1/devices';

/** Family code 0x28, then the serial number of 48 bits (DS18B20 datasheet, 64-bit lasered ROM code). */
const DEVICE_ID = /^28-[0-9a-f]{12}$/u;

/** Datasheet: measures -55 to 125 degrees, +-2 over all of it (+-0.5 from -10 to 85). */
const milliCelsius = { ...quantity('degC', 1, 1_000), minimum: -55, maximum: 125 };

export const ds18b20Channel: DriverChannel = {
  name: 'temperature',
  unit: milliCelsius.unit,
  minimum: milliCelsius.minimum,
  maximum: milliCelsius.maximum,
  accuracy: 2,
};

/**
 * Each read of the file makes the part convert, 750 ms at 12 bits (datasheet, tCONV), and blocks meanwhile. After a bad answer the
 * kernel tries again, five conversions in all (W1_THERM_MAX_TRY of drivers/w1/slaves/w1_therm.c).
 */
export const ds18b20Times: DriverTimes = { shortestIntervalNs: NS_PER_S, stepTimeoutNs: 5n * NS_PER_S };

/** What the part holds from power-on until its first conversion, millidegrees (datasheet, memory). */
const POWER_ON_MILLICELSIUS = 85_000;
/** Byte 6 of the scratchpad: 0x0c after power-on; a conversion that gives a whole number of degrees leaves 0x10. */
const CONVERTED_MARK = '10';

/** The scratchpad as it was read, whether its CRC fits, and the temperature (Documentation/w1/slaves/w1_therm.rst). */
const SLAVE_FILE =
  /^((?:[0-9a-f]{2} ){9}): crc=[0-9a-f]{2} (YES|NO)\n(?:[0-9a-f]{2} ){9}t=(-?[0-9]{1,6})\n?$/u;

/** Option `id`: the part's folder, e.g. `28-0316a2795bff`. Default the only one there is. */
export function createDs18b20Part(files: KernelFiles): SensorDriverPart {
  return {
    name: 'ds18b20',
    wiring: 'kernel',
    create({ options }) {
      checkOptionNames('ds18b20', options, ['id']);
      const finder = new OneWireFinder(files, idOf(files, options['id']));
      const sample = (path: string): ChannelSample => sampleDs18b20(files, path);
      return new KernelDriver(finder, [{ channel: ds18b20Channel, sample }], ds18b20Times);
    },
  };
}

/** The parts of this kind that the kernel has found, by rising serial number. */
export function listDs18b20(files: KernelFiles): string[] {
  return listFolder(files, ONE_WIRE_FOLDER)
    .filter((name) => DEVICE_ID.test(name))
    .toSorted();
}

class OneWireFinder {
  readonly #files: KernelFiles;
  readonly #id: string | undefined;

  constructor(files: KernelFiles, id: string | undefined) {
    this.#files = files;
    this.#id = id;
  }

  find(): { readonly path: string } | { readonly reason: ReadingReason } {
    const [id, another] = this.#id === undefined ? listDs18b20(this.#files) : [this.#id];
    if (id === undefined) return { reason: 'not-present' };
    return another === undefined ? { path: `${ONE_WIRE_FOLDER}/${id}` } : { reason: 'unavailable' };
  }
}

function idOf(files: KernelFiles, id: unknown): string | undefined {
  const ids = listDs18b20(files);
  const there = ids.length === 0 ? 'there is none now' : `there is ${ids.join(', ')}`;
  if (id === undefined) {
    if (ids.length > 1)
      refuseField('ds18b20', 'options.id', `${ids.length} parts are there; say which: ${there}`);
    return undefined;
  }
  if (typeof id === 'string' && DEVICE_ID.test(id)) return id;
  return refuseField('ds18b20', 'options.id', `it is like 28-0316a2795bff; ${there}`);
}

/** One conversion: from `w1_slave`, which shows its bytes, and only where that is missing from `temperature`. */
function sampleDs18b20(files: KernelFiles, path: string): ChannelSample {
  const text = textOf(files, `${path}/w1_slave`);
  if (text !== undefined) return typeof text === 'string' ? sampleOfSlaveFile(text) : text.reason;
  const plain = textOf(files, `${path}/temperature`);
  if (plain === undefined) return 'not-present';
  if (typeof plain !== 'string') return plain.reason;
  const value = parseKernelNumber(plain);
  // Nothing here tells the power-on value from a temperature.
  return value === undefined || value === POWER_ON_MILLICELSIUS
    ? 'unavailable'
    : sampleOf(value, milliCelsius);
}

function sampleOfSlaveFile(text: string): ChannelSample {
  const [, scratchpad = '', verdict, temperature] = SLAVE_FILE.exec(text) ?? [];
  if (temperature === undefined) return 'unavailable';
  if (verdict === 'NO') return 'crc';
  const bytes = scratchpad.trim().split(' ');
  // A data line that is held low: nine zeros have the right CRC, and would be 0 degrees.
  if (bytes.every((byte) => byte === '00')) return 'unavailable';
  const value = Number(temperature);
  if (value === POWER_ON_MILLICELSIUS && bytes[6] !== CONVERTED_MARK) return 'unavailable';
  return sampleOf(value, milliCelsius);
}

/** Undefined where there is no such file. */
function textOf(files: KernelFiles, path: string): string | { readonly reason: ReadingReason } | undefined {
  try {
    return files.readText(path);
  } catch (error) {
    return errnoOf(error) === 'ENOENT' ? undefined : { reason: reasonOfKernelError(error) };
  }
}
