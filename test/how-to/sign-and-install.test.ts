import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { commandFile } from '../support/command.ts';
import { readRepositoryFile, repositoryRoot } from '../support/repository.ts';

const folder = mkdtempSync(join(tmpdir(), 'kanchi-how-to-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** For some twenty processes one after the other, on a machine that has other things to do. */
const TIMEOUT_MS = 120_000;

/** Commands of the page in their order, each with what the page says that it prints. */
const steps = [
  ...readRepositoryFile('docs/how-to/sign-and-install.md').matchAll(/```console\n([\s\S]*?)```/gu),
]
  .flatMap(([, block = '']) => block.split(/^\$ /mu).slice(1))
  .map((text) => {
    const [command = '', ...lines] = text.trimEnd().split('\n');
    return { command, lines };
  });

/** A line of the page as a pattern: `...` stands for what is another one each time. */
function pattern(line: string): RegExp {
  return new RegExp(
    `^${line
      .split('...')
      .map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`))
      .join('.+')}$`,
    'u',
  );
}

it(
  'prints what the page on signing says, command for command',
  () => {
    expect(steps.length).toBeGreaterThanOrEqual(15);
    cpSync(`${repositoryRoot}examples/blink`, join(folder, 'examples/blink'), { recursive: true });
    mkdirSync(join(folder, 'bin'));
    writeFileSync(
      join(folder, 'bin/npx'),
      `#!/bin/sh\nshift\nexec ${process.execPath} ${commandFile} "$@"\n`,
    );
    chmodSync(join(folder, 'bin/npx'), 0o755);
    for (const { command, lines } of steps) {
      const { stdout, stderr } = spawnSync('sh', ['-c', command], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, PATH: `${folder}/bin:${process.env['PATH']}` },
      });
      const printed = `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
      expect(printed.length, `${command}\n${printed.join('\n')}`).toBe(lines.length);
      for (const [index, line] of lines.entries()) expect(printed[index]).toMatch(pattern(line));
    }
  },
  TIMEOUT_MS,
);
