import { type MessagePort, workerData } from 'node:worker_threads';
import { defineConformanceSuite } from '@kanchi/hal/conformance';
import { createLinuxBackend } from '@kanchi/hal/linux';
import { expect, it } from 'vitest';
import { raspberryPiWiring } from './raspberry-pi-fixture.ts';

/** Runs in a thread (`--in-thread`), as `onoff` works in the main thread only. */
const { onoffPort } = workerData as { readonly onoffPort: MessagePort };
const { hal, clock } = createLinuxBackend({
  onoffPort,
  drivers: { gpio: 'onoff', i2c: 'i2c-bus', spi: 'spi-device' },
});
const { gpio, i2c, spi } = raspberryPiWiring;
const NO_SECOND = 'this bus has no second driver';

it('the second drivers are those that were named', () => {
  expect(hal.info().drivers).toMatchObject({ gpio: 'sysfs (onoff)', i2c: 'i2c-bus', spi: 'spi-device' });
});

defineConformanceSuite('second drivers of the Linux backend on the emulated Raspberry Pi 3', () => ({
  hal,
  clock,
  gpio,
  i2c,
  spi,
  missing: { uart: NO_SECOND, mmio: NO_SECOND, pwm: NO_SECOND },
  close: () => {},
}));
