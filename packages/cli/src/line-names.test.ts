import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseBoard } from '@kanchi/runtime';
import { afterAll, describe, expect, it } from 'vitest';
import { keepingIo } from './console-io.test-support.ts';
import { main } from './main.ts';
import { anyLineNames, simulatedLineNames } from './simulated-line-names.ts';

const folder = mkdtempSync(join(tmpdir(), 'kanchi-names-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const blink = new URL('../../../examples/blink', import.meta.url).pathname;

function boardFile(name: string, lines: object): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify({ kanchi: 1, name: 'desk', lines }));
  return path;
}

/** The command line in this process: what it wrote, without the folder of the test. */
async function run(...words: string[]) {
  const { io, written } = keepingIo();
  const status = await main(words, io);
  const { stdout } = written;
  return { status, stdout, stderr: written.stderr.replaceAll(`${folder}/`, '') };
}

const placesOf = (lines: object, names = simulatedLineNames) =>
  [...parseBoard({ kanchi: 1, name: 'desk', lines }, 'board.json', names).lines].map(
    ([label, { line, chip }]) => [label, line, chip],
  );

describe('lines by name on simulated hardware', () => {
  it('are those of a Raspberry Pi, and of other chips what the board file names, on lines that nobody has', () => {
    expect(
      placesOf({
        led: { lineName: 'GPIO17' },
        fan: { lineName: 'FAN', chip: 'pca9555' },
        lamp: { line: 0, chip: 'pca9555' },
        pump: { lineName: 'PUMP', chip: 'pca9555' },
        data: { lineName: 'GPIO2', chip: 'pinctrl-bcm2711' },
      }),
    ).toEqual([
      ['led', 17, undefined],
      ['fan', 1, 'pca9555'],
      ['lamp', 0, 'pca9555'],
      ['pump', 2, 'pca9555'],
      ['data', 2, 'pinctrl-bcm2711'],
    ]);
  });

  it('that are unknown there are refused, but not by a command that only wants labels', () => {
    const lines = { led: { lineName: 'ACT_LED' }, other: { lineName: 'GPIO5' } };
    expect(() => placesOf(lines)).toThrow('no line is called "ACT_LED"; looked at pinctrl-mock (28 lines)');
    expect(placesOf(lines, anyLineNames)).toEqual([
      ['led', 0, expect.any(String)],
      ['other', 5, undefined],
    ]);
  });
});

describe('commands with a line by name', () => {
  const board = boardFile('board.json', {
    'status-led': { lineName: 'GPIO17', direction: 'output', part: 'led' },
    fan: { lineName: 'FAN', chip: 'pca9555', direction: 'output' },
  });

  it('kanchi gpio lists it with its offset and drives it', async () => {
    const { stdout } = await run('gpio', 'list', '--backend', 'mock', '--board', board);
    expect(stdout).toMatch(/^status-led +17 \(pin 11\), GPIO17 +output/mu);
    expect(stdout).toMatch(/^fan +0 of pca9555, FAN +output/mu);
    const words = ['gpio', 'write', 'fan', '1', '--seconds', '0.01', '--backend', 'mock', '--board', board];
    expect(await run(...words)).toMatchObject({ status: 0, stdout: 'fan 1\n' });
  });

  it('kanchi pins shows it at its pin', async () => {
    const { stdout } = await run('pins', board, '--model', '4');
    expect(stdout).toMatch(/^11 +GPIO17 +status-led /mu);
  });

  it('kanchi service gives the app the GPIO chips', async () => {
    const named = boardFile('elsewhere.json', { 'status-led': { lineName: 'ACT_LED', direction: 'output' } });
    const { status, stdout } = await run('service', blink, '--board', named);
    expect([status, stdout]).toEqual([0, expect.stringContaining('char-gpiochip')]);
  });

  it('kanchi run runs the app as with the offset', async () => {
    const offset = boardFile('offset.json', { 'status-led': { line: 17, direction: 'output', part: 'led' } });
    const trace = async (file: string) => {
      const path = join(folder, 'trace.txt');
      const words = ['--execution', 'inline', '--seconds', '2', '--trace', path, '--quiet'];
      expect((await run('run', blink, '--board', file, ...words)).status).toBe(0);
      return readFileSync(path, 'utf8');
    };
    const byName = await trace(
      boardFile('name.json', { 'status-led': { lineName: 'GPIO17', direction: 'output', part: 'led' } }),
    );
    expect(byName).not.toBe('');
    expect(byName).toBe(await trace(offset));
  });

  it('that no line has are told as the board file’s fault', async () => {
    const wrong = boardFile('wrong.json', { 'status-led': { lineName: 'GPI017', direction: 'output' } });
    const { status, stderr } = await run('run', blink, '--board', wrong, '--backend', 'mock');
    expect(status).not.toBe(0);
    expect(stderr).toContain('KANCHI_BOARD_INVALID');
    expect(stderr).toContain(
      'no line is called "GPI017"; looked at pinctrl-mock (28 lines); did you mean "GPIO17"?',
    );
  });

  it('is replayed where it was when it was recorded, wherever that is now', async () => {
    const recording = join(folder, 'run.jsonl');
    const named = boardFile('recorded.json', { 'status-led': { lineName: 'GPIO17', direction: 'output' } });
    const words = ['run', blink, '--board', named, '--execution', 'inline', '--quiet'];
    expect((await run(...words, '--seconds', '2', '--record', recording)).status).toBe(0);
    const text = readFileSync(recording, 'utf8');
    expect(JSON.parse(text.split('\n')[0] ?? '')).toMatchObject({
      lineNames: [{ name: 'GPIO17', offset: 17 }],
    });
    const elsewhere = join(folder, 'elsewhere.jsonl');
    writeFileSync(elsewhere, text.replaceAll('"offset":17', '"offset":23'));
    expect(await run(...words, '--replay', recording)).toMatchObject({ status: 0, stderr: '' });
    expect(await run(...words, '--replay', elsewhere)).toMatchObject({ status: 0, stderr: '' });
  });

  it('that a recording does not have is told with the lines that it has', async () => {
    const recording = join(folder, 'other.jsonl');
    const other = boardFile('other.json', { 'status-led': { lineName: 'GPIO18', direction: 'output' } });
    const words = ['run', blink, '--execution', 'inline', '--quiet'];
    await run(...words, '--board', other, '--seconds', '1', '--record', recording);
    const named = boardFile('named.json', { 'status-led': { lineName: 'GPIO17', direction: 'output' } });
    const { stderr } = await run(...words, '--board', named, '--replay', recording);
    expect(stderr).toContain(
      'no line is called "GPIO17"; looked at the header chip (19 lines); did you mean "GPIO18"?',
    );
  });
});
