import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { op } from '../support/assembled.ts';
import { RunningCommand, runCommand } from '../support/command.ts';
import { AppFolder, board, mainModule, manifest } from './app-folder.ts';

let folder: AppFolder;
beforeEach(() => {
  folder = new AppFolder();
  folder.write('board.json', board());
  folder.write('app.json', manifest());
});
afterEach(() => folder.remove());

describe('kanchi run --restart', () => {
  it('says why the app ended and when it is started again; a signal meanwhile ends the command at once', async () => {
    folder.write(
      'app.wasm',
      mainModule(() => [op.unreachable]),
    );
    const command = new RunningCommand(['run', folder.path, '--restart', 'on-failure'], {
      cwd: folder.path,
    });
    // The second pause is two seconds long.
    await command.printed(
      /trapped: unreachable; outputs are at their safe levels, started again in 1 s$/mu,
      'stderr',
    );
    await command.printed(
      /trapped: unreachable; outputs are at their safe levels, started again in 2 s$/mu,
      'stderr',
    );
    const atNs = process.hrtime.bigint();
    command.process.kill('SIGTERM');
    const { status, stdout, stderr } = await command.ended;
    console.info(`ended ${(process.hrtime.bigint() - atNs) / 1_000_000n} ms after the signal`);
    expect(status).toBe(0);
    expect(stdout).toMatch(/\nkanchi: station stopped, started again 1 time\n$/u);
    expect(stderr.trimEnd().split('\n')).toHaveLength(2);
  });

  it('does not start again an app that completed, or that gave up after a refusal', async () => {
    folder.write(
      'app.wasm',
      mainModule(() => []),
    );
    expect(await runCommand(['run', folder.path, '--restart', 'on-failure', '--quiet'])).toMatchObject({
      status: 0,
      stderr: '',
    });
    folder.write(
      'app.wasm',
      mainModule(
        (call) => [call('kanchi_clock.now'), op.drop, op.i32(3), op.return],
        [{ module: 'kanchi_clock', name: 'now', type: '()I' }],
      ),
    );
    const { status, stderr } = await runCommand(['run', folder.path, '--restart', 'always', '--quiet']);
    expect(status).toBe(3);
    expect(stderr).toContain('not started again: it gave up after a call that was refused');
  });

  it.each([
    [['--restart', 'sometimes'], '--restart is never, on-failure, always, not "sometimes"'],
    [['--restart', 'always', '--execution', 'inline'], 'does not go together with --execution inline'],
    [['--restart', 'always', '--record', 'file'], 'does not go together with --record'],
  ])('refuses %j', async (parameters, says) => {
    folder.write(
      'app.wasm',
      mainModule(() => []),
    );
    const { status, stderr } = await runCommand(['run', folder.path, ...parameters]);
    expect(status).toBe(2);
    expect(stderr).toContain(says);
  });
});
