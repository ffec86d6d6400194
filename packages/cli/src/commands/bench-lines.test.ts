import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { keepingIo } from '../console-io.test-support.ts';
import { main } from '../main.ts';

const folder = mkdtempSync(join(tmpdir(), 'kanchi-bench-'));
const boardFile = join(folder, 'board.json');
writeFileSync(
  boardFile,
  JSON.stringify({
    kanchi: 1,
    name: 'desk',
    lines: { lamp: { line: 17, direction: 'output' }, button: { line: 27 } },
    i2c: {
      buses: { sensors: { bus: 1 } },
      devices: { environment: { bus: 1, address: '0x76', registerAddressing: {} } },
    },
    spi: { devices: { adc: { bus: 0, chipSelect: 0 } } },
  }),
);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The command line in this process: what it wrote, with the board file as `board.json`. */
async function run(line: string) {
  const { io, written } = keepingIo();
  const status = await main([...line.split(' '), '--backend', 'mock', '--board', boardFile], io);
  const { stdout } = written;
  const stderr = written.stderr.replaceAll(boardFile, 'board.json');
  return { status, stdout, stderr };
}

describe('only labels', () => {
  it.each([
    ['gpio read 17', '17 is no label; board.json calls it "lamp"'],
    ['gpio read 23', 'add to "lines" in board.json: "my-line": {"line":23}'],
    ['gpio read gpio17', 'no line "gpio17" under "lines" in board.json; it has "lamp", "button"'],
    ['i2c read 0x76 0xd0', '0x76 is no label; board.json calls it "environment"'],
    ['i2c read 0x77', 'add to "i2c.devices" in board.json: "my-device": {"bus":1,"address":"0x77"}'],
    ['i2c read sensors', 'no device "sensors" under "i2c.devices" in board.json; it has "environment"'],
    ['spi transfer 1 0', 'add to "spi.devices" in board.json: "my-device": {"bus":0,"chipSelect":1}'],
  ])('%s', async (line, says) => {
    const { status, stderr, stdout } = await run(line);
    expect(stderr).toMatch(/^kanchi: KANCHI_LABEL_MISSING: [^\n]*\n$/u);
    expect(stderr).toContain(says);
    expect([status, stdout]).toEqual([4, '']);
  });
});

describe('a line that cannot be done', () => {
  it.each([
    ['gpio', 'kanchi gpio read <label>'],
    ['gpio read', 'kanchi gpio read <label>'],
    ['gpio read lamp 1', 'kanchi gpio read <label>'],
    ['gpio blink lamp', 'kanchi gpio read <label>'],
    ['gpio write lamp', 'kanchi gpio read <label>'],
    ['gpio write lamp on', 'a level is 0 or 1, not "on"'],
    ['gpio write lamp 1 --seconds 0', '--seconds is a number above 0 and at most 2147483, not "0"'],
    ['gpio write lamp 1 --seconds 3000000', '--seconds is a number above 0'],
    ['gpio watch button --edges up', '--edges is rising, falling or both, not "up"'],
    ['gpio read button --read 3', 'kanchi gpio has no --read'],
    ['gpio read button --fast', "kanchi gpio: Unknown option '--fast'"],
    ['i2c', 'kanchi i2c read <device>'],
    ['i2c write environment', 'kanchi i2c read <device>'],
    ['i2c write environment 256', 'a byte is 0 to 255 (0xff), as 31 or 0x1f, not "256"'],
    ['i2c write environment 0x', 'not "0x"'],
    ['i2c write environment 1.5', 'not "1.5"'],
    ['i2c read environment 0x100', 'a register is 0 to 255 (0xff)'],
    ['i2c read environment 0 0', 'count is 1 to 8192 bytes, not "0"'],
    ['i2c read environment 0 8192', 'kanchi i2c: a transaction has at most 8192 bytes'],
    ['i2c read environment 0 1 2', 'kanchi i2c read <device>'],
    ['i2c read environment --read 2', 'kanchi i2c read <device>'],
    ['i2c transfer environment 1', 'kanchi i2c read <device>'],
    ['i2c transfer environment --read 9000', '--read is 1 to 8192 bytes, not "9000"'],
    ['i2c read environment --seconds 2', 'kanchi i2c has no --seconds'],
    ['spi transfer adc', 'kanchi spi transfer <device>'],
    ['spi read adc', 'kanchi spi transfer <device>'],
  ])('%s', async (line, says) => {
    const { status, stderr, stdout } = await run(line);
    expect(stderr).toMatch(/^kanchi: KANCHI_USAGE: [^\n]*\n$/u);
    expect(stderr).toContain(says);
    expect([status, stdout]).toEqual([2, '']);
  });
});
