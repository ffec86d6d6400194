import { createRequire } from 'node:module';
import { createLinuxBackend } from '@kanchi/hal/linux';
import { describe, expect, it } from 'vitest';

/** What the backend itself would load: the optional packages are those of @kanchi/hal. */
const requireOfHal = createRequire(import.meta.resolve('@kanchi/hal'));

describe('native packages for arm64', () => {
  it('koffi loads, so that the Linux backend starts', () => {
    const { hal } = createLinuxBackend();
    try {
      expect(hal.info()).toMatchObject({ backend: 'linux', description: 'Raspberry Pi 3 Model B' });
    } finally {
      hal.close();
    }
  });

  it('serialport loads', () => {
    const { SerialPort } = requireOfHal('serialport') as { SerialPort: { binding: { open: unknown } } };
    expect(SerialPort.binding.open).toBeTypeOf('function');
  });
});
