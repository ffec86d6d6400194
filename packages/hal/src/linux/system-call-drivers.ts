import type { EdgeEvents } from './edge-events.ts';
import type { GpioChips } from './gpio-chips.ts';
import { LinuxGpioLine } from './gpio-line.ts';
import type { OutputNotes } from './held-outputs.ts';
import { LinuxI2cBus } from './i2c-bus.ts';
import type { LinuxDrivers } from './linux-driver.ts';
import { LinuxMmioWindow } from './mmio-window.ts';
import { sysfsPwmDriver } from './pwm-driver.ts';
import { LinuxSpiDevice } from './spi-device.ts';
import type { Sys, SysFiles } from './sys.ts';

export interface SystemCallParts {
  readonly sys: Sys;
  readonly files: SysFiles;
  readonly chips: GpioChips;
  readonly edges: EdgeEvents;
  readonly heldOutputs?: OutputNotes | undefined;
}

/** The first choice for every bus (docs/adr/0013). */
export function systemCallDrivers(parts: SystemCallParts): LinuxDrivers {
  const { sys, files } = parts;
  return {
    gpio: {
      name: 'character device v2 (koffi)',
      isThere: true,
      tellsEdges: true,
      setsBias: true,
      open: (request, onClose) => new LinuxGpioLine(parts, request, onClose),
    },
    i2c: {
      name: 'I2C_RDWR (koffi)',
      isThere: true,
      open: (request, onClose) => new LinuxI2cBus(sys, files, request, onClose),
    },
    spi: {
      name: 'spidev (koffi)',
      isThere: true,
      open: (request, onClose) => new LinuxSpiDevice(sys, files, request, onClose),
    },
    mmio: {
      name: 'mmap (koffi)',
      isThere: true,
      open: (request, onClose) => new LinuxMmioWindow(sys, files, request, onClose),
    },
    pwm: sysfsPwmDriver(parts),
  };
}
