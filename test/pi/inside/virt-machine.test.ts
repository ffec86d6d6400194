import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';

const text = (path: string): string => readFileSync(path, 'utf8').trim();
const CONTROLLER = '9030000.pl061';

/** Line 3 is the power key of the machine: QEMU pulses it when it is asked to power down. */
const LINE = 3;
const PATIENCE_MS = 20_000;
const LOOK_MS = 50;

function chipFolder(): string {
  const folder = '/sys/class/gpio';
  const name = readdirSync(folder).find(
    (each) => each.startsWith('gpiochip') && text(`${folder}/${each}/label`) === CONTROLLER,
  );
  if (name === undefined) throw new Error(`no controller ${CONTROLLER}`);
  return `${folder}/${name}`;
}

/** Interrupts of the line so far, over all processors (kernel: Documentation/filesystems/proc.rst, /proc/interrupts). */
function interrupts(): number {
  const row = text('/proc/interrupts')
    .split('\n')
    .find((line) => new RegExp(`${CONTROLLER}\\s+${LINE}\\s`, 'u').test(line));
  const counts = row?.slice(row.indexOf(':') + 1, row.indexOf(CONTROLLER)).trim() ?? '';
  return counts === '' ? 0 : counts.split(/\s+/u).reduce((sum, count) => sum + Number(count), 0);
}

describe('virt machine', () => {
  it('has a GPIO controller with 8 lines and its character device', () => {
    expect(text(`${chipFolder()}/ngpio`)).toBe('8');
    expect(existsSync('/dev/gpiochip0')).toBe(true);
  });

  it('sees a pulse from outside as one rising and one falling edge, each an interrupt', async () => {
    const number = Number(text(`${chipFolder()}/base`)) + LINE;
    writeFileSync('/sys/class/gpio/export', String(number));
    writeFileSync(`/sys/class/gpio/gpio${number}/edge`, 'both');
    const before = interrupts();
    process.stdout.write('please pulse the line\n');
    const startMs = performance.now();
    while (interrupts() < before + 2 && performance.now() - startMs < PATIENCE_MS) await delay(LOOK_MS);
    expect(interrupts() - before).toBe(2);
    expect(text(`/sys/class/gpio/gpio${number}/value`)).toBe('0');
  });
});
