import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseRecording } from '@kanchi/hal/record';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandResult, runCommand } from '../support/command.ts';
import { repositoryRoot } from '../support/repository.ts';
import { AppFolder, board, manifest } from './app-folder.ts';

const folder = new AppFolder();
afterAll(() => folder.remove());
const file = (name: string): string => join(folder.path, name);

const record = (example: string, name: string, ...more: readonly string[]): Promise<CommandResult> =>
  runCommand(['run', `examples/${example}`, '--quiet', '--record', file(name), ...more]);
const replay = (example: string, name: string, ...more: readonly string[]): Promise<CommandResult> =>
  runCommand(['run', `examples/${example}`, '--quiet', '--replay', file(name), ...more]);

/** Exit code and standard error, of which a refusal has one line. */
const told = ({ status, stderr }: CommandResult): string => `${status} ${stderr}`;

describe('kanchi run --record and --replay', () => {
  it.each([
    ['thermometer', []],
    ['uart-gps', []],
    ['blink', []],
    ['denied', []],
    ['unplugged', ['--execution', 'inline']],
    ['two-rates', ['--execution', 'inline']],
    ['wamr-sensor', ['--execution', 'inline']],
  ] as const)('%s prints in its replay what it printed when it was recorded', async (example, more) => {
    const name = `${example}.jsonl`;
    const recorded = await record(example, name, '--seconds', '3', ...more);
    expect(recorded.stdout).not.toBe('');
    expect(parseRecording(readFileSync(file(name), 'utf8')).incomplete).toBeUndefined();
    expect(await replay(example, name)).toEqual(recorded);
  });

  it.each(['poll', 'wait', 'sleep'])(
    'of an app that was busy when it was asked to stop, and looked for that by %s, are the same to the last call',
    async (way) => {
      folder.write(
        'busy/app.json',
        manifest({
          arguments: [way],
          permissions: [
            { kind: 'gpio', line: 'lamp', actions: ['write'] },
            { kind: 'clock', actions: ['monotonic', 'sleep'] },
            { kind: 'log' },
          ],
        }),
      );
      folder.write(
        'busy/board.json',
        board({ lines: { lamp: { line: 17, direction: 'output', safeLevel: 0 } } }),
      );
      copyFileSync(`${repositoryRoot}test/guests/build/busy-until-stop.wasm`, file('busy/app.wasm'));
      const recording = file(`busy-${way}.jsonl`);
      const recordFor = (seconds: number) =>
        runCommand(['run', file('busy'), '--quiet', '--record', recording, '--seconds', `${seconds}`]);
      for (let round = 0; round < 3; round += 1) {
        let seconds = 0.2;
        let recorded = await recordFor(seconds);
        // On a busy machine the request can come before the app has done anything: that is no app that was busy.
        while (recorded.stdout === '0 times\n' && seconds < 10) {
          seconds *= 2;
          recorded = await recordFor(seconds);
        }
        expect(recorded).toMatchObject({ stderr: '', status: 0 });
        expect(recorded.stdout).toMatch(/^[1-9]\d* times\n$/u);
        expect(readFileSync(recording, 'utf8')).toMatch(/"stopAt":\d+,"stopSeenAt":\d+,[^\n]*\n$/u);
        expect(await runCommand(['run', file('busy'), '--quiet', '--replay', recording])).toEqual(recorded);
      }
    },
  );

  it('say how much was recorded, and what a replay runs on', async () => {
    const { stdout } = await runCommand([
      'run',
      'examples/blink',
      '--execution',
      'inline',
      '--seconds',
      '1',
      '--record',
      file('told.jsonl'),
    ]);
    expect(stdout).toMatch(/\nkanchi: \d+ calls and events recorded in .*told\.jsonl\n$/u);
    const again = await runCommand(['run', 'examples/blink', '--replay', file('told.jsonl')]);
    expect(again.stdout).toMatch(
      /^kanchi: blink 0\.1\.0 on a recording of simulated hardware \(mock\), virtual time\n/u,
    );
  });
});

describe('a replay that cannot be', () => {
  beforeAll(async () => {
    await record('thermometer', 'whole.jsonl', '--execution', 'inline', '--seconds', '3');
  });

  it('because the app does something else is told with the first difference, and exit code 9', async () => {
    const text = readFileSync(file('whole.jsonl'), 'utf8');
    writeFileSync(file('other.jsonl'), text.replace('{"write":"0160"}', '{"write":"0140"}'));
    expect(told(await replay('thermometer', 'other.jsonl'))).toMatch(
      /^9 kanchi: KANCHI_RECORDING: .*at entry 1: recorded was transaction on handle 1.*"0140".*called was transaction on handle 1.*"0160".*\n$/u,
    );
  });

  it('because the recording was cut off, or is none, or is not there', async () => {
    const text = readFileSync(file('whole.jsonl'), 'utf8');
    writeFileSync(file('cut.jsonl'), text.slice(0, text.lastIndexOf('{"end"')));
    expect(told(await replay('thermometer', 'cut.jsonl'))).toMatch(
      /^9 kanchi: KANCHI_RECORDING: .*incomplete.*cut off.*\n$/u,
    );
    writeFileSync(file('none.jsonl'), 'temperature 21.00 degrees\n');
    expect(told(await replay('thermometer', 'none.jsonl'))).toMatch(
      /^9 kanchi: KANCHI_RECORDING: .*line 1.*no JSON.*\n$/u,
    );
    expect(told(await replay('thermometer', 'missing.jsonl'))).toMatch(
      /^2 kanchi: KANCHI_USAGE: .*--replay.*ENOENT.*\n$/u,
    );
  });

  it('with what says something else about the hardware', async () => {
    for (const more of [
      ['--backend', 'mock'],
      ['--record', file('again.jsonl')],
      ['--trace', file('trace.txt')],
      ['--execution', 'worker'],
    ]) {
      const result = await replay('thermometer', 'whole.jsonl', ...more);
      expect(told(result)).toMatch(/^2 kanchi: KANCHI_USAGE: .*--replay does not go together with.*\n$/u);
    }
    expect(existsSync(file('again.jsonl'))).toBe(false);
  });
});

describe('a recording that cannot be', () => {
  it('for the host reads sensors by a clock of its own', async () => {
    expect(told(await record('two-rates', 'sensors.jsonl'))).toMatch(
      /^2 kanchi: KANCHI_USAGE: .*--record.*sensors.*inline.*\n$/u,
    );
  });

  it('for its file cannot be written', async () => {
    for (const more of [[], ['--execution', 'inline']]) {
      expect(told(await record('blink', 'no/such/folder.jsonl', ...more))).toMatch(
        /^2 kanchi: KANCHI_USAGE: .*--record.*ENOENT.*\n$/u,
      );
    }
  });

  it('for the disk is full: the app runs to its end, and the command says so', async (context) => {
    const full = '/dev/full';
    if (!existsSync(full)) return context.skip('no /dev/full here, which is a disk that is full');
    const parameters = ['run', 'examples/blink', '--quiet', '--record', full];
    for (const more of [
      ['--seconds', '1'],
      ['--seconds', '1', '--execution', 'inline'],
    ]) {
      const result = await runCommand([...parameters, ...more]);
      expect(told(result)).toMatch(/^9 kanchi: KANCHI_RECORDING: .*ENOSPC.*\n$/u);
    }
  });

  it('by another command', async () => {
    const result = await runCommand(['top', 'examples/blink', '--record', file('top.jsonl')]);
    expect(told(result)).toMatch(/^2 kanchi: KANCHI_USAGE: .*kanchi run.*\n$/u);
  });
});
