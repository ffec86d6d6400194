import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRepositoryFile, repositoryRoot } from '../support/repository.ts';

/** The examples of chips in worlds that their own board files do not have: what their READMEs promise. */

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kanchi-worlds-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs an example in virtual time with its board file in another world. */
function run(name: string, world: object, seconds: number): { status: number | null; lines: string[] } {
  const board = JSON.parse(readRepositoryFile(`examples/${name}/board.json`)) as object;
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify({ ...board, world }));
  const parameters = [
    `${repositoryRoot}packages/cli/bin/kanchi.js`,
    'run',
    `examples/${name}`,
    '--board',
    path,
    '--execution',
    'inline',
    '--quiet',
    '--seconds',
    String(seconds),
  ];
  const { status, stdout } = spawnSync(process.execPath, parameters, {
    cwd: repositoryRoot,
    encoding: 'utf8',
    timeout: 100_000,
  });
  return { status, lines: stdout.trimEnd().split('\n') };
}

const plugged = (...steps: readonly (readonly [number, number])[]) => ({ plugged: { steps } });

describe('thermometer', () => {
  it('says each second that it is unplugged, and goes on with twelve bits when it is back', () => {
    const away = plugged([0, 1], [2.5, 0], [4.5, 1]);
    const { status, lines } = run('thermometer', { thermometer: { temperatureC: 21.1875, ...away } }, 8);
    const noReading = expect.stringMatching(/^no reading: .*0x48/u);
    // The readings at 3, 4 and 5 s: at 5 s it is back, and its resolution was not set at 4 s. 21.1875 needs twelve bits.
    expect(lines).toEqual([
      'temperature 21.19 degrees',
      'temperature 21.19 degrees',
      noReading,
      noReading,
      noReading,
      'temperature 21.19 degrees',
      'temperature 21.19 degrees',
    ]);
    expect(status).toBe(0);
  });
});

describe('real-time-clock', () => {
  it('does not set a clock that a battery kept going', () => {
    const { lines } = run('real-time-clock', { clock: { batteryVolts: 3 } }, 3);
    expect(lines).toEqual([
      'the oscillator kept running',
      '2000-01-01 00:00:00',
      '2000-01-01 00:00:01',
      '2000-01-01 00:00:02',
    ]);
  });
});

describe('eeprom-counter and spi-flash', () => {
  it('end with code 1 and the reason when their chip is not there', () => {
    const counter = run('eeprom-counter', { memory: plugged([0, 0]) }, 5);
    expect(counter).toEqual({ status: 1, lines: [expect.stringMatching(/^read: .*0x50/u)] });
    const flash = run('spi-flash', { flash: plugged([0, 0]) }, 5);
    expect(flash).toEqual({ status: 1, lines: ['identity FF FF FF', 'this is no W25Q32'] });
  });
});
