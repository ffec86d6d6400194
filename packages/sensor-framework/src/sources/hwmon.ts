import { millisecondsToNs } from '@kanchi/hal';
import { refuseField } from '../drivers/driver-options.ts';
import type { ChannelSample, SensorDriverPart } from '../drivers/sensor-driver.ts';
import { longer } from '../scheduler/durations.ts';
import { MAX_INTERVAL_NS } from '../scheduler/limits.ts';
import { listFolder } from './kernel-device.ts';
import type { KernelChannel } from './kernel-driver.ts';
import { KERNEL_SHORTEST_INTERVAL_NS, KernelDriver } from './kernel-driver.ts';
import type { KernelFiles } from './kernel-files.ts';
import { readKernelNumber, readOptionalNumber } from './kernel-number.ts';
import type { NamedDeviceKind } from './kernel-options.ts';
import { readNamedDeviceOptions } from './kernel-options.ts';
import type { KernelQuantity } from './kernel-quantity.ts';
import {
  channelOf,
  microWatt,
  milliAmpere,
  milliCelsius,
  milliPercent,
  milliVolt,
  sampleOf,
  turnsPerMinute,
} from './kernel-quantity.ts';

/** Documentation/ABI/testing/sysfs-class-hwmon: kinds of channels and their units. Voltages count from 0, others from 1. */
const quantities: Readonly<Record<string, KernelQuantity>> = {
  temp: milliCelsius,
  in: milliVolt,
  curr: milliAmpere,
  power: microWatt,
  humidity: milliPercent,
  fan: turnsPerMinute,
};

const CHANNEL_NAME = /^([a-z]+)[0-9]{1,4}$/;

export const hwmonKind: NamedDeviceKind = {
  part: 'hwmon',
  kernelClass: { folder: '/sys/class/hwmon', prefix: 'hwmon', identityFile: 'name' },
  channelsOf: (files, devicePath) =>
    listFolder(files, devicePath)
      .filter((file) => file.endsWith('_input'))
      .map((file) => file.slice(0, -'_input'.length))
      .filter((name) => hwmonQuantity(name) !== undefined)
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true })),
};

/** What a channel such as `temp1` measures; undefined for names that are none. */
export function hwmonQuantity(name: string): KernelQuantity | undefined {
  const kind = CHANNEL_NAME.exec(name)?.[1];
  return kind !== undefined && Object.hasOwn(quantities, kind) ? quantities[kind] : undefined;
}

/** Options `device`, `index` and `channels`, see `readNamedDeviceOptions`. */
export function createHwmonPart(files: KernelFiles): SensorDriverPart {
  return {
    name: 'hwmon',
    wiring: 'kernel',
    create({ options }) {
      const { finder, device, channelNames } = readNamedDeviceOptions(files, hwmonKind, options);
      const channels = channelNames.map((name): KernelChannel => {
        const quantity = hwmonQuantity(name);
        if (quantity === undefined) {
          const kinds = Object.keys(quantities).join(', ');
          refuseField('hwmon', 'options.channels', `${name} is not a kind (${kinds}) and a number`);
        }
        return {
          channel: channelOf(name, quantity),
          sample: (path) => sampleHwmon(files, `${path}/${name}`, quantity),
        };
      });
      if (device === undefined) return new KernelDriver(finder, channels);
      return new KernelDriver(finder, channels, { shortestIntervalNs: updateIntervalNs(files, device.path) });
    },
  };
}

function sampleHwmon(files: KernelFiles, prefix: string, quantity: KernelQuantity): ChannelSample {
  // 1: the input is open or shorted, whatever its value says. Not every channel has the file.
  if (readOptionalNumber(files, [`${prefix}_fault`]) === 1) return 'unavailable';
  const value = readKernelNumber(files, `${prefix}_input`);
  // A channel that is switched off gives ENODATA, which has other causes too.
  if (value === 'unavailable' && readOptionalNumber(files, [`${prefix}_enable`]) === 0) return 'off';
  return sampleOf(value, quantity);
}

/** `update_interval`, milliseconds: reads in between give the same value again. */
function updateIntervalNs(files: KernelFiles, path: string): bigint {
  const milliseconds = readOptionalNumber(files, [`${path}/update_interval`]);
  if (typeof milliseconds !== 'number' || milliseconds * 1e6 > Number(MAX_INTERVAL_NS)) {
    return KERNEL_SHORTEST_INTERVAL_NS;
  }
  return longer(millisecondsToNs(milliseconds), KERNEL_SHORTEST_INTERVAL_NS);
}
