import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stuckFor } from '../isolation/guest-modules.ts';
import { testBoard } from '../isolation/worker-bench.ts';
import { commandFile, RunningCommand } from '../support/command.ts';
import { repositoryRoot } from '../support/repository.ts';

/** How long nothing can interrupt the thread, milliseconds; the command has to end long before. */
const STUCK_MS = 20_000;
const END_LIMIT_MS = 12_000;

let folder = '';
const started: RunningCommand[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kanchi-thread-'));
  // What a user would not do: apps run in threads that know one host call more.
  writeFileSync(
    join(folder, 'stuck-entry.mjs'),
    `import { syncBuiltinESMExports } from 'node:module';
     import threads from 'node:worker_threads';
     const { Worker } = threads;
     threads.Worker = class extends Worker {
       constructor(entry, options) {
         super(/broker\\/app-worker\\.js$/.test(entry) ? ${JSON.stringify(`${repositoryRoot}test/isolation/stuck-worker.mjs`)} : entry, options);
       }
     };
     syncBuiltinESMExports();`,
  );
  writeFileSync(join(folder, 'stuck.wasm'), stuckFor(STUCK_MS));
  writeFileSync(join(folder, 'board.json'), JSON.stringify({ ...testBoard, i2c: {} }));
});
afterEach(() => {
  for (const { process: command } of started.splice(0)) {
    try {
      // What blocks the thread is a process of its own, which is still there.
      process.kill(-(command.pid as number), 'SIGKILL');
    } catch {
      // Not any more.
    }
  }
  rmSync(folder, { recursive: true, force: true });
});

function run(limits: object, ...options: readonly string[]): RunningCommand {
  const permissions = [{ kind: 'log' }, { kind: 'gpio', line: 'lamp', actions: ['read', 'write'] }];
  const manifest = { kanchi: 1, name: 'stuck', version: '1.0.0', module: 'stuck.wasm', permissions, limits };
  writeFileSync(join(folder, 'app.json'), JSON.stringify(manifest));
  const parameters = ['run', folder, '--backend', 'mock', ...options];
  const command = new RunningCommand(
    ['--import', join(folder, 'stuck-entry.mjs'), commandFile, ...parameters],
    {
      cwd: repositoryRoot,
      program: process.execPath,
      ownGroup: true,
    },
  );
  started.push(command);
  return command;
}

const STUCK_TEXT = 'its thread had not ended 100 ms later and was left behind';
const END_TEXT = 'kanchi: stuck terminated, lamp is 0 (safe level 0)';

/** What the command gave, which has to be long before the thread comes out. */
async function endedInTime(command: RunningCommand) {
  const atNs = process.hrtime.bigint();
  const result = await command.ended;
  expect(Number(process.hrtime.bigint() - atNs) / 1e6).toBeLessThan(END_LIMIT_MS);
  return result;
}

describe('kanchi run with an app whose thread nothing can interrupt', () => {
  it('ends at the limit of the app, with its exit code and all that is to be told (report 5)', async () => {
    const command = run({ callbackMs: 500 });
    await command.printed(/ready/u);
    const { status, signal, stdout, stderr } = await endedInTime(command);
    expect({ status, signal }).toEqual({ status: 71, signal: null });
    expect(stderr).toContain('main ran for 500 ms ("limits.callbackMs" of app.json) without a wait');
    expect(stderr).toContain(STUCK_TEXT);
    expect(stdout).toContain(END_TEXT);
    expect(stdout).toContain('kanchi: 1 thread could not be ended in time');
  }, 40_000);

  it('ends at SIGTERM after the grace time of the app', async () => {
    const command = run({});
    await command.printed(/lamp ●/u);
    command.process.kill('SIGTERM');
    const { status, stdout, stderr } = await endedInTime(command);
    expect(status).toBe(71);
    expect(stderr).toContain('did not stop within 1000 ms and was ended');
    expect(stderr).toContain(STUCK_TEXT);
    expect(stdout).toContain(END_TEXT);
  }, 40_000);

  it('starts the app again, beside the thread that is still there', async () => {
    const command = run({ callbackMs: 500 }, '--restart', 'on-failure');
    await command.printed(/ready[\s\S]*ready/u);
    command.process.kill('SIGTERM');
    const { stdout } = await endedInTime(command);
    expect(stdout).toMatch(/^kanchi: stuck \w+, started again \d times?, lamp is 0 \(safe level 0\)$/mu);
  }, 40_000);
});
