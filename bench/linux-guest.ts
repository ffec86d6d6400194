import type { Hal } from '@kanchi/hal';
import { createLinuxBackend } from '@kanchi/hal/linux';
import { VirtualClock } from '@kanchi/hal/mock';
import { InlineExecutor, kanchiHostApis } from '@kanchi/runtime';
import { createBenchApi } from './bench-api.ts';
import { createBenchHardware, loadBenchApp } from './bench-hardware.ts';
import { checkExit, showingListener } from './guest-outcome.ts';
import type { MeasurementSettings } from './measurement.ts';

/**
 * The guest's loops on real devices, in one thread: `linux-guest <settings as JSON>` on the emulated Pi; with a second parameter only
 * the registers are real, a mapped file below /dev/shm. Prints the measurement as JSON.
 */
const NEVER_NS = 10n ** 18n;
/** GPIO block of the Pi 3 (BCM2837 ARM Peripherals). */
const GPIO_BASE = 0x3f20_0000;
/** An EEPROM: reading it moves nothing but its pointer. */
const EEPROM = 0x50;

const [settingsText = '', file] = process.argv.slice(2);
const settings = JSON.parse(settingsText) as MeasurementSettings;
const linux = createLinuxBackend().hal;
const places = {
  i2cAddress: EEPROM,
  // Nothing is there: what comes back does not matter.
  chipSelect: 1,
  mmioDevice: file ?? '/dev/mem',
  mmioBase: file === undefined ? GPIO_BASE : 0,
};
const app = loadBenchApp([], file === undefined ? places : { ...places, i2cAddress: 0x76, chipSelect: 0 });
const bench = createBenchApi(settings);
const execution = new InlineExecutor({
  hal: file === undefined ? linux : registersOnly(linux),
  clock: new VirtualClock(),
  durationNs: NEVER_NS,
  hostApis: [...kanchiHostApis, bench.api],
}).start(app, showingListener);
checkExit(await execution.exited);
linux.close();
process.stdout.write(`${JSON.stringify(bench.measurement())}\n`);

/** The simulated board with the registers of this machine. */
function registersOnly(hal: Hal): Hal {
  const { board } = createBenchHardware();
  return new Proxy<Hal>(board, {
    get: (target, name) => {
      const owner = name === 'openMmioWindow' ? hal : target;
      const value: unknown = Reflect.get(owner, name, owner);
      return typeof value === 'function' ? value.bind(owner) : value;
    },
  });
}
