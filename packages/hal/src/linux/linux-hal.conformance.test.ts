import { defineConformanceSuite } from '../conformance/suite.ts';
import { FakePi, MEMORY_ADDRESS } from './fake-kernel/fake-pi.test-support.ts';

const kernels = [
  { name: 'mainline, 64 bits', pointerBytes: 8, keepsOutputs: false },
  { name: 'Raspberry Pi, 32 bits', pointerBytes: 4, keepsOutputs: true },
] as const;

for (const { name, pointerBytes, keepsOutputs } of kernels) {
  defineConformanceSuite(`Linux on a fake kernel (${name})`, () => {
    const pi = new FakePi({ pointerBytes, keepsOutputs });
    pi.header.pads.wire(20, 21);
    return {
      hal: pi.hal,
      clock: pi.clock,
      gpio: { freeLine: 22, loopback: { output: 20, input: 21 } },
      i2c: {
        bus: 1,
        missingBus: 9,
        absentAddress: 0x51,
        memory: { address: MEMORY_ADDRESS, writeNs: 5_000_000n },
      },
      spi: { bus: 0, chipSelect: 0, missingChipSelect: 9, loopback: true },
      mmio: {
        device: '/dev/gpiomem',
        missingDevice: '/dev/gpiomem9',
        base: 0,
        deviceBytes: 0x1000,
        byteLength: 0xf4,
        readWriteOffset: 0x1c,
      },
      pwm: {
        channel: 1,
        missingChannel: 2,
        observe: () => {
          const { period, duty, polarity, enabled } = pi.pwm.state(1);
          return { periodNs: period, dutyNs: duty, polarity, enabled };
        },
      },
      missing: { uart: 'serial ports are a driver of their own' },
      close: () => {
        pi.checkNothingHeld();
      },
    };
  });
}
