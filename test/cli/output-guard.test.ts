import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { checkLinuxBackend } from '@kanchi/hal/linux';
import { expect, it } from 'vitest';
// Not an entry of the package: the guard is a process that runs built files.
import { startOutputGuard } from '../../packages/cli/dist/guard/start-output-guard.js';
import { RunningCommand } from '../support/command.ts';
import { repositoryRoot } from '../support/repository.ts';

const whyNot = (() => {
  try {
    checkLinuxBackend();
    return existsSync('/proc/self/task') ? undefined : 'there is no /proc';
  } catch (error) {
    return String(error);
  }
})();

/** Processes that this one started and that are there. */
function children(): readonly string[] {
  const files = readdirSync('/proc').filter((name) => /^\d+$/u.test(name));
  return files.filter((pid) => {
    try {
      // Behind the name, which is in brackets: state, parent.
      const [, parent] = /\) \S (\d+) /u.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
      return Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('guard');
    } catch {
      return false;
    }
  });
}

it('a guard is there when it is started, and gone when the hardware is let go of', async (context) => {
  if (whyNot !== undefined) context.skip(whyNot);
  const told: string[] = [];
  const guard = startOutputGuard((line) => told.push(line));
  await guard?.ready;
  expect(guard).toBeDefined();
  expect(children()).toHaveLength(1);
  guard?.end();
  while (children().length > 0) await delay(10);
  expect(told).toEqual([]);
});

it('what the killed command held is told by the guard, whose streams end, and who has nothing left to do', async (context) => {
  if (whyNot !== undefined) context.skip(whyNot);
  const built = `${repositoryRoot}packages`;
  // A command that holds an output of a chip that no machine has.
  const program = `
    import { HeldOutputFile } from '${built}/hal/dist/linux/index.js';
    import { startOutputGuard } from '${built}/cli/dist/guard/start-output-guard.js';
    const guard = startOutputGuard((line) => console.log(line));
    await guard.ready;
    const held = new HeldOutputFile(guard.heldOutputs);
    held.holdLine({ chip: 'none-such', offset: 3, consumer: 'pump', direction: 'output', safeLevel: 0 });
    held.holdLine({ chip: 'none-such', offset: 4, consumer: 'pump', direction: 'output', safeLevel: 1 })();
    console.log('holds');
    setInterval(() => {}, 1000);`;
  const command = new RunningCommand(['--input-type=module', '--eval', program], {
    cwd: repositoryRoot,
    program: process.execPath,
  });
  await command.printed(/^holds$/mu);
  command.process.kill('SIGKILL');
  const { signal, stdout, stderr } = await command.ended;
  expect(signal).toBe('SIGKILL');
  expect(stdout).toBe('holds\n');
  expect(stderr).toMatch(
    /^kanchi: KANCHI_COMMAND_DIED: the command was killed; outputs in their safe states: none-such line 3 could not be taken: no GPIO chip with the label none-such; [^\n]*\n$/u,
  );
});
