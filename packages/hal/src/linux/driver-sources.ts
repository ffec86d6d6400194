import { closeSync, openSync } from 'node:fs';
import { HalError } from '../error.ts';
import type { DriverSources } from './choose-drivers.ts';
import { GpioChips } from './gpio-chips.ts';
import { type I2cPackage, i2cPackageDriver } from './i2c-package-bus.ts';
import { loadKoffiSys } from './koffi-sys.ts';
import { attempt } from './node-files.ts';
import type { OnoffLines } from './onoff-lines.ts';
import { checkPackage, loadPackage } from './package-module.ts';
import { refusingSys } from './refusing-sys.ts';
import { type SpiPackage, spiPackageDriver } from './spi-package-device.ts';
import type { Sys } from './sys.ts';
import { type SystemCallParts, systemCallDrivers } from './system-call-drivers.ts';

/** System calls by koffi, or why there are none. */
export function findSys(): { readonly sys: Sys; readonly missing?: HalError } {
  try {
    return { sys: loadKoffiSys() };
  } catch (error) {
    if (error instanceof HalError) return { sys: refusingSys(error), missing: error };
    throw error;
  }
}

/** The drivers of this machine. Native packages are looked for, and loaded only when a device is opened. */
export function driverSources(
  parts: Omit<SystemCallParts, 'chips'>,
  missing: HalError | undefined,
  onoff: OnoffLines | undefined,
): DriverSources {
  const { sys, files } = parts;
  return {
    systemCalls: () => {
      if (missing !== undefined) throw missing;
      return systemCallDrivers({ ...parts, chips: new GpioChips(sys, files) });
    },
    onoff: () => {
      checkPackage('onoff', files);
      if (onoff === undefined) {
        throw new HalError(
          'HAL_NOT_SUPPORTED',
          'the package "onoff" needs its part in the main thread (serveOnoffLines), which this backend was made without',
        );
      }
      return onoff.driver;
    },
    i2cPackage: () => {
      checkPackage('i2c-bus', files);
      return i2cPackageDriver(() => loadPackage('i2c-bus') as I2cPackage, {
        files,
        tryOpen: (path) => attempt('open', path, () => closeSync(openSync(path, 'r+'))),
      });
    },
    spiPackage: () => {
      checkPackage('spi-device', files);
      return spiPackageDriver(() => loadPackage('spi-device') as SpiPackage, files);
    },
  };
}
