/** One kind of hardware that the conformance suite runs on: a column of the page. */
export interface Target {
  /** What the page calls it; explanations name it by this. */
  readonly title: string;
  /** The name that its run gives to `defineConformanceSuite`. */
  readonly suite: string;
  /** The file that runs the suite on it. */
  readonly file: string;
  readonly about: string;
}

/** The first is what the others are compared with. */
export const targets: readonly Target[] = [
  {
    title: 'mock',
    suite: 'mock board in virtual time',
    file: 'packages/hal/src/conformance/mock.test.ts',
    about: 'the simulated board, in virtual time',
  },
  {
    title: 'other thread',
    suite: 'mock board in another thread, in real time',
    file: 'packages/hal/src/conformance/remote.test.ts',
    about: 'the simulated board, served to another thread through shared memory, in real time',
  },
  {
    title: 'fake kernel',
    suite: 'Linux on a fake kernel (mainline, 64 bits)',
    file: 'packages/hal/src/linux/linux-hal.conformance.test.ts',
    about: 'the Linux backend on a fake kernel: a mainline one with pointers of 64 bits',
  },
  {
    title: 'fake Pi kernel',
    suite: 'Linux on a fake kernel (Raspberry Pi, 32 bits)',
    file: 'packages/hal/src/linux/linux-hal.conformance.test.ts',
    about:
      "the same on the Raspberry Pi's own kernel with pointers of 32 bits, which keeps outputs of a line that was let go",
  },
  {
    title: 'terminals',
    suite: 'serial ports of the Linux backend, on pseudo terminals, direct',
    file: 'packages/hal/src/conformance/linux-uart.test.ts',
    about: 'the serial ports of the Linux backend, on pseudo terminals of the machine that tests',
  },
  {
    title: 'terminals, other thread',
    suite: 'serial ports of the Linux backend, on pseudo terminals, remote',
    file: 'packages/hal/src/conformance/linux-uart.test.ts',
    about: 'the same, served to another thread, as apps have them',
  },
  {
    title: 'raspi3b',
    suite: 'Linux backend on the emulated Raspberry Pi 3',
    file: 'test/pi/inside/linux-conformance.test.ts',
    about: 'the Linux backend inside an emulated Raspberry Pi 3: a real kernel, chips of QEMU',
  },
  {
    title: 'raspi3b, packages',
    suite: 'second drivers of the Linux backend on the emulated Raspberry Pi 3',
    file: 'test/pi/inside/package-conformance.test.ts',
    about:
      'the same with the second drivers, which are the packages `onoff`, `i2c-bus` and `spi-device`, for a machine without `koffi`',
  },
  {
    title: 'virt',
    suite: 'Linux backend on the virt machine',
    file: 'test/pi/inside/virt-conformance.test.ts',
    about:
      "the Linux backend inside QEMU's virt board, which has a GPIO controller with interrupts and no other bus",
  },
];
