import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { RuntimeError } from '@kanchi/runtime';
import type { Tree } from '@yowasp/clang';
import { shown } from '../shown-path.ts';
import type { BuildSettings, GuestLibc } from './build-settings.ts';
import { compileLibrary, compileObjects, isCplusplus } from './compile-objects.ts';
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
  /** Libraries of the SDK that are compiled with it; what the guest does not use is left out. Default none. */
  readonly libraries?: readonly string[];
}

export interface CompileOutcome {
  readonly status: 'built' | 'up-to-date' | 'failed';
  /** What compiler and linker printed (warnings too), with the paths of the real files. */
  readonly diagnostics: string;
  /** Undefined unless built. */
  readonly byteLength: number | undefined;
}

/** Warnings are shown but do not stop: guests are users' code. `-Os`: a guest is loaded more often than it computes. */
const commonFlags = ['-Os', '-Wall', '-Wextra', '-fdiagnostics-absolute-paths'];

/**
 * Compiles and links one guest, unless it is up to date. What the code does wrong is in the outcome; throws CommandError
 * KANCHI_TOOLCHAIN_MISSING (no compiler) and KANCHI_FILE_NOT_FOUND. Blocks the thread while compiling, 0.3 s to 1.5 s,
 * and 0.3 s for each file of a library that was not compiled before.
 */
export async function compileGuest(request: CompileRequest): Promise<CompileOutcome> {
  const sources = request.sources.map((source) => resolve(source));
  const output = resolve(request.output);
  const settings: BuildSettings = { libc: request.libc, libraries: request.libraries ?? [] };
  const flags = compileFlags(request.libc);
  const files = readInputs(sources, settings.libraries);
  const inputHash = hashOf(files, [
    toolchainVersion(),
    request.libc,
    ...settings.libraries,
    ...flags,
    ...plusFlags(request.libc),
    ...linkParameters(request.libc, 'main', [], settings.libraries),
    ...linkParameters(request.libc, 'callback', [], settings.libraries),
  ]);
  if (isUpToDate(output, inputHash)) {
    return { status: 'up-to-date', diagnostics: '', byteLength: undefined };
  }
  const toolchain = await loadToolchain();
  const result = await compileAndLink(toolchain, sources, settings, flags, files);
  const diagnostics = withRealPaths(result.diagnostics, dirname(sources[0] ?? ''));
  if (result.module === undefined) {
    return { status: 'failed', diagnostics, byteLength: undefined };
  }
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, result.module);
  writeFileSync(noteOf(output), noteText(inputHash, result.module));
  return { status: 'built', diagnostics, byteLength: result.module.length };
}

/** Our folders of the compiler's virtual tree. */
type InputFiles = { readonly [GUEST_FOLDER]: Tree; readonly [SDK_FOLDER]: Tree };

function readInputs(sources: readonly string[], libraries: readonly string[]): InputFiles {
  try {
    return { [GUEST_FOLDER]: guestTree(sources), [SDK_FOLDER]: sdkTree(libraries) };
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
  { libc, libraries }: BuildSettings,
  flags: readonly string[],
  files: InputFiles,
): Promise<{ module: Uint8Array | undefined; diagnostics: string }> {
  const guest = await compileObjects(
    toolchain,
    sources.map((source) => ({
      path: `${GUEST_FOLDER}/${basename(source)}`,
      flags: isCplusplus(source) ? [...flags, ...plusFlags(libc)] : flags,
    })),
    files,
  );
  const library = await Promise.all(
    libraries.map((name) => compileLibrary(toolchain, name, flags, files[SDK_FOLDER])),
  );
  const parts = [guest, ...library];
  const diagnostics = parts.map((part) => part.diagnostics).join('');
  if (parts.some((part) => part.failed)) {
    return { module: undefined, diagnostics };
  }
  const libraryObjects = Object.assign({}, ...library.map(({ objects }) => objects)) as Tree;
  const style = styleOfObjects(Object.values(guest.objects));
  const parameters = [
    ...linkParameters(libc, style, Object.keys(guest.objects), Object.keys(libraryObjects)),
    ...(libc === 'wasi' && sources.some(isCplusplus) ? ['-lc++', '-lc++abi'] : []),
    '-o',
    'module.wasm',
  ];
  const result = await toolchain.run('wasm-ld', parameters, {
    ...files,
    ...guest.objects,
    ...libraryObjects,
  });
  const module = result.files['module.wasm'];
  return {
    module: result.succeeded && module instanceof Uint8Array ? module : undefined,
    diagnostics: diagnostics + result.diagnostics,
  };
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
