import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HalError } from '@kanchi/hal';
import { createLinuxBackend, kernelLineNames } from '@kanchi/hal/linux';
import { parseBoard, RuntimeError } from '@kanchi/runtime';
import { lineRequest } from '@kanchi/runtime/extension';
import { describe, expect, it } from 'vitest';

/** Lines by name, as the device tree of the machine has them (bcm2837-rpi-3-b.dts of the kernel's sources). */
const COMMAND_LIMIT_MS = 150_000;
const consumer = 'test';
const lines = { lamp: { lineName: 'GPIO24', direction: 'output' }, data: { lineName: 'SDA1' } };

const boardOf = (file: object) =>
  parseBoard({ kanchi: 1, name: 'desk', lines: file }, 'board.json', kernelLineNames);

function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof HalError || error instanceof RuntimeError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a line by name', () => {
  it('is found on the header and on the other chip', () => {
    const found = boardOf({ ...lines, radio: { lineName: 'BT_ON' } }).lines;
    expect([...found.values()].map(({ line, chip }) => [line, chip])).toEqual([
      [24, undefined],
      [2, undefined],
      [0, 'raspberrypi-exp-gpio'],
    ]);
  });

  it('is owned, driven and reserved as by its offset', () => {
    const board = boardOf(lines);
    const requestOf = (label: string) => {
      const wiring = board.lines.get(label);
      if (wiring === undefined) throw new Error(`no ${label}`);
      return lineRequest(wiring, { consumer, direction: 'output' });
    };
    const { hal } = createLinuxBackend();
    try {
      const line = hal.openGpioLine(requestOf('lamp'));
      line.write(1);
      expect([line.offset, line.read()]).toEqual([24, 1]);
      expect(messageOf(() => hal.openGpioLine({ offset: 24, consumer, direction: 'input' }))).toMatch(
        /^HAL_BUSY: /u,
      );
      expect(messageOf(() => hal.openGpioLine(requestOf('data')))).toMatch(/^HAL_BUSY: .*i2c@7e804000/u);
    } finally {
      hal.close();
    }
  });

  it('that no line has is told with the chips and the nearest name', () => {
    expect(messageOf(() => boardOf({ lamp: { lineName: 'GPI024' } }))).toBe(
      'KANCHI_BOARD_INVALID: board.json: "lines.lamp.lineName": no line is called "GPI024"; looked at ' +
        'pinctrl-bcm2835 (/dev/gpiochip0, 54 lines), raspberrypi-exp-gpio (/dev/gpiochip1, 8 lines); did you mean "GPIO24"?',
    );
  });

  it('is driven by the command', () => {
    const boardFile = join(mkdtempSync(join(tmpdir(), 'names-')), 'board.json');
    writeFileSync(boardFile, JSON.stringify({ kanchi: 1, name: 'desk', lines }));
    const words = ['gpio', 'write', 'lamp', '1', '--seconds', '0.1', '--board', boardFile];
    const { status, stdout } = spawnSync('kanchi', words, { encoding: 'utf8', timeout: COMMAND_LIMIT_MS });
    expect([status, stdout]).toEqual([0, 'lamp 1\n']);
  });
});
