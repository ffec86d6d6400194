import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commandFile, runCommand } from '../support/command.ts';
import { AppFolder, mainModule, manifest } from './app-folder.ts';

const folder = new AppFolder();
afterAll(() => folder.remove());

/** Runs a command on a pseudo terminal, types an answer to its question, prints what the terminal showed, and ends with its exit code. */
const person = `
import os, pty, sys
answer, *command = sys.argv[1:]
child, terminal = pty.fork()
if child == 0:
    os.execv(command[0], command)
shown = b""
asked = False
while True:
    try:
        some = os.read(terminal, 4096)
    except OSError:
        break
    if not some:
        break
    shown += some
    if b"[y/N]" in shown and not asked:
        asked = True
        os.write(terminal, answer.encode())
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
`;

beforeAll(async () => {
  folder.write(
    'app/app.json',
    manifest({ permissions: [{ kind: 'gpio', line: 'lamp', actions: ['write'] }] }),
  );
  folder.write(
    'app/app.wasm',
    mainModule(() => []),
  );
  await runCommand(['pack', 'app'], { cwd: folder.path });
});

it.for<[string, string, number, string]>([
  ['y', 'y\n', 0, 'station 1.0.0 installed'],
  ['the return key', '\n', 10, 'the answer was not y'],
  ['the end of the input (Ctrl-D)', '\u0004', 10, 'the answer was not y'],
  ['Ctrl-C', '\u0003', 10, 'the answer was not y'],
])('asks at the terminal, and takes %s as it is meant', ([title, answer, exitCode, says], context) => {
  const command = [
    process.execPath,
    commandFile,
    'install',
    'station-1.0.0.kanchi',
    '--apps',
    `apps ${title}`,
  ];
  const { status, stdout, error } = spawnSync('python3', ['-c', person, answer, ...command], {
    cwd: folder.path,
    encoding: 'utf8',
    timeout: 100_000,
  });
  if (error !== undefined && 'code' in error && error.code === 'ENOENT') {
    return context.skip('no python3 here for the far end of a pseudo terminal');
  }
  expect(stdout).toMatch(/It may, and nothing else:\s+\+ drive line "lamp"\s+[^\n]*Install it\? \[y\/N\]/u);
  expect(stdout).toMatch(new RegExp(`^kanchi: .*${says}`, 'mu'));
  expect(status).toBe(exitCode);
});
