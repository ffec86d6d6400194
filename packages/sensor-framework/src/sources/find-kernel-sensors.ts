import type { DriverChannel } from '../drivers/sensor-driver.ts';
import { ds18b20Channel, listDs18b20, ONE_WIRE_FOLDER } from './ds18b20.ts';
import { hwmonKind, hwmonQuantity } from './hwmon.ts';
import { iioKind, iioQuantity } from './iio.ts';
import { listKernelDevices } from './kernel-device.ts';
import type { KernelFiles } from './kernel-files.ts';
import type { NamedDeviceKind } from './kernel-options.ts';
import type { KernelQuantity } from './kernel-quantity.ts';
import { channelOf } from './kernel-quantity.ts';
import { thermalClass, thermalZoneChannel } from './thermal-zone.ts';

/** A sensor that the kernel of this machine has, with what a board file would say of it. */
export interface KernelSensor {
  readonly driver: string;
  readonly options: Readonly<Record<string, string | number>>;
  /** Where it is now; the number in it may be another after a restart. */
  readonly path: string;
  readonly channels: readonly DriverChannel[];
}

/** Every sensor that `thermal-zone`, `hwmon`, `iio` and `ds18b20` can read now. Reads names only, no values. */
export function findKernelSensors(files: KernelFiles): KernelSensor[] {
  return [
    ...findThermalZones(files),
    ...findNamedDevices(files, hwmonKind, hwmonQuantity),
    ...findNamedDevices(files, iioKind, iioQuantity),
    ...listDs18b20(files).map((id) => ({
      driver: 'ds18b20',
      options: { id },
      path: `${ONE_WIRE_FOLDER}/${id}`,
      channels: [ds18b20Channel],
    })),
  ];
}

function findThermalZones(files: KernelFiles): KernelSensor[] {
  const zones = listKernelDevices(files, thermalClass);
  return zones.map(({ path, number, identity }) => {
    const isOnly = zones.filter((each) => each.identity === identity).length === 1;
    return {
      driver: 'thermal-zone',
      options: { zone: isOnly ? identity : number },
      path,
      channels: [thermalZoneChannel],
    };
  });
}

function findNamedDevices(
  files: KernelFiles,
  { part, kernelClass, channelsOf }: NamedDeviceKind,
  quantityOf: (channel: string) => KernelQuantity | undefined,
): KernelSensor[] {
  const devices = listKernelDevices(files, kernelClass);
  return devices.flatMap((device) => {
    const same = devices.filter((each) => each.identity === device.identity);
    const channels = channelsOf(files, device.path).flatMap((name) => {
      const quantity = quantityOf(name);
      return quantity === undefined ? [] : [channelOf(name, quantity)];
    });
    if (channels.length === 0) return [];
    const index = same.length === 1 ? {} : { index: same.indexOf(device) };
    return [{ driver: part, options: { device: device.identity, ...index }, path: device.path, channels }];
  });
}
