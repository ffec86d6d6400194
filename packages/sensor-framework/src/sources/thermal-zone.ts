import { checkOptionNames, refuseField } from '../drivers/driver-options.ts';
import type { ChannelSample, SensorDriverPart } from '../drivers/sensor-driver.ts';
import type { KernelClass, KernelDeviceChoice } from './kernel-device.ts';
import { KernelDeviceFinder } from './kernel-device.ts';
import { KernelDriver } from './kernel-driver.ts';
import type { KernelFiles } from './kernel-files.ts';
import { readKernelNumber } from './kernel-number.ts';
import { knownNames } from './kernel-options.ts';
import { channelOf, milliCelsius, sampleOf } from './kernel-quantity.ts';

/** Documentation/driver-api/thermal/sysfs-api.rst, section 2: `type` says what a zone is, `temp` is in millidegrees. */
export const thermalClass: KernelClass = {
  folder: '/sys/class/thermal',
  prefix: 'thermal_zone',
  identityFile: 'type',
};

/** THERMAL_TEMP_INVALID of include/linux/thermal.h: the zone has not been read yet. */
const NEVER_READ = -274_000;

const MAX_ZONE_NUMBER = 999_999_999;

export const thermalZoneChannel = channelOf('temperature', milliCelsius);

/** Option `zone`: the type, e.g. `cpu-thermal`, or the number of a zone. */
export function createThermalZonePart(files: KernelFiles): SensorDriverPart {
  return {
    name: 'thermal-zone',
    wiring: 'kernel',
    create({ options }) {
      checkOptionNames('thermal-zone', options, ['zone']);
      const finder = new KernelDeviceFinder(files, thermalClass, choiceOf(files, options['zone']));
      const count = finder.candidates().length;
      if (count > 1) {
        refuseField(
          'thermal-zone',
          'options.zone',
          `${count} zones are of this type; name one by its number`,
        );
      }
      const sample = (path: string): ChannelSample => {
        const value = readKernelNumber(files, `${path}/temp`);
        return value === NEVER_READ ? 'unavailable' : sampleOf(value, milliCelsius);
      };
      return new KernelDriver(finder, [{ channel: thermalZoneChannel, sample }]);
    },
  };
}

function choiceOf(files: KernelFiles, zone: unknown): KernelDeviceChoice {
  if (typeof zone === 'string' && zone !== '') return { identity: zone, index: undefined };
  if (typeof zone === 'number' && Number.isInteger(zone) && zone >= 0 && zone <= MAX_ZONE_NUMBER) {
    return { number: zone };
  }
  return refuseField(
    'thermal-zone',
    'options.zone',
    `it is the type or the number of a zone; ${knownNames(files, thermalClass)}`,
  );
}
