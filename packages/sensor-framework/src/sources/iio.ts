import { refuseField } from '../drivers/driver-options.ts';
import type { ChannelSample, SensorDriverPart } from '../drivers/sensor-driver.ts';
import { listFolder } from './kernel-device.ts';
import type { KernelChannel } from './kernel-driver.ts';
import { KernelDriver } from './kernel-driver.ts';
import type { KernelFiles } from './kernel-files.ts';
import { readKernelNumber, readOptionalNumber } from './kernel-number.ts';
import type { NamedDeviceKind } from './kernel-options.ts';
import { readNamedDeviceOptions } from './kernel-options.ts';
import type { KernelQuantity } from './kernel-quantity.ts';
import {
  channelOf,
  milliAmpere,
  milliCelsius,
  milliPercent,
  milliVolt,
  milliWatt,
  quantity,
  sampleOf,
} from './kernel-quantity.ts';

/** Documentation/ABI/testing/sysfs-bus-iio: types of channels and the unit after offset and scale. */
const quantities: Readonly<Record<string, KernelQuantity>> = {
  temp: milliCelsius,
  humidityrelative: milliPercent,
  // Kilopascal.
  pressure: quantity('Pa', 1_000, 1),
  voltage: milliVolt,
  current: milliAmpere,
  power: milliWatt,
  illuminance: quantity('lx', 1, 1, { minimum: 0 }),
  resistance: quantity('ohm', 1, 1, { minimum: 0 }),
  distance: quantity('m', 1, 1),
  accel: quantity('m/s2', 1, 1),
  anglvel: quantity('rad/s', 1, 1),
  // Gauss.
  magn: quantity('T', 1, 10_000),
};

/** Type, number, the other input of a difference, modifier: `voltage0`, `voltage0-voltage1`, `accel_x`, `temp_object`. */
const CHANNEL_NAME = /^([a-z]+)[0-9]{0,4}(?:-[a-z]+[0-9]{0,4})?(?:_[a-z0-9]+)?$/;

/** Other values of the same channel, not what it measures now. */
const OTHER_VALUE = /_(?:mean|peak)$/;

export const iioKind: NamedDeviceKind = {
  part: 'iio',
  kernelClass: { folder: '/sys/bus/iio/devices', prefix: 'iio:device', identityFile: 'name' },
  channelsOf: (files, devicePath) => {
    const names = new Set(listFolder(files, devicePath));
    const channels = new Set<string>();
    for (const file of names) {
      const name = /^in_(.+)_(?:input|raw)$/.exec(file)?.[1];
      if (name === undefined || iioQuantity(name) === undefined) continue;
      // A raw value without a scale has no unit.
      if (names.has(`in_${name}_input`) || attributesOf(name, 'scale').some((each) => names.has(each))) {
        channels.add(name);
      }
    }
    return [...channels].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  },
};

/** What a channel such as `voltage0` measures; undefined for names that are none. */
export function iioQuantity(name: string): KernelQuantity | undefined {
  const type = OTHER_VALUE.test(name) ? undefined : CHANNEL_NAME.exec(name)?.[1];
  return type !== undefined && Object.hasOwn(quantities, type) ? quantities[type] : undefined;
}

/** Options `device`, `index` and `channels`, see `readNamedDeviceOptions`. */
export function createIioPart(files: KernelFiles): SensorDriverPart {
  return {
    name: 'iio',
    wiring: 'kernel',
    create({ options }) {
      const { finder, channelNames } = readNamedDeviceOptions(files, iioKind, options);
      const channels = channelNames.map((name): KernelChannel => {
        const kernel = iioQuantity(name);
        if (kernel === undefined) {
          const types = Object.keys(quantities).join(', ');
          refuseField('iio', 'options.channels', `${name} is not of a type that is known (${types})`);
        }
        return { channel: channelOf(name, kernel), sample: (path) => sampleIio(files, path, name, kernel) };
      });
      return new KernelDriver(finder, channels);
    },
  };
}

/** `_input` is ready to use; otherwise (raw + offset) * scale. */
function sampleIio(files: KernelFiles, path: string, name: string, kernel: KernelQuantity): ChannelSample {
  const input = readOptionalNumber(files, [`${path}/in_${name}_input`]);
  if (input !== undefined) return sampleOf(input, kernel);
  const raw = readKernelNumber(files, `${path}/in_${name}_raw`);
  if (typeof raw !== 'number') return raw;
  const pathsOf = (suffix: string) => attributesOf(name, suffix).map((file) => `${path}/${file}`);
  const offset = readOptionalNumber(files, pathsOf('offset')) ?? 0;
  if (typeof offset !== 'number') return offset;
  const scale = readOptionalNumber(files, pathsOf('scale')) ?? 'unavailable';
  if (typeof scale !== 'number') return scale;
  return sampleOf((raw + offset) * scale, kernel);
}

/** Own, shared by the channels of a difference, shared by the type: `in_voltage0_scale`, `in_voltage_scale`. */
function attributesOf(name: string, suffix: string): readonly string[] {
  const shared = name.replaceAll(/[0-9]+/g, '');
  const type = /^[a-z]+/.exec(name)?.[0] ?? name;
  return [...new Set([name, shared, type])].map((each) => `in_${each}_${suffix}`);
}
