import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assembleModule, op, unsigned } from '../support/assembled.ts';
import { runCommand } from '../support/command.ts';
import { repositoryRoot } from '../support/repository.ts';
import { idleModule, manifest } from './app-folder.ts';
import { app, lamp, refused } from './refused.ts';

describe('a module that cannot run', () => {
  const module = (title: string, bytes: Uint8Array | string, code: string, says: readonly string[]) =>
    refused(title, { files: { 'x.wasm': bytes }, run: ['@/x.wasm'], code, exitCode: 5, says });

  module('is no module but text', 'int main(void) { return 0; }', 'KANCHI_MODULE_NOT_WASM', [
    '@/x.wasm',
    'not a WebAssembly module',
    'pass the compiled .wasm file',
  ]);
  module('is empty', '', 'KANCHI_MODULE_NOT_WASM', ['@/x.wasm', 'not a WebAssembly module']);
  module('is a component', Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0), 'KANCHI_MODULE_NOT_WASM', [
    'component',
    'compile for wasm32-wasip1',
  ]);
  const main = { exports: ['main'], type: '()', body: () => [] };
  module(
    'wants 4 GiB of memory',
    assembleModule({ functions: [main], memory: [0, ...unsigned(65_536)] }),
    'KANCHI_MODULE_MEMORY',
    ['65536 pages', '4294967296 bytes', 'its limit is 256', 'limits.memoryPages'],
  );
  module('has 64-bit memory', assembleModule({ functions: [main], memory: [4, 1] }), 'KANCHI_MODULE_MEMORY', [
    '64-bit memory',
    'compile for wasm32',
  ]);
  module(
    'has no memory to pass data in',
    assembleModule({
      imports: [{ module: 'env', name: 'puts', type: '(i)i' }],
      functions: [main],
      memory: null,
    }),
    'KANCHI_EXPORT_MISSING',
    ['exports no "memory"', '--export-memory'],
  );
  module('has no entry', idleModule('mian'), 'KANCHI_EXPORT_MISSING', [
    'neither on_init',
    'main or _start',
    'define main',
  ]);
  module('has an entry that cannot be called', badEntry(), 'KANCHI_EXPORT_MISSING', [
    'exports main with the type (I)i',
    'correct its parameters',
  ]);
  module('has both styles', idleModule('on_init', 'main'), 'KANCHI_STYLE_AMBIGUOUS', [
    'exports both on_init',
    'remove one',
  ]);
  refused('wants more memory than its manifest allows', {
    files: app(assembleModule({ functions: [main], memory: [0, 9] }), { limits: { memoryPages: 8 } }),
    code: 'KANCHI_MODULE_MEMORY',
    exitCode: 5,
    says: ['@/app.wasm', 'needs 9 pages', 'its limit is 8', 'raise "limits.memoryPages" in app.json'],
  });
});

function badEntry(): Uint8Array {
  return assembleModule({ functions: [{ exports: ['main'], type: '(I)i', body: () => [op.i32(0)] }] });
}

describe('a truncated module', () => {
  const built = readdirSync(`${repositoryRoot}examples`)
    .map((name) => ({ name, path: `${repositoryRoot}examples/${name}/build/${name}.wasm` }))
    .filter(({ path }) => existsSync(path));

  it('can be made of every example', () => {
    expect(built.length).toBeGreaterThanOrEqual(7);
  });

  for (const { name, path } of built) {
    const whole = readFileSync(path);
    // Far from the end: behind the code there is only data and what tools left.
    for (const part of [0.25, 0.6]) {
      const about = Math.floor(whole.length * part);
      // What ends between two sections is a whole module: a byte more is inside the next one.
      const length = WebAssembly.validate(whole.subarray(0, about)) ? about + 1 : about;
      refused(`${name} cut to ${length} bytes`, {
        files: { 'x.wasm': whole.subarray(0, length) },
        run: ['@/x.wasm'],
        code: 'KANCHI_MODULE_INVALID',
        exitCode: 5,
        says: ['@/x.wasm', 'truncated', 'build it again'],
      });
    }
  }
});

describe('a file that cannot be read', () => {
  refused('the module, which was not built', {
    files: { 'app.json': manifest() },
    code: 'KANCHI_FILE_NOT_FOUND',
    exitCode: 3,
    says: ['@/app.wasm', 'no such file', 'npx kanchi build @'],
  });
  refused('the manifest of a folder', {
    files: { 'main.c': '' },
    code: 'KANCHI_FILE_NOT_FOUND',
    exitCode: 3,
    says: ['@/app.json', 'no manifest', 'add an app.json'],
  });
  refused('the manifest that was named', {
    files: app(idleModule('main')),
    run: ['@', '--manifest', 'nothing.json'],
    code: 'KANCHI_FILE_NOT_FOUND',
    exitCode: 3,
    says: ['nothing.json', 'no such file', 'check the path'],
  });
  refused('the board file that was named', {
    files: app(idleModule('main')),
    run: ['@', '--board', '@'],
    code: 'KANCHI_FILE_NOT_FOUND',
    exitCode: 3,
    says: ['@', 'it is a folder'],
  });
});

describe('a manifest that breaks a rule', () => {
  const wrong = (title: string, content: string | object, code: string, says: readonly string[]) =>
    refused(title, {
      files: { 'app.json': content, 'app.wasm': idleModule('main') },
      code,
      exitCode: 4,
      says: ['@/app.json', ...says],
    });

  wrong('is not JSON', '{ "kanchi": 1,\n  name }', 'KANCHI_JSON_INVALID', [
    'not valid JSON',
    'line 2 column 3',
  ]);
  wrong('is empty', '', 'KANCHI_JSON_INVALID', ['not valid JSON']);
  wrong('is a list', [], 'KANCHI_MANIFEST_INVALID', ['must be an object, not a list']);
  wrong('has an unknown field', manifest({ permisions: [] }), 'KANCHI_MANIFEST_INVALID', [
    'unknown field "permisions"',
    'did you mean "permissions"?',
  ]);
  wrong(
    'has an unknown field inside',
    manifest({ permissions: [{ kind: 'log' }, { kind: 'gpio', line: 'lamp', actionz: ['write'] }] }),
    'KANCHI_MANIFEST_INVALID',
    ['unknown field "permissions[1].actionz"', 'did you mean "actions"?'],
  );
  wrong('asks for too much', manifest({ limits: { memoryPages: 100_000 } }), 'KANCHI_MANIFEST_INVALID', [
    '"limits.memoryPages"',
    'must be at most 4096, not 100000',
  ]);
  wrong('does not name its module', manifest({ module: undefined }), 'KANCHI_MANIFEST_INVALID', [
    '"module" is missing',
    'add "module"',
  ]);
});

describe('a board file that does not fit', () => {
  const wrong = (title: string, fields: object, says: readonly string[]) =>
    refused(title, {
      files: app(idleModule('main'), {}, fields),
      code: 'KANCHI_BOARD_INVALID',
      exitCode: 4,
      says: ['@/board.json', ...says],
    });

  for (const execution of ['worker', 'inline']) {
    refused(`lacks a label that the manifest names (${execution})`, {
      files: app(
        idleModule('main'),
        { permissions: [{ kind: 'gpio', line: 'lmap', actions: ['write'] }] },
        { lines: { lamp } },
      ),
      run: ['@', '--execution', execution],
      code: 'KANCHI_LABEL_MISSING',
      exitCode: 4,
      says: ['app "station"', 'permissions[0]', '"lmap"', '@/board.json', 'did you mean "lamp"?'],
    });
  }
  refused('is not there, and the manifest names a label', {
    files: app(idleModule('main'), { permissions: [{ kind: 'gpio', line: 'lamp', actions: ['write'] }] }),
    code: 'KANCHI_LABEL_MISSING',
    exitCode: 4,
    says: ['"lamp"', 'the empty board', '--board', 'add it there'],
  });
  wrong('names an unknown part', { i2c: { devices: { env: { bus: 1, address: '0x76', part: 'bme281' } } } }, [
    '"i2c.devices.env.part"',
    'bme281',
    'bme280',
  ]);
  wrong(
    'wires a part to another bus',
    { i2c: { devices: { adc: { bus: 1, address: 9, part: 'mcp3008' } } } },
    ['"i2c.devices.adc.part"', '"mcp3008" is wired by spi, not by i2c'],
  );
  wrong('has two labels for one line', { lines: { lamp, light: lamp } }, [
    '"lines.light"',
    'line 17',
    'is called "lamp" already',
  ]);
  wrong('has a line that the chip does not have', { lines: { lamp: { ...lamp, line: 99 } } }, [
    '"lines.lamp.line"',
    'lines 0 to 53, not 99',
  ]);
  wrong(
    'moves a quantity that the part does not have',
    { i2c: { devices: { env: { bus: 1, address: '0x76', part: 'bme280' } } }, world: { env: { heat: 1 } } },
    ['"world.env', 'heat', 'temperatureC'],
  );
});

describe('a command line that is wrong', () => {
  const usage = (title: string, words: readonly string[], says: readonly string[]) =>
    refused(title, { files: app(idleModule('main')), run: words, code: 'KANCHI_USAGE', exitCode: 2, says });

  for (const seconds of ['0', '-1', 'soon', '', 'NaN', '1e99']) {
    usage(
      `--seconds=${seconds}`,
      ['@', `--seconds=${seconds}`],
      [`--seconds is a number above 0`, `"${seconds}"`],
    );
  }
  usage('--seconds without a number', ['@', '--seconds'], ['--seconds', 'argument missing', 'kanchi help']);
  usage('an unknown option', ['@', '--sceonds', '1'], ["Unknown option '--sceonds'; run: kanchi help"]);
  usage('nothing to run', [], ['run what?']);
  usage('two apps', ['@', 'other'], ['one app at a time', '"other"', 'behind --']);
  usage('an unknown execution', ['@', '--execution', 'thread'], ['worker or inline', '"thread"']);
  usage('a trace in real time', ['@', '--trace', 'x.txt'], ['--trace needs --execution inline']);
  usage(
    'a trace that cannot be written',
    ['@', '--execution', 'inline', '--trace', '@/no/x.txt'],
    ['--trace: @/no/x.txt cannot be written (ENOENT)'],
  );
  usage('an unknown backend', ['@', '--backend', 'raspberry'], ['mock or linux, not "raspberry"']);

  it('an unknown command', async () => {
    const { status, stderr } = await runCommand(['rnu']);
    expect(stderr).toBe('kanchi: KANCHI_USAGE: no command "rnu"; run: kanchi help\n');
    expect(status).toBe(2);
  });
});
