import { describe, expect, it } from 'vitest';
import { codeOf, errorOf } from '../conformance/fixture-test.ts';
import { HalError } from '../error.ts';
import { chooseDrivers, type DriverSources } from './choose-drivers.ts';
import { missingDriver } from './linux-driver.ts';
import { checkPackage, loadPackage, type PackageRequire } from './package-module.ts';

const refuse = (text: string) => (): never => {
  throw new HalError('HAL_NOT_SUPPORTED', text);
};

const there = (name: string): never =>
  ({ ...missingDriver(new HalError('HAL_OTHER', name)), name, isThere: true }) as never;

/** A machine with these packages. */
function sources(packages: {
  koffi?: boolean;
  onoff?: boolean;
  i2c?: boolean;
  spi?: boolean;
}): DriverSources {
  return {
    systemCalls: packages.koffi
      ? () => ({
          gpio: there('koffi'),
          i2c: there('koffi'),
          spi: there('koffi'),
          mmio: there('koffi'),
          pwm: there('koffi'),
        })
      : refuse('no koffi'),
    onoff: packages.onoff ? () => there('onoff') : refuse('no onoff'),
    i2cPackage: packages.i2c ? () => there('i2c-bus') : refuse('no i2c-bus'),
    spiPackage: packages.spi ? () => there('spi-device') : refuse('no spi-device'),
  };
}

const namesOf = (drivers: object): string[] =>
  Object.values(drivers).map(({ name }: { readonly name: string }) => name);

describe('the choice of drivers', () => {
  it('takes system calls first, for all buses', () => {
    const drivers = chooseDrivers({}, sources({ koffi: true, onoff: true, i2c: true, spi: true }));
    expect(namesOf(drivers)).toEqual(['koffi', 'koffi', 'koffi', 'koffi', 'koffi']);
  });

  it('takes the packages where there are no system calls; what has neither says both reasons', () => {
    const drivers = chooseDrivers({}, sources({ i2c: true }));
    expect(namesOf(drivers)).toEqual(['none', 'i2c-bus', 'none', 'none', 'none']);
    expect(errorOf(() => drivers.spi.open(undefined as never, () => {})).message).toBe(
      'no koffi; or no spi-device',
    );
    expect(errorOf(() => drivers.mmio.open(undefined as never, () => {})).message).toBe('no koffi');
  });

  it('takes the one that is named, and the first for the others', () => {
    const drivers = chooseDrivers({ spi: 'spi-device' }, sources({ koffi: true, spi: true }));
    expect(namesOf(drivers)).toEqual(['koffi', 'koffi', 'spi-device', 'koffi', 'koffi']);
  });

  it('refuses when one that is named is not there, whatever else there is', () => {
    const all = sources({ koffi: true });
    expect(errorOf(() => chooseDrivers({ i2c: 'i2c-bus' }, all)).message).toBe('no i2c-bus');
    expect(errorOf(() => chooseDrivers({ gpio: 'onoff' }, all)).message).toBe('no onoff');
    const packages = sources({ onoff: true, i2c: true, spi: true });
    expect(errorOf(() => chooseDrivers({ gpio: 'koffi' }, packages)).message).toBe('no koffi');
  });

  it('gives faults of the program on', () => {
    const broken: DriverSources = {
      ...sources({}),
      systemCalls: () => {
        throw new RangeError('a fault');
      },
    };
    expect(() => chooseDrivers({}, broken)).toThrow(RangeError);
  });
});

describe('a native package', () => {
  const requireOf = (text: string): PackageRequire =>
    Object.assign(
      () => {
        throw new Error(text);
      },
      { resolve: (name: string) => `/modules/${name}/main.js` },
    );

  it.each([
    ["Cannot find module 'i2c-bus'\nRequire stack:", 'npm install i2c-bus'],
    ["Module did not self-register: '/modules/i2c-bus/build/Release/i2c.node'.", 'another thread'],
    ['Could not locate the bindings file. Tried:', 'cd /modules/i2c-bus && npm run install'],
    ['was compiled against NODE_MODULE_VERSION 108', 'cd /modules/i2c-bus && npm run install'],
    ["Cannot find module 'bindings'", "cannot be loaded: Cannot find module 'bindings'"],
  ])('that fails with "%s" is HAL_NOT_SUPPORTED with what to do', (text, advice) => {
    const error = errorOf(() => loadPackage('i2c-bus', requireOf(text)));
    expect([error.code, error.details['package']]).toEqual(['HAL_NOT_SUPPORTED', 'i2c-bus']);
    expect(error.message).toContain(advice);
  });

  it('is looked for without being loaded', () => {
    const looked: string[] = [];
    const exists = (path: string): boolean => {
      looked.push(path);
      return true;
    };
    checkPackage('spi-device', { exists }, requireOf('loaded'));
    expect(looked).toEqual(['/modules/spi-device/build/Release']);
    const check = (): void => checkPackage('spi-device', { exists: () => false }, requireOf('loaded'));
    expect(errorOf(check).message).toContain('cd /modules/spi-device && npm run install');
    const missing = Object.assign(() => undefined, {
      resolve: () => {
        throw new Error("Cannot find module 'spi-device'");
      },
    });
    expect(codeOf(() => checkPackage('spi-device', { exists }, missing))).toBe('HAL_NOT_SUPPORTED');
  });
});
