import { describe, expect, it } from 'vitest';
import { withDependencies } from './kernel-files.ts';

const index = `kernel/drivers/w1/wire.ko.xz:
kernel/drivers/w1/masters/w1-gpio.ko.xz: kernel/drivers/w1/wire.ko.xz
kernel/drivers/w1/slaves/w1_therm.ko.xz: kernel/drivers/w1/wire.ko.xz
kernel/drivers/i2c/i2c-dev.ko:
`;

describe('drivers for the root', () => {
  it('come with what they depend on, each once, whichever dash their name has', () => {
    expect(withDependencies(index, ['w1_gpio', 'w1-therm', 'i2c-dev'])).toEqual([
      'kernel/drivers/w1/masters/w1-gpio.ko.xz',
      'kernel/drivers/w1/wire.ko.xz',
      'kernel/drivers/w1/slaves/w1_therm.ko.xz',
      'kernel/drivers/i2c/i2c-dev.ko',
    ]);
  });

  it('are refused when the kernel has no such driver', () => {
    expect(() => withDependencies(index, ['gpio-sim'])).toThrow(
      expect.objectContaining({ code: 'PI_BUILD_FAILED', message: expect.stringContaining('gpio-sim') }),
    );
  });
});
