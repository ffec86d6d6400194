import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { compileGuest, type GuestLibc } from 'kanchi/guest-build';
import { repositoryRoot } from './repository.ts';

/** Exports of a piece of guest code that was compiled for a test. */
export interface GuestFunctions {
  readonly memory: WebAssembly.Memory;
  call(name: string, ...parameters: readonly number[]): number;
}

/**
 * Compiles files of an example together with a C text that exports what the test calls, and makes an instance. Imports
 * fail when they are called: the code under test is pure.
 */
export async function compileGuestFunctions(
  files: readonly string[],
  source: string,
  libc: GuestLibc,
): Promise<GuestFunctions> {
  const folder = mkdtempSync(join(tmpdir(), 'kanchi-functions-'));
  try {
    for (const file of files) {
      copyFileSync(repositoryRoot + file, join(folder, basename(file)));
    }
    writeFileSync(join(folder, 'exports-for-test.c'), source);
    const names = [
      ...files.map((file) => basename(file)).filter((name) => name.endsWith('.c')),
      'exports-for-test.c',
    ];
    const output = join(folder, 'module.wasm');
    const outcome = await compileGuest({ sources: names.map((name) => join(folder, name)), output, libc });
    if (outcome.diagnostics !== '' || outcome.status === 'failed') {
      throw new Error(outcome.diagnostics);
    }
    return instantiate(readFileSync(output));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function instantiate(bytes: Uint8Array<ArrayBuffer>): GuestFunctions {
  const module = new WebAssembly.Module(bytes);
  const imports: Record<string, Record<string, () => never>> = {};
  for (const wanted of WebAssembly.Module.imports(module)) {
    imports[wanted.module] ??= {};
    const target = imports[wanted.module] ?? {};
    target[wanted.name] = () => {
      throw new Error(`${wanted.module}.${wanted.name} was called`);
    };
  }
  const { exports } = new WebAssembly.Instance(module, imports);
  const call = (name: string, ...parameters: readonly number[]): number => {
    const found = exports[name];
    if (typeof found !== 'function') throw new Error(`no export ${name}`);
    return Number(found(...parameters) ?? 0);
  };
  if (exports['_initialize'] !== undefined) {
    call('_initialize');
  }
  return { memory: exports['memory'] as WebAssembly.Memory, call };
}
