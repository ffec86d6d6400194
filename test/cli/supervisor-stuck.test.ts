import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { commandFile, RunningCommand } from '../support/command.ts';
import { repositoryRoot } from '../support/repository.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kanchi-stuck-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

it('drives outputs to their safe levels, says so and ends when the main thread is starved for 10 s (report 44)', async () => {
  // What a user would not do: the main thread of the command blocks, once the app has begun to print.
  const hang = join(folder, 'hang.mjs');
  writeFileSync(
    hang,
    `import { isMainThread } from 'node:worker_threads';
     const write = process.stdout.write.bind(process.stdout);
     if (isMainThread) process.stdout.write = (...parameters) => {
       if (String(parameters[0]).startsWith('1 s |')) {
         Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
       }
       return write(...parameters);
     };`,
  );
  const command = new RunningCommand(
    ['--import', hang, commandFile, 'run', 'examples/blink', '--seconds', '60'],
    {
      cwd: repositoryRoot,
      program: process.execPath,
    },
  );
  const { signal, stderr } = await command.ended;
  expect(signal).toBe('SIGKILL');
  expect(stderr).toContain('KANCHI_SUPERVISOR_STUCK: the main thread has not run for 10 s');
  expect(stderr).toContain(
    '"blink" was cut off from the hardware and outputs driven to their safe levels (now ',
  );
  // The safe level of the board file.
  expect(stderr).toMatch(/now [a-z-]+=0\)/u);
});
