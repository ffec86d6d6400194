import { defineConformanceSuite } from '@kanchi/hal/conformance';
import { createLinuxBackend } from '@kanchi/hal/linux';
import { raspberryPiWiring } from './raspberry-pi-fixture.ts';

const { hal, clock } = createLinuxBackend();

defineConformanceSuite('Linux backend on the emulated Raspberry Pi 3', () => ({
  hal,
  clock,
  ...raspberryPiWiring,
  missing: { uart: 'the serial ports of the Linux backend are tested on pseudo terminals' },
  close: () => {},
}));
