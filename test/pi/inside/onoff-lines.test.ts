import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type MessagePort, workerData } from 'node:worker_threads';
import type { GpioLineRequest } from '@kanchi/hal';
import { createLinuxBackend } from '@kanchi/hal/linux';
import { describe, expect, it } from 'vitest';
import { errorOf } from './error-of.ts';

/** Lines by `onoff` on a kernel that counts from 512: bare BCM numbers are no lines there. Runs in a thread (`--in-thread`). */
const { onoffPort } = workerData as { readonly onoffPort: MessagePort };
const { hal } = createLinuxBackend({ onoffPort, drivers: { gpio: 'onoff' } });
/** Another program: it has the same lines by the character device. */
const { hal: other } = createLinuxBackend();

const consumer = 'test';
const FOLDER = '/sys/class/gpio';
const BASE = 512;
const LINE = 23;
/** GPIO block of the BCM2837 (BCM2835 ARM Peripherals, section 6.1; physical base of the Pi 3). */
const REGISTERS = { device: '/dev/mem', base: 0x3f20_0000, byteLength: 0xb4 };
const LEVEL_0 = 0x34;
const file = (name: string): string => `${FOLDER}/gpio${BASE + LINE}/${name}`;
const text = (path: string): string => readFileSync(path, 'utf8').trim();

const open = (fields: Partial<GpioLineRequest> = {}) =>
  hal.openGpioLine({ offset: LINE, consumer, direction: 'output', ...fields });

/** What the chip itself says. */
function padLevel(): number {
  using registers = other.openMmioWindow({ ...REGISTERS, consumer });
  return (registers.read(LEVEL_0, 32) >>> LINE) & 1;
}

describe('lines by onoff', () => {
  it('have the number that this kernel counts with, and are unexported when they are closed', () => {
    expect(text(`${FOLDER}/gpiochip${BASE}/label`)).toBe('pinctrl-bcm2835');
    const line = open();
    expect(existsSync(file('value'))).toBe(true);
    line.close();
    expect(existsSync(file('value'))).toBe(false);
  });

  it('start at their first level, and drive and read back levels', () => {
    using line = open({ initialLevel: 1 });
    const seen = [[line.read(), padLevel()]];
    for (const level of [0, 1, 0] as const) {
      line.write(level);
      seen.push([line.read(), padLevel()]);
    }
    expect(seen).toEqual([
      [1, 1],
      [0, 0],
      [1, 1],
      [0, 0],
    ]);
    expect(text(file('direction'))).toBe('out');
  });

  it('that are active low have the levels of the pad turned round', () => {
    using line = open({ activeLow: true, initialLevel: 1 });
    expect(text(file('active_low'))).toBe('1');
    const seen = [[line.read(), padLevel()]];
    line.write(0);
    seen.push([line.read(), padLevel()]);
    expect(seen).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  it('that somebody has are busy: an app, a program at the character device, whoever exported them', () => {
    const mine = open({ consumer: 'the first app' });
    expect(errorOf(() => open())).toMatchObject({ code: 'HAL_BUSY' });
    expect(errorOf(() => open()).message).toContain('the first app');
    expect(
      errorOf(() => other.openGpioLine({ offset: LINE, consumer, direction: 'input' })).message,
    ).toContain('sysfs');
    mine.close();
    const theirs = other.openGpioLine({ offset: LINE, consumer: 'the other app', direction: 'output' });
    expect(errorOf(() => open())).toMatchObject({ code: 'HAL_BUSY', errno: 'EBUSY' });
    theirs.close();
    writeFileSync(`${FOLDER}/export`, String(BASE + LINE));
    const error = errorOf(() => open());
    expect(error.code).toBe('HAL_BUSY');
    expect(error.message).toContain(`echo ${BASE + LINE} > ${FOLDER}/unexport`);
    writeFileSync(`${FOLDER}/unexport`, String(BASE + LINE));
    open().close();
  });

  it('of a bus that is enabled are refused, as by the first driver', () => {
    const error = errorOf(() => open({ offset: 2 }));
    expect(error.code).toBe('HAL_BUSY');
    expect(error.message).toContain('i2c@7e804000');
  });

  it('that the chip does not have are refused, and so are chips that are not there', () => {
    expect(errorOf(() => open({ offset: 54 }))).toMatchObject({
      code: 'HAL_NO_SUCH_DEVICE',
      message: 'pinctrl-bcm2835 has lines 0 to 53, and no line 54',
    });
    expect(errorOf(() => open({ chip: 'pinctrl-rp1' })).code).toBe('HAL_NO_SUCH_DEVICE');
  });

  it('leave nothing behind', () => {
    expect([hal.openHandleCount(), other.openHandleCount(), existsSync(file('value'))]).toEqual([
      0,
      0,
      false,
    ]);
  });
});
