import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { op } from '../support/assembled.ts';
import { type CommandResult, runCommand } from '../support/command.ts';
import { readRepositoryFile, repositoryRoot } from '../support/repository.ts';
import { AppFolder, mainModule } from './app-folder.ts';
import { app, lamp } from './refused.ts';

const folder = new AppFolder();
afterAll(() => folder.remove());

function permissions(...parameters: string[]): Promise<CommandResult> {
  return runCommand(['permissions', ...parameters], { cwd: folder.path });
}

function write(name: string, files: Readonly<Record<string, string | Uint8Array | object>>): void {
  for (const [file, content] of Object.entries(files)) folder.write(`${name}/${file}`, content);
}

/** Opens `lamp` as an output and asks for nothing else. */
const opensLamp = mainModule(
  (call) => [op.i32(16), op.i32(4), op.i32(2), call('kanchi_gpio.open'), op.drop],
  [{ module: 'kanchi_gpio', name: 'open', type: '(iii)i' }],
);

describe('kanchi permissions', () => {
  it('learn prints the list alone on standard output, also for an app whose manifest is empty', async () => {
    write('learn', app(opensLamp, { permissions: [] }, { lines: { lamp } }));
    const { status, stdout, stderr } = await permissions('learn', 'learn', '--seconds', '1');
    expect(stdout).toBe('[\n  { "kind": "gpio", "line": "lamp", "actions": ["write"] }\n]\n');
    expect(stderr).toBe(
      'kanchi: learned from 1 s of virtual time on mock hardware, 1 calls; what the app did not do in it is not in the list\n',
    );
    expect(status).toBe(0);
  });

  it('learn --write keeps the other fields of the manifest, and says what has changed', async () => {
    write(
      'written',
      app(opensLamp, { permissions: [{ kind: 'log' }], limits: { timers: 3 } }, { lines: { lamp } }),
    );
    const { stderr } = await permissions('learn', 'written', '--write');
    expect(readFileSync(`${folder.path}/written/app.json`, 'utf8')).toBe(
      '{\n  "kanchi": 1,\n  "name": "station",\n  "version": "1.0.0",\n  "module": "app.wasm",\n' +
        '  "permissions": [\n    { "kind": "gpio", "line": "lamp", "actions": ["write"] }\n  ],\n  "limits": { "timers": 3 }\n}\n',
    );
    expect(stderr).toContain('  + drive line "lamp"\n');
    expect(stderr).toContain('  - print up to 65536 bytes a second\n');
  });

  it('check refuses a manifest that does not fit, with every problem', async () => {
    write(
      'misfit',
      app(
        opensLamp,
        {
          permissions: [
            { kind: 'gpio', line: 'lmap', actions: ['write'] },
            { kind: 'uart', port: 'gps', actions: ['read'] },
          ],
        },
        { lines: { lamp } },
      ),
    );
    const { status, stdout, stderr } = await permissions('check', 'misfit');
    expect(stdout.split('\n').map((line) => line.slice(0, 23))).toEqual([
      'problem: permissions[0]',
      'problem: permissions[1]',
      '',
    ]);
    expect(stderr).toBe(
      'kanchi: KANCHI_PERMISSIONS: the manifest of "station" does not fit misfit/board.json: 2 problems\n',
    );
    expect(status).toBe(11);
  });

  it('check tells what the app does not use and what it asks for in vain', async () => {
    write(
      'vain',
      app(
        opensLamp,
        { permissions: [{ kind: 'gpio', line: 'lamp', actions: ['read'] }] },
        { lines: { lamp } },
      ),
    );
    const { status, stdout } = await permissions('check', 'vain', '--seconds', '1');
    expect(stdout).toBe(
      'not used in 1 s on mock hardware: read line "lamp"\n' +
        'asked for in 1 s on mock hardware and not granted: drive line "lamp"\n' +
        'kanchi: the manifest of "station" fits vain/board.json; kanchi permissions learn prints the least one for what the app does\n',
    );
    expect(status).toBe(0);
  });

  it('diff has exit code 11 for a gain and 0 for a loss, and a line of JSON for each', async () => {
    const [blink, hello] = ['blink', 'hello-world'].map((name) => `${repositoryRoot}examples/${name}`);
    const more = await permissions('diff', hello ?? '', blink ?? '');
    expect(more.stdout).toBe(
      'the new one may, the old one may not:\n  + drive line "status-led"\n  + run timers as short as 1 ms\n',
    );
    expect(more.status).toBe(11);
    const less = await permissions('diff', `${blink}/app.json`, hello ?? '', '--json');
    expect(less.stdout.split('\n')[0]).toBe(
      '{"change":"lost","kind":"gpio","target":"status-led","what":"drive line \\"status-led\\""}',
    );
    expect(less.status).toBe(0);
  });

  it('explain takes a kind, a label or a number, and names what there is for others', async () => {
    const blink = `${repositoryRoot}examples/blink`;
    const [kind, label, number] = await Promise.all(
      ['gpio', 'status-led', '0'].map((chosen) => permissions('explain', blink, chosen)),
    );
    expect(kind?.stdout).toBe(
      'permissions[0], gpio, GPIO line\n  It may write line "status-led".\n' +
        '  At worst: It switches whatever hangs on "status-led" on and off as often as it likes, until it ends and the safe level is driven.\n',
    );
    expect(label?.stdout).toBe(kind?.stdout);
    expect(number?.stdout).toBe(kind?.stdout);
    const none = await permissions('explain', blink, 'spi');
    expect(none.stderr).toBe(
      'kanchi: KANCHI_USAGE: app "blink" has no permission "spi"; it has gpio:status-led, clock, log\n',
    );
  });

  it('has a page that shows what it prints', async () => {
    const page = readRepositoryFile('docs/how-to/permissions.md');
    const { stdout } = await permissions('learn', `${repositoryRoot}examples/weather-station`);
    expect(page).toContain(stdout);
  });
});

// Numbers of the reports in docs/field-reports.md's companion list: what went wrong for users of other systems.
describe('permissions that others got wrong', () => {
  it('13: a grant of one line is no grant of the next one', async () => {
    const files = app(
      opensLamp,
      { permissions: [{ kind: 'gpio', line: 'fan', actions: ['write'] }] },
      { lines: { lamp, fan: { ...lamp, line: 18 } } },
    );
    write('one-line', files);
    const { status, stderr } = await runCommand(['run', 'one-line', '--execution', 'inline', '--quiet'], {
      cwd: folder.path,
    });
    expect(stderr).toBe(
      'kanchi: KANCHI_DENIED: app "station": kanchi_gpio.open refused: line "lamp": no "gpio" permission for this line; ' +
        'add to "permissions" in app.json: {"kind":"gpio","line":"lamp","actions":["write"]}\n',
    );
    expect(status).toBe(7);
  });

  it('17: an app without a manifest is told which permission it lacks, and goes on', async () => {
    write('bare', { 'app.wasm': opensLamp, 'board.json': { kanchi: 1, name: 'desk', lines: { lamp } } });
    const { status, stderr } = await runCommand(
      ['run', 'bare/app.wasm', '--execution', 'inline', '--quiet'],
      { cwd: folder.path },
    );
    expect(stderr).toMatch(
      /^kanchi: KANCHI_DENIED: app "app": kanchi_gpio\.open refused: line "lamp": .*"permissions" in an app\.json.*\{"kind":"gpio","line":"lamp","actions":\["write"\]\}\n$/u,
    );
    expect(status).toBe(7);
  });
});
