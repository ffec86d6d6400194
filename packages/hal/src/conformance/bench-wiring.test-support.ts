import type { ConformanceFixture } from './fixture.ts';
import { benchWiring } from './mock-bench.test-support.ts';

/** The simulated bench, as the suite wants to be told. */
export const benchFixtureWiring = {
  gpio: {
    freeLine: benchWiring.freeLine,
    loopback: { output: benchWiring.loopbackOutput, input: benchWiring.loopbackInput },
  },
  i2c: {
    bus: benchWiring.i2cBus,
    missingBus: 99,
    absentAddress: benchWiring.absentAddress,
    memory: { address: benchWiring.memoryAddress },
  },
  spi: {
    bus: benchWiring.spiBus,
    chipSelect: benchWiring.chipSelect,
    missingChipSelect: 9,
    loopback: true,
  },
  mmio: {
    device: benchWiring.registers,
    missingDevice: 'no-such-registers',
    base: 0,
    deviceBytes: benchWiring.registerBytes,
    byteLength: benchWiring.registerBytes,
    readWriteOffset: 8,
  },
  pwm: { channel: benchWiring.pwmChannel, missingChannel: benchWiring.pwmChannelCount },
} satisfies Partial<ConformanceFixture>;
