import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import type { CompileOutcome } from './compile-guest.ts';
import { hashOf, isUpToDate, noteOf, noteText } from './source-tree.ts';

/** The target's name since Rust 1.78, and the one before. */
const targets = ['wasm32-wasip1', 'wasm32-wasi'];
/** A compiler that takes longer than this is taken to hang. */
const TIMEOUT_MS = 120_000;

export interface RustCompiler {
  readonly path: string;
  readonly version: string;
  readonly target: string;
}

/** What to tell people who have no such compiler. */
export const RUST_MISSING =
  'no rustc with a WASI target was found; install one: rustup target add wasm32-wasip1, or on Debian ' +
  'apt-get install rustc libstd-rust-dev-wasm32 lld';

/** The first rustc on the search path that has the standard library for WASI; a machine can have several. */
export function findRustCompiler(searchPath: string): RustCompiler | undefined {
  for (const folder of searchPath.split(delimiter)) {
    const path = join(folder, 'rustc');
    if (folder === '' || !existsSync(path)) {
      continue;
    }
    const sysroot = capture(path, ['--print', 'sysroot']);
    const target = targets.find(
      (name) => sysroot !== undefined && existsSync(join(sysroot, 'lib', 'rustlib', name, 'lib')),
    );
    if (target !== undefined) {
      return { path, target, version: capture(path, ['--version']) ?? 'unknown' };
    }
  }
  return undefined;
}

/** Compiles one Rust file to a WASI command, unless it is up to date. Blocks until the compiler ends. */
export function compileRustGuest(source: string, output: string, compiler: RustCompiler): CompileOutcome {
  const parameters = [
    '--edition=2021',
    '--target',
    compiler.target,
    '-Copt-level=s',
    '-Cstrip=symbols',
    '-Cpanic=abort',
  ];
  const inputHash = hashOf({ source: readFileSync(source) }, [compiler.version, ...parameters]);
  if (isUpToDate(output, inputHash)) {
    return { status: 'up-to-date', diagnostics: '', byteLength: undefined };
  }
  mkdirSync(dirname(output), { recursive: true });
  const run = spawnSync(compiler.path, [...parameters, '-o', resolve(output), source], {
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  });
  const diagnostics = `${run.stdout ?? ''}${run.stderr ?? ''}${run.error === undefined ? '' : `${run.error.message}\n`}`;
  if (run.status !== 0) {
    return { status: 'failed', diagnostics, byteLength: undefined };
  }
  const module = readFileSync(output);
  writeFileSync(noteOf(output), noteText(inputHash, module));
  return { status: 'built', diagnostics, byteLength: module.length };
}

function capture(path: string, parameters: readonly string[]): string | undefined {
  const run = spawnSync(path, parameters, { encoding: 'utf8', timeout: TIMEOUT_MS });
  return run.status === 0 ? run.stdout.trim() : undefined;
}
