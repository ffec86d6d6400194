import { existsSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { op } from '../support/assembled.ts';
import { type CommandResult, runCommand } from '../support/command.ts';
import { repositoryRoot } from '../support/repository.ts';
import { AppFolder, mainModule } from './app-folder.ts';
import { app } from './refused.ts';

const folder = new AppFolder();
afterAll(() => folder.remove());

type Line = Readonly<Record<string, unknown>>;

function read(name: string): Line[] {
  const text = readFileSync(`${folder.path}/${name}`, 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

function run(target: string, ...options: string[]): Promise<CommandResult> {
  return runCommand(['run', target, '--quiet', ...options], { cwd: folder.path });
}

describe('kanchi run --audit', () => {
  for (const execution of ['worker', 'inline']) {
    it.concurrent(`notes start, refusals with their counts, and end, and is appended to (${execution})`, async () => {
      const file = `${execution}.jsonl`;
      const parameters = [
        `${repositoryRoot}examples/denied`,
        '--execution',
        execution,
        '--backend',
        'mock',
        '--audit',
        file,
      ] as const;
      const { status } = await run(...parameters);
      expect(status).toBe(7);
      const lines = read(file);
      expect(lines.map(({ sequence }) => sequence)).toEqual(lines.map((_, index) => index + 1));
      expect(lines[0]).toMatchObject({
        kind: 'app-started',
        app: 'denied',
        version: '0.1.0',
        board: 'denied-desk',
        backend: 'mock',
      });
      const told = lines.filter(({ kind }) => kind === 'denied').map(({ text }) => text);
      const counted = lines.filter(({ kind }) => kind === 'denied-count');
      expect(told.length).toBeGreaterThan(2);
      expect(told.join('\n')).toContain('kanchi_gpio.open refused: line');
      expect(counted.map(({ text }) => text)).toEqual(told);
      const total = counted.reduce((sum, { count }) => sum + Number(count), 0);
      expect(lines.at(-1)).toMatchObject({
        kind: 'app-ended',
        app: 'denied',
        reason: 'completed',
        exitCode: 0,
        denials: total,
      });
      await run(...parameters);
      expect(read(file)).toHaveLength(2 * lines.length);
    });
  }

  it('writes a line for each, whatever an app makes of its names', async () => {
    const name = 'a\n{"kind":"installed","app":"evil"}\u001b[2J';
    const files = app(mainModule((call) => [call(`env.${name}`)], [{ module: 'env', name, type: '()' }]));
    for (const [file, content] of Object.entries(files)) folder.write(`forger/${file}`, content);
    await run('forger', '--audit', 'forger.jsonl');
    expect(read('forger.jsonl').map(({ kind, app: who }) => [kind, who])).toEqual([
      ['app-started', 'station'],
      ['app-ended', 'station'],
    ]);
    expect(readFileSync(`${folder.path}/forger.jsonl`, 'utf8')).not.toContain('\u001b');
  });

  it('notes a thread that had to be ended, and the limit that it ran into', async () => {
    const log = { module: 'kanchi_log', name: 'write', type: '(iii)i' };
    const files = app(
      mainModule(
        (call) => [
          op.i32(2),
          op.i32(16),
          op.i32(13),
          call('kanchi_log.write'),
          op.drop,
          op.loop,
          op.branch(0),
          op.end,
        ],
        [log],
      ),
      { permissions: [{ kind: 'log', maxBytesPerSecond: 4 }] },
    );
    for (const [file, content] of Object.entries(files)) folder.write(`hung/${file}`, content);
    await run('hung', '--seconds', '0.1', '--audit', 'hung.jsonl');
    const lines = read('hung.jsonl');
    expect(lines.map(({ kind }) => kind)).toEqual(['app-started', 'limit-hit', 'app-ended']);
    expect(lines[1]).toMatchObject({ limit: 'log.maxBytesPerSecond', count: 13 });
    expect(lines[2]).toMatchObject({
      reason: 'terminated',
      code: 'KANCHI_TERMINATED',
      exitCode: 71,
      denials: 0,
    });
  });

  it('notes an app that was refused before it ran, and the limit that its module is over', async () => {
    const limits = { moduleBytes: 8 };
    for (const [file, content] of Object.entries(
      app(
        mainModule(() => []),
        { limits },
      ),
    ))
      folder.write(`large/${file}`, content);
    const { status, stderr } = await run('large', '--audit', 'large.jsonl');
    expect([status, stderr]).toEqual([5, expect.stringContaining('KANCHI_MODULE_TOO_LARGE')]);
    expect(read('large.jsonl')).toEqual([
      expect.objectContaining({ kind: 'limit-hit', app: 'large', limit: 'limits.moduleBytes', count: 1 }),
      expect.objectContaining({ kind: 'app-ended', reason: 'failed', code: 'KANCHI_MODULE_TOO_LARGE' }),
    ]);
  });

  it.skipIf(!existsSync('/dev/full'))('goes on without a disk that has room, and says so once', async () => {
    const { status, stdout, stderr } = await run(
      `${repositoryRoot}examples/hello-world`,
      '--audit',
      '/dev/full',
    );
    expect(stdout).toContain('ello');
    expect(stderr).toBe(
      'kanchi: --audit: /dev/full cannot be written (ENOSPC); the app goes on, entries are counted as lost until it can\n' +
        'kanchi: --audit: 2 entries are missing in /dev/full\n',
    );
    expect(status).toBe(0);
  });

  it('is refused before the app starts where the path cannot be right', async () => {
    const { status, stdout, stderr } = await run(
      `${repositoryRoot}examples/hello-world`,
      '--audit',
      'nowhere/a.jsonl',
    );
    expect(stderr).toBe(
      'kanchi: KANCHI_USAGE: --audit: nowhere/a.jsonl cannot be written (ENOENT); name a file in a folder that exists and that this user may write to\n',
    );
    expect([status, stdout]).toEqual([2, '']);
  });
});
