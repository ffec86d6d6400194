import { createRequire } from 'node:module';
import { createLinuxBackend } from '@kanchi/hal/linux';
import { describe, expect, it } from 'vitest';

/** What the backend itself would load: the optional packages are those of @kanchi/hal. */
const requireOfHal = createRequire(import.meta.resolve('@kanchi/hal'));

describe('native packages for arm64', () => {
  it('koffi loads, so that the Linux backend starts', () => {
    const { hal } = createLinuxBackend();
    try {
      expect(hal.info()).toMatchObject({ backend: 'linux', description: 'Raspberry Pi 3 Model B' });
    } finally {
      hal.close();
    }
  });

  it('serialport loads', () => {
    const { SerialPort } = requireOfHal('serialport') as { SerialPort: { binding: { open: unknown } } };
    expect(SerialPort.binding.open).toBeTypeOf('function');
  });

  it('i2c-bus reads the register of a part', () => {
    const { openSync } = requireOfHal('i2c-bus') as {
      openSync: (bus: number) => {
        readWordSync(address: number, command: number): number;
        closeSync(): void;
      };
    };
    const bus = openSync(1);
    try {
      // TMP105, configuration and limits: its upper limit is 80 degrees after power-on (datasheet, table 2), high byte first.
      expect(bus.readWordSync(0x49, 3)).toBe(0x0050);
    } finally {
      bus.closeSync();
    }
  });

  it('spi-device opens a chip select', () => {
    const { openSync } = requireOfHal('spi-device') as {
      openSync: (bus: number, device: number) => { getOptionsSync(): object; closeSync(): void };
    };
    const device = openSync(0, 1);
    try {
      expect(device.getOptionsSync()).toMatchObject({ mode: 0, bitsPerWord: 8 });
    } finally {
      device.closeSync();
    }
  });

  it('onoff drives BCM line 21 under the number that the kernel gives it, and has no line under the bare one', () => {
    const { Gpio } = requireOfHal('onoff') as {
      Gpio: new (
        line: number,
        direction: string,
      ) => { writeSync(level: 0 | 1): void; readSync(): 0 | 1; unexport(): void };
    };
    expect(() => new Gpio(21, 'out')).toThrow(/EINVAL/u);
    const line = new Gpio(512 + 21, 'out');
    try {
      const levels = ([1, 0, 1, 0] as const).map((level) => {
        line.writeSync(level);
        return line.readSync();
      });
      expect(levels).toEqual([1, 0, 1, 0]);
    } finally {
      line.unexport();
    }
  });
});
