import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { commandFile, RunningCommand, runCommand } from '../support/command.ts';
import { repositoryRoot } from '../support/repository.ts';

/** The longest that a stop may take, milliseconds: the app's grace time and some for a busy machine. */
const STOP_LIMIT_MS = 2000;
const started: RunningCommand[] = [];

function start(parameters: readonly string[], program?: string): RunningCommand {
  const command = new RunningCommand(parameters, {
    cwd: repositoryRoot,
    ownGroup: true,
    ...(program === undefined ? {} : { program }),
  });
  started.push(command);
  return command;
}

/** Sends the signal to everybody in the process group, as a terminal does. */
function signalGroup(command: RunningCommand, signal: NodeJS.Signals): void {
  process.kill(-(command.process.pid as number), signal);
}

function groupIsAlive(command: RunningCommand): boolean {
  try {
    process.kill(-(command.process.pid as number), 0);
    return true;
  } catch {
    return false;
  }
}

afterEach(() => {
  for (const command of started.splice(0)) {
    if (groupIsAlive(command)) signalGroup(command, 'SIGKILL');
  }
});

const station = ['run', 'examples/weather-station'];
const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';
const safeEnd = /^kanchi: weather-station stopped, status-led is 0 \(safe level 0\)$/u;
const ledIsOn = /status-led ●/u;

describe('the running weather station', () => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    it(`ends within two seconds at ${signal} with code 0 and the LED at its safe level`, async () => {
      const command = start(station);
      await command.printed(ledIsOn);
      const atNs = process.hrtime.bigint();
      signalGroup(command, signal);
      const { status, stdout, stderr } = await command.ended;
      expect(Number((process.hrtime.bigint() - atNs) / 1_000_000n)).toBeLessThan(STOP_LIMIT_MS);
      expect(stderr).toBe('');
      expect(status).toBe(0);
      expect(lastLine(stdout)).toMatch(safeEnd);
      expect(groupIsAlive(command)).toBe(false);
    });
  }

  // npm passes a signal on to the command that has it from the terminal already; that is still one Ctrl-C.
  for (const [how, program, parameters] of [
    [
      'a shell, as npm start does',
      'sh',
      ['-c', `true && "${process.execPath}" "${commandFile}" ${station.join(' ')}`],
    ],
    ['npx', 'npx', ['--no', 'kanchi', ...station]],
  ] as const) {
    it(`ends the same at Ctrl-C when it was started by ${how}, and leaves no process behind`, async () => {
      const command = start(parameters, program);
      await command.printed(ledIsOn);
      signalGroup(command, 'SIGINT');
      const { stdout, stderr } = await command.ended;
      expect(stderr).not.toContain('KANCHI_');
      expect(lastLine(stdout)).toMatch(safeEnd);
      expect(groupIsAlive(command)).toBe(false);
    });
  }

  it('ends in order, without a crash, when nobody reads its output any more', async () => {
    const command = start(station);
    await command.printed(ledIsOn);
    command.process.stdout?.destroy();
    const { status, stderr } = await command.ended;
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  const script = '/usr/bin/script';
  if (!existsSync(script)) {
    console.warn('Ctrl-C in a terminal was not tried: there is no "script" program to make one');
  }
  it.skipIf(!existsSync(script))('ends the same at Ctrl-C in a terminal', async () => {
    // "exec": the program starts a shell, of whichever kind, and a shell that stays would itself end at Ctrl-C with 130.
    const command = start(
      ['-qfec', `exec "${process.execPath}" "${commandFile}" ${station.join(' ')}`, '/dev/null'],
      script,
    );
    await command.printed(ledIsOn);
    command.type('\u0003');
    const { status, stdout } = await command.ended;
    expect(status).toBe(0);
    expect(lastLine(stdout.replaceAll('\r', ''))).toMatch(safeEnd);
  });

  it('ends by itself with --seconds 1, with code 0', async () => {
    const { status, stdout, stderr } = await runCommand([...station, '--seconds', '1']);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(lastLine(stdout)).toMatch(safeEnd);
  });
});
