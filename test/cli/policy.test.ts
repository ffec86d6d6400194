import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { assembleModule, op } from '../support/assembled.ts';
import { type CommandResult, RunningCommand, runCommand } from '../support/command.ts';
import { readRepositoryFile } from '../support/repository.ts';
import { AppFolder, board, mainModule, manifest } from './app-folder.ts';

const folders: AppFolder[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

const lampBoard = board({ lines: { lamp: { line: 17, direction: 'output' } } });
/** Opens the lamp, and does not look whether it could. */
const opensLamp = mainModule(
  (call) => [op.i32(16), op.i32(4), op.i32(2), call('kanchi_gpio.open'), op.drop],
  [{ module: 'kanchi_gpio', name: 'open', type: '(iii)i' }],
);

function appWith(policy: object | string | undefined, module = opensLamp, fields: object = {}): AppFolder {
  const folder = new AppFolder();
  folders.push(folder);
  folder.write('app.wasm', module);
  folder.write(
    'app.json',
    manifest({
      permissions: [{ kind: 'gpio', line: 'lamp', actions: ['write'] }, { kind: 'log' }],
      ...fields,
    }),
  );
  folder.write('board.json', lampBoard);
  if (policy !== undefined) folder.write('policy.json', policy);
  return folder;
}

const run = (folder: AppFolder, ...more: string[]): Promise<CommandResult> =>
  runCommand(['run', '.', '--execution', 'inline', '--policy', 'policy.json', ...more], { cwd: folder.path });

describe('kanchi run --policy', () => {
  it('says in its first lines that there is a policy', async () => {
    const { status, stdout, stderr } = await run(appWith({ kanchi: 1, apps: {} }));
    expect(stdout).toContain('  never more than the policy allows: policy.json\n');
    expect([status, stderr]).toEqual([0, '']);
  });

  it('refuses what the policy does not list, with the line to add there', async () => {
    const { status, stderr } = await run(
      appWith({ kanchi: 1, apps: { station: { permissions: [{ kind: 'log' }] } } }),
    );
    expect(stderr).toBe(
      'kanchi: KANCHI_DENIED: app "station": kanchi_gpio.open refused: line "lamp": the manifest asks for it, ' +
        'the policy of this machine does not allow it; add to "apps.station.permissions" of policy.json: ' +
        '{"kind":"gpio","line":"lamp","actions":["write"]}\n',
    );
    expect(status).toBe(7);
  });

  it('refuses what a deny entry for every app takes, with its place', async () => {
    const { status, stderr } = await run(
      appWith({ kanchi: 1, apps: { '*': { deny: [{ kind: 'gpio', line: 'lamp' }] }, station: {} } }),
    );
    expect(stderr).toContain('; narrow or remove "apps.*.deny[0]" of policy.json\n');
    expect(status).toBe(7);
  });

  it('tells of entries that have no effect on this board', async () => {
    const { status, stderr } = await run(
      appWith({ kanchi: 1, apps: { '*': { deny: [{ kind: 'gpio', line: 'lamb' }] } } }),
    );
    expect(stderr).toBe(
      'kanchi: "apps.*.deny[0]" of policy.json has no effect here: it names "lamb", which board.json does not have under "lines"; did you mean "lamp"? it has "lamp"\n',
    );
    expect(status).toBe(0);
  });

  it('does not start an app without a signature where the policy wants one, and names the policy', async () => {
    const { status, stdout, stderr } = await run(
      appWith({ kanchi: 1, apps: { '*': { requireSignature: true } } }),
    );
    expect(stderr).toMatch(
      /^kanchi: KANCHI_SIGNATURE_MISSING: .* one is required by policy\.json; pack and sign it: /u,
    );
    expect([status, stdout]).toEqual([10, '']);
  });

  it('names the policy for a limit that it holds down, before the app starts', async () => {
    const large = assembleModule({
      functions: [{ exports: ['main'], type: '()', body: () => [] }],
      memory: [0, 9],
    });
    const folder = appWith({ kanchi: 1, apps: { '*': { limits: { memoryPages: 8 } } } }, large);
    const { status, stderr } = await run(folder);
    expect(stderr).toContain('KANCHI_MODULE_MEMORY: app.wasm: needs 9 pages');
    expect(stderr).toContain(
      'its limit is 8; the policy of this machine allows no more: raise "apps.*.limits.memoryPages" of policy.json',
    );
    expect(status).toBe(5);
  });

  it.each<[string, string | undefined, number, string]>([
    [
      'is not there',
      undefined,
      3,
      'KANCHI_FILE_NOT_FOUND: policy.json: cannot be read (ENOENT): there is no such policy',
    ],
    ['is no JSON', '{', 4, 'KANCHI_JSON_INVALID: policy.json'],
    [
      'has a field that nobody knows',
      '{"kanchi":1,"app":{}}',
      4,
      'KANCHI_POLICY_INVALID: policy.json: unknown field "app"; did you mean "apps"?',
    ],
  ])('does not start an app under a policy that %s', async (_, policy, code, words) => {
    const { status, stdout, stderr } = await run(appWith(policy));
    expect(stderr).toContain(words);
    expect([status, stdout]).toEqual([code, '']);
  });
});

it('the examples of docs/policy.md are policies', async () => {
  const page = readRepositoryFile('docs/policy.md');
  const examples = [...page.matchAll(/```json\n(.*?)```/gsu)].map(([, text]) => text ?? '');
  expect(examples).toHaveLength(2);
  for (const example of examples) {
    const { status } = await run(appWith(example));
    // "weather-station" is another app: the first example only denies a heater that this board lacks.
    expect(status).toBe(example.includes('weather-station') ? 0 : 7);
  }
});

describe('a policy that changes while an app runs', () => {
  const LAMP = 128;
  const blinks = mainModule(
    (call) => [
      op.i32(LAMP),
      op.i32(16),
      op.i32(4),
      op.i32(3),
      call('kanchi_gpio.open'),
      op.store32,
      op.i32(2),
      op.i32(16),
      op.i32(4),
      call('kanchi_log.write'),
      op.drop,
      op.loop,
      op.i32(LAMP),
      op.load32,
      call('kanchi_gpio.toggle'),
      op.drop,
      op.branch(0),
      op.end,
    ],
    [
      { module: 'kanchi_gpio', name: 'open', type: '(iii)i' },
      { module: 'kanchi_gpio', name: 'toggle', type: '(i)i' },
      { module: 'kanchi_log', name: 'write', type: '(iii)i' },
    ],
  );
  const denyLamp = { kanchi: 1, apps: { '*': { deny: [{ kind: 'gpio', line: 'lamp' }] } } };
  const start = (folder: AppFolder): RunningCommand =>
    new RunningCommand(
      ['run', '.', '--backend', 'mock', '--policy', 'policy.json', '--audit', 'audit.jsonl'],
      { cwd: folder.path },
    );

  it('takes a line from an app that only loops, says so, and the calls are refused with the reason', async () => {
    const folder = appWith({ kanchi: 1, apps: {} }, blinks);
    const command = start(folder);
    await command.printed(/info\] lamp\n/u);
    folder.write('policy.json', denyLamp);
    await command.printed(/KANCHI_DENIED/u, 'stderr');
    command.process.kill('SIGTERM');
    const { stderr } = await command.ended;
    expect(stderr).toMatch(
      /kanchi: \[\d+\.\d{3}\] policy\.json took something of gpio:lamp from station: what was open is closed, outputs are at their safe levels\n/u,
    );
    expect(stderr).toMatch(
      /KANCHI_DENIED: app "station": kanchi_gpio\.toggle refused: line "lamp": the permission was revoked at \S+Z by "apps\.\*\.deny\[0\]" of policy\.json; /u,
    );
    const noted = readFileSync(join(folder.path, 'audit.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('"revoked"'))
      .map((line) => JSON.parse(line) as object);
    expect(noted).toMatchObject([
      { kind: 'revoked', app: 'station', permission: 'gpio:lamp', by: 'policy.json' },
    ]);
  });

  it('changes nothing when it cannot be read, and SIGHUP reads it again', async () => {
    const folder = appWith({ kanchi: 1, apps: {} }, blinks);
    const command = start(folder);
    await command.printed(/info\] lamp\n/u);
    folder.write('policy.json', '{ "kanchi": 1, "apps": ');
    await command.printed(
      /KANCHI_JSON_INVALID: policy\.json: .*; what was allowed before still is\n/u,
      'stderr',
    );
    folder.write('policy.json', { kanchi: 1, apps: {} });
    command.process.kill('SIGHUP');
    await command.printed(/policy\.json read again: it takes nothing from station; /u, 'stderr');
    command.process.kill('SIGTERM');
    const { stderr } = await command.ended;
    expect(stderr).not.toContain('KANCHI_DENIED');
  });

  it('holds for kanchi top too', async () => {
    const folder = appWith({ kanchi: 1, apps: {} }, blinks);
    const command = new RunningCommand(
      ['top', '.', '--backend', 'mock', '--policy', 'policy.json', '--audit', 'audit.jsonl'],
      { cwd: folder.path },
    );
    await command.printed(/given\/s/u);
    folder.write('policy.json', denyLamp);
    await command.printed(/policy\.json took something of gpio:lamp from station: /u, 'stderr');
    await command.printed(/KANCHI_DENIED: app "station": kanchi_gpio\.toggle refused/u, 'stderr');
    command.process.kill('SIGTERM');
    await command.ended;
    const noted = readFileSync(join(folder.path, 'audit.jsonl'), 'utf8').trimEnd().split('\n');
    expect(noted.map((line) => JSON.parse(line).kind)).toEqual([
      'app-started',
      'revoked',
      'denied',
      'app-ended',
    ]);
  });
});
