import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BuildEnvironment, runBuildCommand } from './build-command.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kanchi-build-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const noRust: BuildEnvironment = { searchPath: '', requireRust: false };

async function build(path: string, environment = noRust) {
  let out = '';
  let error = '';
  const io = {
    out: (text: string) => {
      out += text;
    },
    error: (text: string) => {
      error += text;
    },
  };
  const exitCode = await runBuildCommand([join(root, path)], io, environment);
  return { exitCode, out, error };
}

function exportsOf(path: string): string[] {
  const module = new WebAssembly.Module(readFileSync(join(root, path)));
  return WebAssembly.Module.exports(module)
    .map(({ name }) => name)
    .sort();
}

describe('kanchi build', () => {
  it('enters main through _start and callbacks through _initialize with WASI', async () => {
    write('main.c', '#include <stdio.h>\nint main(int c, char **v) { (void)v; return puts("x") + c; }\n');
    write('callback.c', '#include <kanchi.h>\nKANCHI_EXPORT(on_init) int32_t on_init(void) { return 0; }\n');
    write('named.c', 'int on_init(void) { return 0; }\nvoid on_stop(void) {}\n');
    expect(await build('.')).toMatchObject({ exitCode: 0, error: '' });
    expect(exportsOf('build/main.wasm')).toEqual(['_start', 'memory']);
    expect(exportsOf('build/callback.wasm')).toEqual(['_initialize', 'memory', 'on_init']);
    expect(exportsOf('build/named.wasm')).toEqual(['_initialize', 'memory', 'on_init', 'on_stop']);
  });

  it('links a small guest against env and tells the host where its heap can be', async () => {
    write(
      'small.c',
      '// kanchi-build: libc=small\n#include <stdio.h>\nint main(void) { puts("x"); return 0; }\n',
    );
    expect(await build('small.c')).toMatchObject({ exitCode: 0, error: '' });
    expect(exportsOf('build/small.wasm')).toEqual(['__data_end', '__heap_base', 'main', 'memory']);
    const module = new WebAssembly.Module(readFileSync(join(root, 'build/small.wasm')));
    expect(WebAssembly.Module.imports(module)).toEqual([{ module: 'env', name: 'puts', kind: 'function' }]);
  });

  it('links of a library of the SDK what the guest uses, and no more', async () => {
    write(
      'timer.c',
      '// kanchi-build: libc=small library=wamr\n#include <wamr/wamr.h>\n' +
        'static void tick(wamr_timer *timer) { wamr_timer_destroy(timer); }\n' +
        'void on_init(void) { wamr_timer_create(100, 0, tick); }\n',
    );
    write(
      'plus.cpp',
      '// kanchi-build: libc=small library=wamr\n#include <wamr/wamr.h>\n' +
        'static void seen(const wamr_request *event) { wamr_response_to(event, WAMR_CONTENT); }\n' +
        'void on_init() { wamr_event_subscribe("/a", seen); }\nvoid on_destroy() {}\n',
    );
    write('neither.c', '// kanchi-build: libc=small library=wamr\nint main(void) { return 0; }\n');
    expect(await build('.')).toMatchObject({ exitCode: 0, error: '' });
    const always = ['__data_end', '__heap_base', 'memory'];
    expect(exportsOf('build/timer.wasm')).toEqual([...always, 'on_init', 'on_timer_callback']);
    expect(exportsOf('build/plus.wasm')).toEqual([...always, 'on_destroy', 'on_init', 'on_request']);
    expect(exportsOf('build/neither.wasm')).toEqual(['__data_end', '__heap_base', 'main', 'memory']);
  });

  it('has no library that the first line does not name', async () => {
    write('app.c', '// kanchi-build: libc=small\n#include <wamr/wamr.h>\nvoid on_init(void) {}\n');
    expect((await build('app.c')).error).toContain("'wamr/wamr.h' file not found");
    write('app.c', '// kanchi-build: libc=small library=other\nvoid on_init(void) {}\n');
    await expect(build('app.c')).rejects.toMatchObject({ code: 'KANCHI_BUILD_SETTING' });
  });

  it('refuses a name that neither the guest nor its libc has', async () => {
    write(
      'typo.c',
      '// kanchi-build: libc=small\nint putz(const char *);\nint main(void) { return putz("x"); }\n',
    );
    const { exitCode, error } = await build('typo.c');
    expect(exitCode).toBe(1);
    expect(error).toContain('undefined symbol: putz');
  });

  it('builds again only what changed: source, header, or the module itself', async () => {
    write('app/app.json', '{"name": "app"}');
    write('app/app.c', '// kanchi-build: libc=none\n#include "n.h"\nint main(void) { return N; }\n');
    write('app/n.h', '#define N 1\n');
    expect((await build('app')).out).toContain('1 built, 0 up to date');
    expect((await build('app')).out).toBe('guests: 0 built, 1 up to date\n');
    write('app/n.h', '#define N 2\n');
    expect((await build('app')).out).toContain('1 built, 0 up to date');
    write('app/build/app.wasm', 'damaged');
    expect((await build('app')).out).toContain('1 built, 0 up to date');
    expect(exportsOf('app/build/app.wasm')).toEqual(['main', 'memory']);
  });

  it('shows what the compiler says with the path of the real file, builds the others, and exits with 1', async () => {
    write('bad.c', '// kanchi-build: libc=none\nint main(void) { return nothing; }\n');
    write('good.c', '// kanchi-build: libc=none\nint main(void) { return 0; }\n');
    const { exitCode, out, error } = await build('.');
    expect(exitCode).toBe(1);
    expect(error).toContain(`${join(root, 'bad.c')}:2:25: error: use of undeclared identifier 'nothing'`);
    expect(out).toContain('1 built, 0 up to date, 1 failed');
    expect(exportsOf('build/good.wasm')).toContain('main');
  });

  it('skips Rust where no compiler for it is, with the reason, unless Rust is required', async () => {
    write('guest.rs', 'fn main() {}\n');
    const skipped = await build('guest.rs');
    expect(skipped.exitCode).toBe(0);
    expect(skipped.error).toMatch(/skipped .*guest\.rs: no rustc with a WASI target/u);
    expect((await build('guest.rs', { searchPath: '', requireRust: true })).exitCode).toBe(1);
  });

  it('is an error when it is used without a path or with an unknown option', async () => {
    const io = { out: () => {}, error: () => {} };
    await expect(runBuildCommand([], io, noRust)).rejects.toMatchObject({ code: 'KANCHI_USAGE' });
    await expect(runBuildCommand(['--fast', '.'], io, noRust)).rejects.toMatchObject({
      code: 'KANCHI_USAGE',
    });
  });
});
