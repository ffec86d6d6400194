import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'vitest';
import { repositoryRoot } from '../support/repository.ts';

/** Runs `npm run fuzz` with these options as a process of its own, which a fault of the host may end, and gives its report. */
export async function runFuzzProgram<Report>(...options: readonly string[]): Promise<Report> {
  const program = spawn(
    process.execPath,
    [`${repositoryRoot}test/hostile/fuzz/dist/main.js`, ...options, '--json'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  program.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const [status] = await once(program, 'close');
  const lines = output.trimEnd().split('\n');
  // The seed, for whoever has to make it again, and what was done.
  console.log(lines.slice(0, -1).join('\n'));
  expect([status, lines[0]]).toEqual([0, expect.stringMatching(/^seed \d+$/u)]);
  return JSON.parse(lines.at(-1) ?? '') as Report;
}
