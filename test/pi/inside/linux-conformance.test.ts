import { defineConformanceSuite } from '@kanchi/hal/conformance';
import { createLinuxBackend } from '@kanchi/hal/linux';

const { hal, clock } = createLinuxBackend();

/** System timer, compare register 0 (BCM2835 ARM Peripherals, section 12.1): keeps all bits, and nobody listens to it. */
const SYSTEM_TIMER = 0x3f00_3000;
const COMPARE_0 = 0x0c;

defineConformanceSuite('Linux backend on the emulated Raspberry Pi 3', () => ({
  hal,
  clock,
  gpio: { freeLine: 22, pullsShow: false },
  i2c: { bus: 1, missingBus: 99, absentAddress: 0x51, memory: { address: 0x50, writeNs: 5_000_000n } },
  spi: { bus: 0, chipSelect: 1, missingChipSelect: 9, loopback: false },
  mmio: {
    device: '/dev/mem',
    missingDevice: '/dev/no-such-registers',
    base: SYSTEM_TIMER,
    byteLength: 0x20,
    readWriteOffset: COMPARE_0,
  },
  missing: { uart: 'the serial ports of the Linux backend are tested on pseudo terminals' },
  close: () => {},
}));
