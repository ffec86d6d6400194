import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { i2cRead, i2cWrite, i2cWriteRead, type SpiDevice } from '@kanchi/hal';
import { createLinuxBackend } from '@kanchi/hal/linux';
import { describe, expect, it } from 'vitest';
import { errorOf } from './error-of.ts';

/** The Linux backend on what the emulated Pi has: expected values are of the datasheets and of the kernel. */

/** What V8's young generation may grow by meanwhile (48 MiB), and a bit: 7 KB that stay behind in each round are more. */
const MOST_GROWN_BYTES = 64 * 1024 * 1024;
const consumer = 'test';
const { hal } = createLinuxBackend();

const descriptorCount = (): number => readdirSync('/proc/self/fd').length;

describe('lines', () => {
  it('are found by the label of their chip, and the second chip is never taken for the header', () => {
    expect(hal.chips.list().map(({ label, lineCount }) => [label, lineCount])).toEqual([
      ['pinctrl-bcm2835', 54],
      ['raspberrypi-exp-gpio', 8],
    ]);
    expect(hal.chips.find(undefined).label).toBe('pinctrl-bcm2835');
  });

  it('that are outputs read back what was written, also when the low level is the active one', () => {
    using line = hal.openGpioLine({ offset: 17, consumer, direction: 'output', initialLevel: 1 });
    const seen: number[] = [line.read()];
    for (const level of [0, 1, 0] as const) {
      line.write(level);
      seen.push(line.read());
    }
    expect(seen).toEqual([1, 0, 1, 0]);
    using inverted = hal.openGpioLine({
      offset: 27,
      consumer,
      direction: 'output',
      activeLow: true,
      initialLevel: 1,
    });
    expect(inverted.read()).toBe(1);
  });

  it('that somebody holds are busy and name who; after close they are free (report 20)', () => {
    const other = createLinuxBackend().hal;
    const line = other.openGpioLine({ offset: 22, consumer: 'the other app', direction: 'output' });
    const error = errorOf(() => hal.openGpioLine({ offset: 22, consumer, direction: 'input' }));
    expect(error).toMatchObject({ code: 'HAL_BUSY', errno: 'EBUSY' });
    expect(error.message).toContain('the other app');
    line.close();
    hal.openGpioLine({ offset: 22, consumer, direction: 'input' }).close();
    other.close();
  });

  it('that are a serial port’s are refused and stay its own, also without the link /dev/serial0 (ADR 24)', () => {
    const functions = (): string[] =>
      readFileSync('/sys/kernel/debug/pinctrl/3f200000.gpio-pinctrl-bcm2835/pins', 'utf8')
        .split('\n')
        .filter((line) => /^pin 1[45] /u.test(line));
    if (!existsSync('/sys/kernel/debug/pinctrl')) {
      execFileSync('mount', ['-t', 'debugfs', 'none', '/sys/kernel/debug']);
    }
    expect(existsSync('/dev/serial0')).toBe(false);
    const before = functions();
    expect(before).toHaveLength(2);
    for (const offset of [14, 15]) {
      const error = errorOf(() => hal.openGpioLine({ offset, consumer, direction: 'output' }));
      expect(error).toMatchObject({ code: 'HAL_BUSY', errno: 'EBUSY' });
      expect(error.message).toMatch(/serial@7e215040.*enable_uart=1/u);
    }
    expect(functions()).toEqual(before);
    expect(before.join()).not.toContain('gpio_');
  });

  it('that the chip does not have, and chips that are not there, are named with what there is', () => {
    expect(errorOf(() => hal.openGpioLine({ offset: 54, consumer, direction: 'input' }))).toMatchObject({
      code: 'HAL_NO_SUCH_DEVICE',
      message: 'pinctrl-bcm2835 has lines 0 to 53, and no line 54',
    });
    const error = errorOf(() =>
      hal.openGpioLine({ chip: 'pinctrl-rp1', offset: 4, consumer, direction: 'input' }),
    );
    expect(error.message).toContain('no GPIO chip with the label pinctrl-rp1; there are: pinctrl-bcm2835');
  });

  it.each([
    [2, 'i2c@7e804000'],
    [8, 'spi@7e204000'],
    [10, 'spi@7e204000'],
  ])(
    'of a bus that is enabled are refused before the kernel is asked: %i (reports 21 and 24)',
    (offset, bus) => {
      const error = errorOf(() => hal.openGpioLine({ offset, consumer, direction: 'output' }));
      expect(error.code).toBe('HAL_BUSY');
      expect(error.errno).toBe('EBUSY');
      expect(error.message).toContain(bus);
      expect(error.message).toContain('/boot/firmware/config.txt');
    },
  );
});

describe('registers', () => {
  /** GPIO block of the BCM2837 (BCM2835 ARM Peripherals, section 6.1; physical base of the Pi 3). */
  const open = () =>
    hal.openMmioWindow({ device: '/dev/mem', base: 0x3f20_0000, byteLength: 0xb4, consumer });
  const [SET_0, CLEAR_0, LEVEL_0] = [0x1c, 0x28, 0x34];

  it('that set and clear lines show at the character device, and the reverse', () => {
    using line = hal.openGpioLine({ offset: 17, consumer, direction: 'output' });
    using registers = open();
    const bit = 2 ** 17;
    registers.write(SET_0, 32, bit);
    expect(line.read()).toBe(1);
    registers.write(CLEAR_0, 32, bit);
    expect(line.read()).toBe(0);
    line.write(1);
    expect(registers.read(LEVEL_0, 32) & bit).toBe(bit);
    line.write(0);
    expect(registers.read(LEVEL_0, 32) & bit).toBe(0);
  });
});

describe('I2C bus 1', () => {
  const bus = () => hal.openI2cBus({ bus: 1, consumer });

  it('tells an address that nobody acknowledges by the error of the kernel driver', () => {
    using i2c = bus();
    expect(errorOf(() => i2cRead(i2c, 0x51, new Uint8Array(1)))).toMatchObject({
      code: 'HAL_I2C_NO_ACKNOWLEDGE_UNKNOWN',
      errno: 'EREMOTEIO',
    });
    expect(errorOf(() => i2cWrite(i2c, 0x51, new Uint8Array())).code).toBe('HAL_I2C_NO_ACKNOWLEDGE_UNKNOWN');
  });

  it('TMP105: the temperature follows that of the world', async () => {
    using i2c = bus();
    // Configuration: 12 bits (TMP105 datasheet, section 7.5.3).
    i2cWrite(i2c, 0x48, Uint8Array.of(1, 0x60));
    const raw = new Uint8Array(2);
    i2cWriteRead(i2c, 0x48, Uint8Array.of(0), raw);
    expect([...raw]).toEqual([0, 0]);
    process.stdout.write('please set 36.5 degrees\n');
    const endMs = performance.now() + 30_000;
    while (raw[0] === 0 && performance.now() < endMs) {
      await delay(100);
      i2cWriteRead(i2c, 0x48, Uint8Array.of(0), raw);
    }
    // 36.5 degrees in sixteenths, left-aligned in 16 bits.
    expect([...raw]).toEqual([0x24, 0x80]);
  });

  it('DS1338: keeps the time that it was given', () => {
    using i2c = bus();
    // 12:34:56 on 28 February 2026, in BCD from register 0 (DS1338 datasheet, table 2). The day of the week, register 3, is
    // counted by the emulator in a way of its own.
    i2cWrite(i2c, 0x68, Uint8Array.of(0, 0x56, 0x34, 0x12, 0x07, 0x28, 0x02, 0x26));
    const time = new Uint8Array(7);
    i2cWriteRead(i2c, 0x68, Uint8Array.of(0), time);
    expect([time[1], time[2], time[4], time[5], time[6]]).toEqual([0x34, 0x12, 0x28, 0x02, 0x26]);
    expect(time[0]).toBeGreaterThanOrEqual(0x56);
  });

  it('24C02: keeps what was written', () => {
    using i2c = bus();
    i2cWrite(i2c, 0x50, Uint8Array.of(0x10, 0xca, 0xfe, 0xba, 0xbe));
    const bytes = new Uint8Array(4);
    i2cWriteRead(i2c, 0x50, Uint8Array.of(0x10), bytes);
    expect([...bytes]).toEqual([0xca, 0xfe, 0xba, 0xbe]);
  });

  it('never sends to address 0, whatever failed before (report 25)', () => {
    using i2c = bus();
    errorOf(() => i2cRead(i2c, 0x51, new Uint8Array(1)));
    expect(errorOf(() => i2cWrite(i2c, 0, Uint8Array.of(6))).code).toBe('HAL_BAD_ARGUMENT');
  });

  it('that is not there says what to write where', () => {
    expect(errorOf(() => hal.openI2cBus({ bus: 99, consumer }))).toMatchObject({
      code: 'HAL_NO_SUCH_DEVICE',
      errno: 'ENOENT',
    });
  });
});

describe('SPI bus 0', () => {
  const flash = () => hal.openSpiDevice({ bus: 0, chipSelect: 0, clockHz: 1_000_000, consumer });
  const ask = (device: SpiDevice, command: readonly number[], count: number): number[] => {
    const buffer = new Uint8Array(count);
    device.transaction([
      { kind: 'write', bytes: Uint8Array.from(command) },
      { kind: 'read', buffer },
    ]);
    return [...buffer];
  };
  // Commands of the W25Q32JV datasheet, table 8.1.2.
  const [READ, WRITE_ENABLE, ERASE_SECTOR, IDENTIFY] = [0x03, 0x06, 0x20, 0x9f];

  it('W25Q32: is identified and erased', () => {
    using device = flash();
    // The emulator never deselects the chip: an identification ends after six bytes there, and a read never.
    const identity = [0xef, 0x40, 0x16, 0, 0, 0];
    expect(ask(device, [IDENTIFY], 6)).toEqual(identity);
    expect(ask(device, [IDENTIFY], 6)).toEqual(identity);
    device.transaction([{ kind: 'write', bytes: Uint8Array.of(WRITE_ENABLE) }]);
    device.transaction([{ kind: 'write', bytes: Uint8Array.of(ERASE_SECTOR, 0, 0x10, 0) }]);
    expect(ask(device, [READ, 0, 0x10, 0], 4)).toEqual([0xff, 0xff, 0xff, 0xff]);
  });

  it('refuses more than the kernel takes in one message, and names the limit (report 61)', () => {
    using device = flash();
    expect(device.capabilities.maxTransactionBytes).toBe(4096);
    const error = errorOf(() => device.transaction([{ kind: 'write', bytes: new Uint8Array(4097) }]));
    expect(error).toMatchObject({ code: 'HAL_TOO_LONG', errno: 'EMSGSIZE' });
    expect(error.message).toContain('spidev.bufsiz');
  });
});

describe('a user without rights', () => {
  it('is told of the group, for each kind of device', () => {
    const nobody = 65_534;
    process.seteuid?.(nobody);
    try {
      const calls = [
        () => hal.openGpioLine({ offset: 17, consumer, direction: 'input' }),
        () => hal.openI2cBus({ bus: 1, consumer }),
        () => hal.openSpiDevice({ bus: 0, chipSelect: 0, consumer }),
        () => hal.openMmioWindow({ device: '/dev/mem', base: 0x3f20_0000, byteLength: 4, consumer }),
      ];
      for (const call of calls) {
        const error = errorOf(call);
        expect(error).toMatchObject({ code: 'HAL_PERMISSION', errno: 'EACCES' });
        expect(error.message).toContain('group');
      }
    } finally {
      process.seteuid?.(0);
    }
    expect(hal.openHandleCount()).toBe(0);
  });
});

describe('opening and closing', () => {
  const ROUNDS = 10_000;
  it.each<[string, () => { close(): void }]>([
    ['a line', () => hal.openGpioLine({ offset: 17, consumer, direction: 'output' })],
    ['a bus', () => hal.openI2cBus({ bus: 1, consumer })],
    ['a chip select', () => hal.openSpiDevice({ bus: 0, chipSelect: 0, consumer })],
    [
      'a window',
      () => hal.openMmioWindow({ device: '/dev/mem', base: 0x3f20_0000, byteLength: 4, consumer }),
    ],
  ])(
    '%s 10,000 times leaves descriptors and memory as they were',
    (_, open) => {
      open().close();
      const descriptors = descriptorCount();
      for (let round = 0; round < ROUNDS / 10; round += 1) open().close();
      const residentBytes = process.memoryUsage.rss();
      for (let round = 0; round < (ROUNDS * 9) / 10; round += 1) open().close();
      expect(descriptorCount()).toBe(descriptors);
      expect(process.memoryUsage.rss() - residentBytes).toBeLessThan(MOST_GROWN_BYTES);
      expect(hal.openHandleCount()).toBe(0);
    },
    900_000,
  );
});
