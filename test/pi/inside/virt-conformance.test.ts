import { defineConformanceSuite } from '@kanchi/hal/conformance';
import { createLinuxBackend } from '@kanchi/hal/linux';

const { hal, clock } = createLinuxBackend();

/** PL031 real-time clock of QEMU's virt board (hw/arm/virt.c), and its match register, which keeps all bits (Arm DDI 0224, 3.3.2). */
const REAL_TIME_CLOCK = 0x0901_0000;
const MATCH = 0x04;

defineConformanceSuite('Linux backend on the virt machine', () => ({
  hal,
  clock,
  gpio: { chip: '9030000.pl061', freeLine: 5, pullsShow: false },
  mmio: {
    device: '/dev/mem',
    missingDevice: '/dev/no-such-registers',
    base: REAL_TIME_CLOCK,
    byteLength: 0x20,
    readWriteOffset: MATCH,
  },
  missing: {
    i2c: 'the virt machine has no I2C bus',
    spi: 'the virt machine has no SPI bus',
    pwm: 'the virt machine has no PWM controller',
    uart: 'the serial ports of the Linux backend are tested on pseudo terminals',
  },
  close: () => {},
}));
