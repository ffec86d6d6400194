import { describe, expect, it } from 'vitest';
import type { ConformanceSetup } from './fixture.ts';
import { defineGpioSuite } from './gpio-suite.ts';
import { defineI2cSuite } from './i2c-suite.ts';
import { defineMmioSuite } from './mmio-suite.ts';
import { definePwmSuite } from './pwm-suite.ts';
import { defineSpiSuite } from './spi-suite.ts';
import { defineUartSuite } from './uart-suite.ts';

/**
 * Defines the tests that every backend must pass, one fresh fixture for each test. What a fixture does not wire is
 * skipped with its reason. Needs vitest.
 */
export function defineConformanceSuite(name: string, setup: ConformanceSetup): void {
  describe(`conformance: ${name}`, () => {
    it('tells about itself and starts with nothing open', async () => {
      const fixture = await setup();
      const { hal } = fixture;
      try {
        const info = hal.info();
        expect(info.backend).not.toBe('');
        expect(typeof info.simulated).toBe('boolean');
        expect(Object.values(hal.capabilities).every((value) => typeof value === 'boolean')).toBe(true);
        expect(hal.openHandleCount()).toBe(0);
      } finally {
        hal.close();
        await fixture.close();
      }
    });

    it('has a clock that never goes back and reaches every deadline', async () => {
      const fixture = await setup();
      const { hal, clock } = fixture;
      try {
        const startNs = clock.nowNs();
        clock.waitUntil(startNs - 1n);
        const deadlineNs = startNs + 5_000_000n;
        const times = [startNs];
        while (clock.nowNs() < deadlineNs) {
          clock.waitUntil(deadlineNs);
          times.push(clock.nowNs());
        }
        expect(times.every((time, index) => index === 0 || time >= (times[index - 1] as bigint))).toBe(true);
      } finally {
        hal.close();
        await fixture.close();
      }
    });

    defineGpioSuite(setup);
    defineI2cSuite(setup);
    defineSpiSuite(setup);
    defineUartSuite(setup);
    defineMmioSuite(setup);
    definePwmSuite(setup);
  });
}
