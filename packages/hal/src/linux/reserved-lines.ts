import type { GpioLineRequest } from '../contract/gpio.ts';
import type { DeviceTreeFiles } from './device-tree.ts';
import { headerChipLabels } from './gpio-chips.ts';
import { type MuxedLine, muxedLines } from './muxed-lines.ts';

interface Enabling {
  /** What the name of the device's node begins with. */
  readonly node: string;
  /** Lines for which it is this setting; undefined for all others. */
  readonly lines?: readonly number[];
  readonly what: string;
  /** What enables it in config.txt (the README of the firmware's overlays). */
  readonly setting: string;
}

/** What gives lines of the header to a device, the first that fits. */
export const enablings: readonly Enabling[] = [
  { node: 'i2c', lines: [2, 3], what: 'an I2C bus', setting: 'dtparam=i2c_arm=on' },
  { node: 'i2c', lines: [0, 1], what: 'an I2C bus', setting: 'dtparam=i2c_vc=on' },
  { node: 'i2c', what: 'an I2C bus', setting: 'dtoverlay=i2c*' },
  { node: 'spi', lines: [7, 8, 9, 10, 11], what: 'an SPI bus', setting: 'dtparam=spi=on or dtoverlay=spi*' },
  { node: 'spi', what: 'an SPI bus', setting: 'dtoverlay=spi*' },
  {
    node: 'serial',
    lines: [14, 15],
    what: 'a serial port',
    setting: 'enable_uart=1, dtparam=uart0=on or dtoverlay=*-bt',
  },
  { node: 'serial', what: 'a serial port', setting: 'dtoverlay=uart*' },
  { node: 'pwm', what: 'the PWM', setting: 'dtoverlay=pwm*' },
  { node: 'i2s', what: 'digital sound', setting: 'dtparam=i2s=on or the overlay of a sound card' },
  { node: 'onewire', what: 'the 1-wire bus', setting: 'dtoverlay=w1-gpio' },
  { node: '', what: 'a device', setting: 'the overlay that it is in' },
];

/**
 * Lines of the header that belong to a bus or another device once it is enabled. The kernel does not keep them: asking for GPIO2 takes the
 * line out of its function, and the bus is dead until the next start. Reads the device tree once, when it is asked first.
 */
export class ReservedLines {
  readonly #files: DeviceTreeFiles;
  #muxed: ReadonlyMap<number, MuxedLine> | undefined;

  constructor(files: DeviceTreeFiles) {
    this.#files = files;
  }

  /**
   * Why a line is not to be had, or undefined. Only lines of the header's chip are reserved, which is also the chip of a request
   * without a label. Asks no device.
   */
  reservationOf({ chip, offset }: Pick<GpioLineRequest, 'chip' | 'offset'>): string | undefined {
    if (chip !== undefined && !headerChipLabels.includes(chip)) return undefined;
    this.#muxed ??= muxedLines(this.#files);
    const device = this.#muxed.get(offset);
    if (device === undefined) return undefined;
    const { name, alias } = device;
    const { what, setting } = enablings.find(
      ({ node, lines }) => name.startsWith(node) && (lines === undefined || lines.includes(offset)),
    ) as Enabling;
    return `${what}, ${alias === undefined ? name : `${alias} (${name})`}, which is enabled; to use it as a line take "${setting}" out of /boot/firmware/config.txt and start again`;
  }
}
