import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import { RuntimeError } from '@kanchi/runtime';
import type { Tree } from '@yowasp/clang';
import { shown } from '../shown-path.ts';
import type { GuestLibc } from './guest-libc.ts';
import { type GuestStyle, linkParameters, styleOf } from './link-parameters.ts';
import { definedFunctions } from './object-symbols.ts';
import {
  GUEST_FOLDER,
  guestTree,
  hashOf,
  isUpToDate,
  noteOf,
  noteText,
  SDK_FOLDER,
  sdkFolder,
  sdkTree,
  toolchainVersion,
} from './source-tree.ts';
import { loadToolchain, type Toolchain } from './toolchain.ts';

export interface CompileRequest {
  /** Paths of C (`.c`) and C++ (`.cpp`, `.cc`) files, all in one folder; headers beside them are found. */
  readonly sources: readonly string[];
  /** Path of the module to write; its folder is made. A note beside it (`.inputs`) says what it was made from. */
  readonly output: string;
  readonly libc: GuestLibc;
}

export interface CompileOutcome {
  readonly status: 'built' | 'up-to-date' | 'failed';
  /** What compiler and linker printed (warnings too), with the paths of the real files. */
  readonly diagnostics: string;
  /** Undefined unless built. */
  readonly byteLength: number | undefined;
}

const isCplusplus = (path: string): boolean => extname(path) !== '.c';

/** Warnings are shown but do not stop: guests are users' code. `-Os`: a guest is loaded more often than it computes. */
const commonFlags = ['-Os', '-Wall', '-Wextra', '-fdiagnostics-absolute-paths'];

/**
 * Compiles and links one guest, unless it is up to date. What the code does wrong is in the outcome; throws CommandError
 * KANCHI_TOOLCHAIN_MISSING (no compiler) and KANCHI_FILE_NOT_FOUND. Blocks the thread while compiling, 0.3 s to 1.5 s.
 */
export async function compileGuest(request: CompileRequest): Promise<CompileOutcome> {
  const sources = request.sources.map((source) => resolve(source));
  const output = resolve(request.output);
  const flags = compileFlags(request.libc);
  const files = readInputs(sources);
  const inputHash = hashOf(files, [
    toolchainVersion(),
    request.libc,
    ...flags,
    ...plusFlags(request.libc),
    ...linkParameters(request.libc, 'main', []),
    ...linkParameters(request.libc, 'callback', []),
  ]);
  if (isUpToDate(output, inputHash)) {
    return { status: 'up-to-date', diagnostics: '', byteLength: undefined };
  }
  const toolchain = await loadToolchain();
  const result = await compileAndLink(toolchain, sources, request.libc, flags, files);
  const diagnostics = withRealPaths(result.diagnostics, dirname(sources[0] ?? ''));
  if (result.module === undefined) {
    return { status: 'failed', diagnostics, byteLength: undefined };
  }
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, result.module);
  writeFileSync(noteOf(output), noteText(inputHash, result.module));
  return { status: 'built', diagnostics, byteLength: result.module.length };
}

function readInputs(sources: readonly string[]): Tree {
  try {
    return { [GUEST_FOLDER]: guestTree(sources), [SDK_FOLDER]: sdkTree() };
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    throw new RuntimeError(
      'KANCHI_FILE_NOT_FOUND',
      `${path === undefined ? 'a source file' : shown(path)}: cannot be read (${code ?? 'error'}); check the path`,
      { cause: error },
    );
  }
}

function compileFlags(libc: GuestLibc): string[] {
  switch (libc) {
    case 'wasi':
      return [...commonFlags, '--target=wasm32-wasip1', `-I${SDK_FOLDER}`];
    case 'small':
      return [
        ...commonFlags,
        '--target=wasm32',
        '-nostdlib',
        `-isystem${SDK_FOLDER}/small-libc`,
        `-I${SDK_FOLDER}`,
      ];
    case 'none':
      return [...commonFlags, '--target=wasm32', '-nostdlib', '-ffreestanding', `-I${SDK_FOLDER}`];
  }
}

/** The C++ library needs threads or their absence from a C library, so without WASI there is none. */
function plusFlags(libc: GuestLibc): string[] {
  return libc === 'wasi' ? [] : ['-nostdinc++', '-fno-rtti'];
}

async function compileAndLink(
  toolchain: Toolchain,
  sources: readonly string[],
  libc: GuestLibc,
  flags: readonly string[],
  files: Tree,
): Promise<{ module: Uint8Array | undefined; diagnostics: string }> {
  let diagnostics = '';
  let failed = false;
  const objects: Record<string, Uint8Array> = {};
  for (const source of sources) {
    const name = basename(source);
    const object = `${name}.o`;
    const parameters = [
      ...flags,
      ...(isCplusplus(source) ? plusFlags(libc) : []),
      '-c',
      `${GUEST_FOLDER}/${name}`,
      '-o',
      object,
    ];
    const result = await toolchain.run(isCplusplus(source) ? 'clang++' : 'clang', parameters, files);
    diagnostics += result.diagnostics;
    const bytes = result.files[object];
    if (result.succeeded && bytes instanceof Uint8Array) {
      objects[object] = bytes;
    } else {
      failed = true;
    }
  }
  if (failed) {
    return { module: undefined, diagnostics };
  }
  const style = styleOfObjects(Object.values(objects));
  const parameters = [
    ...linkParameters(libc, style, Object.keys(objects)),
    ...(libc === 'wasi' && sources.some(isCplusplus) ? ['-lc++', '-lc++abi'] : []),
    '-o',
    'module.wasm',
  ];
  const result = await toolchain.run('wasm-ld', parameters, { ...files, ...objects });
  diagnostics += result.diagnostics;
  const module = result.files['module.wasm'];
  return { module: result.succeeded && module instanceof Uint8Array ? module : undefined, diagnostics };
}

function styleOfObjects(objects: readonly Uint8Array[]): GuestStyle {
  const names = new Set<string>();
  for (const object of objects) {
    for (const name of definedFunctions(object) ?? []) {
      names.add(name);
    }
  }
  return styleOf(names);
}

/** The compiler sees virtual folders; people get the paths that they can open. */
function withRealPaths(diagnostics: string, sourceFolder: string): string {
  const folder = shown(sourceFolder);
  return diagnostics
    .replaceAll(`/${GUEST_FOLDER}/`, `${folder}/`)
    .replaceAll(`/${SDK_FOLDER}/`, `${shown(sdkFolder())}/`);
}
