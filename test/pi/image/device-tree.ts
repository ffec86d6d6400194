import { PiError } from '../pi-error.ts';

/** The SPI controller of header pins 19, 21, 23, 24, 26 (BCM2835 ARM Peripherals, chapter 10). */
const SPI0 = 'spi@7e204000 {';

/** The controller of the header's lines (chapter 6), and those that select SPI0's devices: CE0 and CE1, low when active. */
const GPIO = 'gpio@7e200000 {';
const CHIP_SELECT_LINES = [8, 7];
/** Data and clock of SPI0, and their function ALT0 (chapter 6.2; BCM2835_FSEL_ALT0 of include/dt-bindings/pinctrl/bcm2835.h). */
const SPI_LINES = [9, 10, 11];
const ALT0 = 4;
const OUTPUT = 1;
/** Numbers that the Pi's own tree does not use. */
const SPI_PINS = 0x7001;
const CHIP_SELECT_PINS = 0x7002;
/** GPIO_ACTIVE_LOW (kernel: include/dt-bindings/gpio/gpio.h). */
const ACTIVE_LOW = 1;

/**
 * spidev refuses a node that says plain "spidev"; this name is one that it takes (kernel: drivers/spi/spidev.c,
 * spidev_dt_ids). On a real Pi the overlay of `dtparam=spi=on` does the same.
 */
const COMPATIBLE = 'rohm,dh2228fv';

/** spi0-0 and spi0-1 of the Pi's own device tree: 125 MHz. */
const MAX_CLOCK_HZ = 125_000_000;

const BLUETOOTH = 'bluetooth {';

/**
 * Takes the Bluetooth chip from the first serial port, as `dtoverlay=disable-bt` does on a real Pi: there is none, and
 * the port is the console, which without a device file could not pass Ctrl-C on.
 */
export function disableBluetooth(source: string): string {
  if (source.split(BLUETOOTH).length !== 2) {
    throw new PiError('PI_BUILD_FAILED', 'the device tree has not one Bluetooth chip');
  }
  return source.replace(BLUETOOTH, `${BLUETOOTH}\n  status = "disabled";`);
}

/**
 * Switches SPI0 on in a decompiled device tree, with `/dev/spidev0.0` and `/dev/spidev0.1`, selected by lines 8 and 7 as in the
 * tree of Raspberry Pi OS, which also says which lines those are. Without the lines the kernel's driver drives them the wrong way round.
 * Its DMA is taken out: QEMU's controller has none, and transfers from 96 bytes on came back with wrong bytes or not at all.
 */
export function enableSpi(source: string): string {
  const start = source.indexOf(SPI0);
  const end = source.indexOf('};', start);
  const node = source.slice(start, end);
  if (start < 0 || end < 0 || node.indexOf('{') !== node.lastIndexOf('{')) {
    throw new PiError('PI_BUILD_FAILED', `the device tree has no plain node ${SPI0}`);
  }
  const gpio = gpioReference(source);
  const lines = CHIP_SELECT_LINES.map((line) => `${gpio} ${line} ${ACTIVE_LOW}`).join(' ');
  const enabled = node
    .replace(
      'status = "disabled";',
      `status = "okay"; cs-gpios = <${lines}>; pinctrl-names = "default"; pinctrl-0 = <${SPI_PINS} ${CHIP_SELECT_PINS}>;`,
    )
    .replace(/\bdmas = <[^>]*>;\s*|\bdma-names = "[^"]*";\s*/gu, '');
  if (!enabled.includes('cs-gpios')) {
    throw new PiError('PI_BUILD_FAILED', 'SPI0 of the device tree is not switched off');
  }
  // Children come after all properties, else dtc refuses the file.
  return addSpiPins(source.slice(0, start) + enabled + [0, 1].map(chipSelect).join('') + source.slice(end));
}

/** The groups of pins, behind the properties of the GPIO controller. */
function addSpiPins(source: string): string {
  const place = source.lastIndexOf(';', source.indexOf('{', source.indexOf(GPIO) + GPIO.length)) + 1;
  const group = (name: string, lines: readonly number[], use: number, phandle: number): string => `
      ${name} {
        brcm,pins = <${lines.join(' ')}>;
        brcm,function = <${use}>;
        phandle = <${phandle}>;
      };
    `;
  return (
    source.slice(0, place) +
    group('spi0_pins', SPI_LINES, ALT0, SPI_PINS) +
    group('spi0_cs_pins', CHIP_SELECT_LINES, OUTPUT, CHIP_SELECT_PINS) +
    source.slice(place)
  );
}

/** The number by which other nodes mean the GPIO controller. It is a property, so it comes before any child. */
function gpioReference(source: string): string {
  const [, afterName = ''] = source.split(GPIO);
  const properties = /^[^{}]*/u.exec(afterName)?.[0] ?? '';
  const reference = /\bphandle = <(0x[\da-f]+)>;/u.exec(properties)?.[1];
  if (reference === undefined) {
    throw new PiError('PI_BUILD_FAILED', `the device tree has no node ${GPIO} that others can name`);
  }
  return reference;
}

function chipSelect(number: number): string {
  return `
      spidev@${number} {
        compatible = "${COMPATIBLE}";
        reg = <${number}>;
        spi-max-frequency = <${MAX_CLOCK_HZ}>;
      };
    `;
}
