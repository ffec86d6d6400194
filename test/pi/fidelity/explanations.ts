/** Why a case is skipped somewhere. `npm run fidelity` fails for a reason that is not here, and for one that nobody gives any more. */
export interface Explanation {
  /** Titles of the targets that it holds for. */
  readonly targets: readonly string[];
  /** The reason as the run prints it; `not run` where the target has no such case. */
  readonly reason: string;
  readonly why: string;
  /** Files that show it instead. */
  readonly shownBy: readonly string[];
}

/** The reason of a case that a target does not have. */
export const NOT_RUN = 'not run';

const onPi = ['raspi3b', 'virt'] as const;
const packages = 'raspi3b, packages';
const terminals = ['terminals', 'terminals, other thread'] as const;

export const explanations: readonly Explanation[] = [
  {
    targets: ['mock', 'other thread', 'fake kernel', 'fake Pi kernel', packages, ...onPi],
    reason: 'this backend has edge events',
    why: 'The case is for a backend without edge events, and there is none here. A chip without interrupts is refused in the same way.',
    shownBy: ['packages/hal/src/linux/gpio-line.test.ts'],
  },
  {
    targets: ['fake kernel', 'fake Pi kernel'],
    reason: 'serial ports are a driver of their own',
    why: 'The Linux backend makes no system calls of its own for serial ports: `serialport` does, and needs a real kernel. Same suite, column terminals.',
    shownBy: ['packages/hal/src/conformance/linux-uart.test.ts'],
  },
  {
    targets: onPi,
    reason: 'the serial ports of the Linux backend are tested on pseudo terminals',
    why: 'The far end of the second serial port is outside of the machine, where the suite cannot reach it. Bytes both ways over the PL011 are a test of their own.',
    shownBy: ['packages/hal/src/conformance/linux-uart.test.ts', 'test/pi/inside/serial-port.test.ts'],
  },
  {
    targets: ['fake kernel', 'fake Pi kernel', ...onPi],
    reason: 'this window has 32-bit accesses only',
    why: 'The Linux backend makes 32-bit accesses only, because the registers of these chips have no others. Other widths are refused, which is a case of its own.',
    shownBy: ['packages/hal/src/conformance/mmio-suite.ts'],
  },
  {
    targets: onPi,
    reason: 'nobody knows how long this device is',
    why: 'The window is one of /dev/mem there, which has no end that the kernel tells. The device files of a Raspberry Pi whose length is known are not in the emulated ones.',
    shownBy: ['packages/hal/src/linux/mmio-window.test.ts'],
  },
  {
    targets: terminals,
    reason: 'bytes take no time on this serial port',
    why: 'A pseudo terminal hands bytes over at once, whatever its speed is set to, so that no flush ever waits.',
    shownBy: ['packages/hal/src/linux/uart-ports.test.ts'],
  },
  {
    targets: terminals,
    reason: NOT_RUN,
    why: 'A terminal is a serial port only.',
    shownBy: [],
  },
  {
    targets: onPi,
    reason: 'no two lines are joined by a wire',
    why: 'QEMU has no wires between lines, and nothing outside can drive a line of these machines, but for line 3 of virt. Edges of a real kernel are a test of their own on that line.',
    shownBy: ['test/pi/inside/linux-edges.test.ts', 'packages/hal/src/linux/linux-hal.conformance.test.ts'],
  },
  {
    targets: [packages],
    reason: 'no two lines are joined by a wire',
    why: 'As on raspi3b. Edges by `onoff` on a real kernel are a test of their own on line 3 of virt, levels and active-low lines one on raspi3b; the whole suite passes with a package that imitates `onoff`.',
    shownBy: [
      'test/pi/inside/onoff-edges.test.ts',
      'test/pi/inside/onoff-lines.test.ts',
      'packages/hal/src/linux/onoff-lines.test.ts',
    ],
  },
  {
    targets: [packages],
    reason: 'this backend cannot pull lines',
    why: 'Sysfs has no bias, so `onoff` cannot set one: `capabilities.gpioBias` is false, and a request with a bias is HAL_NOT_SUPPORTED.',
    shownBy: ['packages/hal/src/linux/onoff-lines.test.ts'],
  },
  {
    targets: [packages],
    reason: 'this bus has no second driver',
    why: 'Serial ports, registers and PWM have one driver each, which the other columns have.',
    shownBy: [],
  },
  {
    targets: onPi,
    reason: 'pulls do not show on this board',
    why: 'The GPIO chip of raspi3b takes the setting of a pull and does nothing with it, and that of virt has none to set. That the setting reaches the kernel is shown on the fake one.',
    shownBy: ['packages/hal/src/linux/linux-hal.conformance.test.ts'],
  },
  {
    targets: ['raspi3b', packages],
    reason: 'MOSI and MISO are not joined',
    why: 'QEMU has no wire there. Bytes both ways are shown with a flash chip, and for `spi-device` on a package that imitates it.',
    shownBy: ['test/pi/inside/linux-devices.test.ts', 'packages/hal/src/linux/package-drivers.test.ts'],
  },
  {
    targets: ['virt'],
    reason: 'the virt machine has no I2C bus',
    why: 'The board of QEMU has none.',
    shownBy: ['test/pi/inside/linux-conformance.test.ts'],
  },
  {
    targets: ['virt'],
    reason: 'the virt machine has no PWM controller',
    why: 'The board of QEMU has none.',
    shownBy: ['test/pi/inside/linux-conformance.test.ts'],
  },
  {
    targets: ['virt'],
    reason: 'the virt machine has no SPI bus',
    why: 'The board of QEMU has none.',
    shownBy: ['test/pi/inside/linux-conformance.test.ts'],
  },
];

/** Where a case passes everywhere although the hardware does not do the same: the contract allows both. */
export const allowedDifferences: readonly { readonly what: string; readonly differs: string }[] = [
  {
    what: 'An I2C address that nobody acknowledges',
    differs:
      'HAL_I2C_NO_ACKNOWLEDGE_ADDRESS on the mock, HAL_I2C_NO_ACKNOWLEDGE_UNKNOWN on Linux: the controller of the Pi does not tell which byte it was. `capabilities.tellsAcknowledgeSource` says which.',
  },
  {
    what: 'Access widths of a register window',
    differs: '8, 16 and 32 bits on the mock, 32 bits on Linux. `MmioWindow.widths` says which.',
  },
  {
    what: 'An I2C transaction with a read that is not last',
    differs:
      'The mock does it, the bcm2835 driver of the kernel refuses it (HAL_NOT_SUPPORTED). No case of the suite needs one.',
  },
  {
    what: 'The size of an I2C transaction by `i2c-bus`',
    differs:
      'A write and then a read is a write of 1 byte and a read of at most 32 there, since the package has no I2C_RDWR; any other is HAL_NOT_SUPPORTED. The cases use no more than that.',
  },
  {
    what: 'Edges by `onoff`',
    differs:
      'They have the time of the main thread, and two that are faster than its loop are a gap in `sequence`; by the character device they have the time of the kernel.',
  },
  {
    what: 'Time',
    differs:
      'A transaction on the mock takes the time of its bits at the speed of the bus; in QEMU it takes no time of the bus, but that of the emulation.',
  },
];

/** What QEMU 10 does unlike the parts and the Pi that it models, as it was seen to behave. */
export const emulatorDifferences: readonly {
  readonly what: string;
  readonly effect: string;
  /** Files in which it shows. */
  readonly seenIn: readonly string[];
}[] = [
  {
    what: 'Pulls of lines do not show (raspi3b, virt)',
    effect: 'An input that nothing drives reads 0 whatever its pull is.',
    seenIn: ['test/pi/inside/linux-conformance.test.ts', 'test/pi/inside/virt-conformance.test.ts'],
  },
  {
    what: 'Inputs cannot be driven from outside, and edges are not modelled (raspi3b)',
    effect:
      'Buttons and interrupts do not work there; outputs read back. Edges are shown on virt, whose line 3 is pulsed for 100 ms by `system_powerdown`.',
    seenIn: ['test/pi/inside/linux-edges.test.ts'],
  },
  {
    what: 'The SPI controller of raspi3b has no chip selects',
    effect:
      'A flash chip is selected for ever and takes the next transaction as more of the last one: it gets out of an identification after six bytes, out of a read or a page program never. A boot can join the part to the line of its chip select (`chipSelects`); then it is as on a Pi. Tests without that identify with six bytes, and read once, last.',
    seenIn: ['test/pi/inside/linux-devices.test.ts', 'docs/emulated-pi.md', 'docs/sensors/w25q32.md'],
  },
  {
    what: 'The SPI controller of raspi3b has no DMA',
    effect:
      'With it, transfers from 96 bytes on came back wrong or not at all: the device tree of the tests leaves it out. DMA is what a real Pi uses, and no test here does.',
    seenIn: ['docs/emulated-pi.md'],
  },
  {
    what: 'The flash (w25q32) is never busy and has no pages',
    effect: 'A program or an erase ends at once, and a program goes on to the next page.',
    seenIn: ['docs/sensors/w25q32.md'],
  },
  {
    what: 'The DS1338 counts the day of the week in a way of its own',
    effect:
      'What is read is not what was written to register 3; tests leave it out. The clock begins with the time of the machine that runs QEMU and cannot be stopped.',
    seenIn: ['test/pi/inside/linux-devices.test.ts', 'docs/sensors/ds1338.md'],
  },
  {
    what: 'The EEPROM (at24c) has no busy time and no pages',
    effect:
      'It acknowledges at once after a write; the part and the mock do not for up to 5 ms. An app that does not wait works there and fails on a Pi: test that on the mock.',
    seenIn: ['test/pi/inside/linux-conformance.test.ts', 'docs/sensors/24c02.md'],
  },
  {
    what: 'The TMP105 converts at once',
    effect:
      'It is at 0 degrees until told otherwise, and a temperature that was set is read in the next transaction.',
    seenIn: ['docs/sensors/tmp105.md'],
  },
];
