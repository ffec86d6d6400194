import { HalError } from '../error.ts';
import { type LinuxDrivers, missingDriver } from './linux-driver.ts';

/** Which driver a bus gets. Default the first of each that this machine has. */
export interface DriverChoice {
  readonly gpio?: 'koffi' | 'onoff';
  readonly i2c?: 'koffi' | 'i2c-bus';
  readonly spi?: 'koffi' | 'spi-device';
}

/** Makers of drivers. Each throws HAL_NOT_SUPPORTED, with what to install, where its package is not there. */
export interface DriverSources {
  readonly systemCalls: () => LinuxDrivers;
  readonly onoff: () => LinuxDrivers['gpio'];
  readonly i2cPackage: () => LinuxDrivers['i2c'];
  readonly spiPackage: () => LinuxDrivers['spi'];
}

/**
 * System calls first, then the package of the bus; a bus with neither refuses to be opened and says why. Throws HAL_NOT_SUPPORTED
 * when a driver that was named is not there.
 */
export function chooseDrivers(choice: DriverChoice, sources: DriverSources): LinuxDrivers {
  const systemCalls = attempt(sources.systemCalls);
  const pick = <Bus extends 'gpio' | 'i2c' | 'spi'>(
    bus: Bus,
    makePackage: () => LinuxDrivers[Bus],
  ): LinuxDrivers[Bus] => {
    const named = choice[bus];
    if (named !== undefined) return named === 'koffi' ? take(systemCalls)[bus] : makePackage();
    if (!(systemCalls instanceof HalError)) return systemCalls[bus];
    const second = attempt(makePackage);
    if (!(second instanceof HalError)) return second;
    const text = `${systemCalls.message}; or ${second.message}`;
    return missingDriver(new HalError('HAL_NOT_SUPPORTED', text, { cause: second })) as LinuxDrivers[Bus];
  };
  return {
    gpio: pick('gpio', sources.onoff),
    i2c: pick('i2c', sources.i2cPackage),
    spi: pick('spi', sources.spiPackage),
    mmio: systemCalls instanceof HalError ? missingDriver(systemCalls) : systemCalls.mmio,
    pwm: systemCalls instanceof HalError ? missingDriver(systemCalls) : systemCalls.pwm,
  };
}

/** The outcome, or the HalError. */
function attempt<T>(action: () => T): T | HalError {
  try {
    return action();
  } catch (error) {
    if (error instanceof HalError) return error;
    throw error;
  }
}

function take<T>(outcome: T | HalError): T {
  if (outcome instanceof HalError) throw outcome;
  return outcome;
}
