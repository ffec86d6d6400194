import type { GpioLineRequest } from '../contract/gpio.ts';
import { headerChipLabels } from './gpio-chips.ts';
import type { SysFiles } from './sys.ts';

interface Reservation {
  readonly lines: readonly number[];
  /**
   * One of these is there while the lines are the bus's: the device file for programs, and what the kernel shows of the controller
   * also when it keeps the bus for drivers of its own.
   */
  readonly signs: readonly string[];
  readonly bus: string;
  /** How to get the lines back. */
  readonly release: string;
}

/**
 * Lines of the header that belong to a bus once it is enabled (BCM2835 ARM Peripherals, section 6.2, alternate functions). The kernel
 * does not keep them: asking for GPIO2 takes the line out of its function, and the bus is dead until the next start.
 */
export const reservations: readonly Reservation[] = [
  {
    lines: [2, 3],
    signs: ['/dev/i2c-1', '/sys/bus/i2c/devices/i2c-1'],
    bus: 'I2C bus 1',
    release: 'dtparam=i2c_arm=off',
  },
  {
    lines: [7, 8, 9, 10, 11],
    signs: ['/dev/spidev0.0', '/sys/class/spi_master/spi0'],
    bus: 'SPI bus 0',
    release: 'dtparam=spi=off',
  },
  {
    lines: [16, 17, 18, 19, 20, 21],
    signs: ['/dev/spidev1.0', '/sys/class/spi_master/spi1'],
    bus: 'SPI bus 1',
    release: 'no overlay spi1-*',
  },
  { lines: [14, 15], signs: ['/dev/serial0'], bus: 'the serial port', release: 'enable_uart=0' },
  {
    lines: [0, 1],
    signs: ['/dev/i2c-0', '/sys/bus/i2c/devices/i2c-0'],
    bus: 'the EEPROM of HATs',
    release: 'no use of I2C bus 0',
  },
];

/**
 * Why a line is not to be had, or undefined. Only lines of the header's chip are reserved, which is also the chip of a request
 * without a label. Asks no device.
 */
export function reservationOf(
  files: Pick<SysFiles, 'exists'>,
  { chip, offset }: Pick<GpioLineRequest, 'chip' | 'offset'>,
): string | undefined {
  if (chip !== undefined && !headerChipLabels.includes(chip)) return undefined;
  for (const { lines, signs, bus, release } of reservations) {
    const sign = lines.includes(offset) ? signs.find((path) => files.exists(path)) : undefined;
    if (sign === undefined) continue;
    return `${bus}, which is enabled (${sign}); to use it as a line write "${release}" in /boot/firmware/config.txt and start again`;
  }
  return undefined;
}
