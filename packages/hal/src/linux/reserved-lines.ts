import type { GpioLineRequest } from '../contract/gpio.ts';
import { headerChipLabels } from './gpio-chips.ts';
import type { SysFiles } from './sys.ts';

interface Reservation {
  readonly lines: readonly number[];
  /** A device file that is there while the lines are the bus's. */
  readonly device: string;
  readonly bus: string;
  /** How to get the lines back. */
  readonly release: string;
}

/**
 * Lines of the header that belong to a bus once it is enabled (BCM2835 ARM Peripherals, section 6.2, alternate functions). The kernel
 * does not keep them: asking for GPIO2 takes the line out of its function, and the bus is dead until the next start.
 */
export const reservations: readonly Reservation[] = [
  { lines: [2, 3], device: '/dev/i2c-1', bus: 'I2C bus 1', release: 'dtparam=i2c_arm=off' },
  { lines: [7, 8, 9, 10, 11], device: '/dev/spidev0.0', bus: 'SPI bus 0', release: 'dtparam=spi=off' },
  {
    lines: [16, 17, 18, 19, 20, 21],
    device: '/dev/spidev1.0',
    bus: 'SPI bus 1',
    release: 'no overlay spi1-*',
  },
  { lines: [14, 15], device: '/dev/serial0', bus: 'the serial port', release: 'enable_uart=0' },
  { lines: [0, 1], device: '/dev/i2c-0', bus: 'the EEPROM of HATs', release: 'no use of I2C bus 0' },
];

/**
 * Why a line is not to be had, or undefined. Only lines of the header's chip are reserved, which is also the chip of a request
 * without a label. Asks no device.
 */
export function reservationOf(
  files: SysFiles,
  { chip, offset }: Pick<GpioLineRequest, 'chip' | 'offset'>,
): string | undefined {
  if (chip !== undefined && !headerChipLabels.includes(chip)) return undefined;
  const found = reservations.find(({ lines, device }) => lines.includes(offset) && files.exists(device));
  if (found === undefined) return undefined;
  return `${found.bus}, which is enabled (${found.device}); to use it as a line write "${found.release}" in /boot/firmware/config.txt and start again`;
}
