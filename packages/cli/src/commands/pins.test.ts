import { describe, expect, it } from 'vitest';
import { keepingIo } from '../console-io.test-support.ts';
import type { Machine } from '../doctor/machine.ts';
import { runPinsCommand } from './pins.ts';

function machineWith(files: Readonly<Record<string, string>>): Machine {
  return {
    platform: 'linux',
    nodeVersion: 'v20.19.0',
    kernelRelease: '6.12.34',
    userName: 'pi',
    isRoot: false,
    readText: (path) => files[path],
    exists: (path) => path in files,
    list: () => [],
    mayUse: () => true,
    mayWrite: () => true,
    whyNoSystemCalls: () => undefined,
    gpioChips: () => [],
    lineNames: {
      gpioChipNames: () => [
        { label: 'pinctrl-bcm2711', isHeader: true, lineNames: ['ID_SDA', 'ID_SCL', 'SDA1'] },
      ],
    },
    pwmChips: () => [],
  };
}

const pi4 = machineWith({ '/proc/device-tree/model': 'Raspberry Pi 4 Model B Rev 1.4', '/dev/i2c-1': '' });
const desktop = machineWith({ '/dev/i2c-1': '' });

function run(words: readonly string[], machine: Machine): string[] {
  const { io, written } = keepingIo();
  expect(runPinsCommand(words, io, machine)).toBe(0);
  return written.stdout.trimEnd().split('\n');
}

describe('kanchi pins', () => {
  it('shows the header of this machine: 40 pins, their names, and what a bus has', () => {
    const lines = run(['examples/blink'], pi4);
    expect(lines).toHaveLength(42);
    expect(lines[0]).toMatch(/^Raspberry Pi 4, chip pinctrl-bcm2711, named as in .*board\.json$/u);
    expect(lines[1]).toMatch(/^pin {2}is +label +functions +reserved by$/u);
    expect(lines[4]).toMatch(
      /^3 +GPIO2 +0:SDA1 1:SA3 .* 5:SDA3 +I2C bus 1, which is enabled \(\/dev\/i2c-1\)$/u,
    );
    expect(lines[7]).toMatch(/^6 +ground$/u);
    expect(lines[12]).toMatch(/^11 +GPIO17 +status-led +1:SD9 2:DPI_D13 3:RTS0 4:SPI1_CE1_N 5:RTS1$/u);
    expect(lines.filter((line) => line.includes('I2C bus 1,'))).toHaveLength(2);
  });

  it('shows another model when asked, with the buses of this machine', () => {
    const lines = run(['examples/blink', '--model', '5', '--json'], pi4);
    expect(lines).toHaveLength(40);
    expect(JSON.parse(lines[4] ?? '')).toEqual({
      pin: 5,
      is: 'GPIO3',
      line: 3,
      functions: { 0: 'SPI0_CE2', 1: 'DPI_HSYNC', 2: 'RTS1', 3: 'SCL1', 4: 'IR_TX0', 8: 'SPI2_SCLK' },
      reserved: expect.stringContaining('dtparam=i2c_arm=off'),
    });
    expect(JSON.parse(lines[10] ?? '')).toMatchObject({ pin: 11, is: 'GPIO17', label: 'status-led' });
  });

  it('takes no bus of a machine that is no Raspberry Pi for one of the header', () => {
    const lines = run(['examples/blink', '--model', 'zero-2-w'], desktop);
    expect(lines[0]).toContain('this machine is no Raspberry Pi');
    expect(lines.join('\n')).not.toContain('I2C bus 1');
  });

  it.each([
    [[], desktop, 'this machine is no Raspberry Pi; say which to show: --model zero-2-w, 3, 4, 5'],
    [
      [],
      machineWith({ '/proc/device-tree/model': 'Raspberry Pi Compute Module 4 Rev 1.0' }),
      'this machine is "Raspberry Pi Compute Module 4 Rev 1.0", whose header is not known',
    ],
    [['--model', '6'], pi4, '--model is one of zero-2-w, 3, 4, 5, not "6"'],
    [['a', 'b'], pi4, 'one board at a time, "b" is too many'],
    [['--pin', '3'], pi4, "kanchi pins: Unknown option '--pin'"],
  ])('refuses %j', (words, machine, says) => {
    expect(() => run(words, machine)).toThrow(
      expect.objectContaining({ code: 'KANCHI_USAGE', message: expect.stringContaining(says) }),
    );
  });
});
