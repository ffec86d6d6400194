import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { describe, expect, it } from 'vitest';

const text = (path: string): string => readFileSync(path, 'utf8').replace(/[\0\n]+$/u, '');

/** Chips of the sysfs interface, by label: base and count (kernel: Documentation/admin-guide/gpio/sysfs.rst). */
function gpioChips(): Record<string, { base: number; lines: number }> {
  const folder = '/sys/class/gpio';
  const names = readdirSync(folder).filter((name) => name.startsWith('gpiochip'));
  return Object.fromEntries(
    names.map((name) => [
      text(`${folder}/${name}/label`),
      { base: Number(text(`${folder}/${name}/base`)), lines: Number(text(`${folder}/${name}/ngpio`)) },
    ]),
  );
}

describe('emulated Raspberry Pi 3', () => {
  it('is Linux on arm64 with Node', () => {
    expect([platform(), arch()]).toEqual(['linux', 'arm64']);
    expect(process.version).toMatch(/^v24\./u);
  });

  it('says its model as the board does', () => {
    expect(text('/proc/device-tree/model')).toBe('Raspberry Pi 3 Model B');
  });

  it('has the GPIO controller of the BCM2835 with 54 lines, numbered from 512 in sysfs', () => {
    expect(gpioChips()).toEqual({
      'pinctrl-bcm2835': { base: 512, lines: 54 },
      'raspberrypi-exp-gpio': { base: 566, lines: 8 },
    });
  });

  it.each(['gpiochip0', 'gpiochip1', 'i2c-0', 'i2c-1', 'i2c-2', 'spidev0.0', 'spidev0.1', 'mem'])(
    'has the character device /dev/%s',
    (name) => {
      expect(existsSync(`/dev/${name}`)).toBe(true);
      expect(statSync(`/dev/${name}`).isCharacterDevice()).toBe(true);
    },
  );

  it('has the kernel’s drivers behind I2C and SPI', () => {
    expect(text('/sys/bus/i2c/devices/i2c-1/name')).toBe('bcm2835 (i2c@7e804000)');
    expect(readdirSync('/sys/bus/spi/devices').sort()).toEqual(['spi0.0', 'spi0.1']);
    // Documentation/spi/spidev: longest transfer of one message.
    expect(text('/sys/module/spidev/parameters/bufsiz')).toBe('4096');
  });

  it('gives its buses to their groups and to nobody else, as Raspberry Pi OS does', () => {
    const groups = readFileSync('/etc/group', 'utf8');
    for (const [name, group] of [
      ['gpiochip0', 'gpio'],
      ['i2c-1', 'i2c'],
      ['spidev0.0', 'spi'],
      ['ttyS1', 'dialout'],
    ] as const) {
      const { mode, uid, gid } = statSync(`/dev/${name}`);
      expect({ name, mode: mode & 0o777, uid }).toEqual({ name, mode: 0o660, uid: 0 });
      expect(groups).toContain(`${group}:x:${gid}:`);
    }
  });

  it('measures the temperature of its processor', () => {
    expect(text('/sys/class/thermal/thermal_zone0/type')).toBe('cpu-thermal');
    expect(text('/sys/class/thermal/thermal_zone0/temp')).toBe('25178');
  });
});
