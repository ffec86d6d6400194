import { extname } from 'node:path';
import type { Tree } from '@yowasp/clang';
import { hashOf, librarySources, SDK_FOLDER } from './source-tree.ts';
import type { Toolchain } from './toolchain.ts';

/** One file to compile. */
export interface SourceToCompile {
  /** In the virtual tree. */
  readonly path: string;
  readonly flags: readonly string[];
}

export interface CompiledObjects {
  /** By their names in the root of the virtual tree. */
  readonly objects: Readonly<Record<string, Uint8Array>>;
  /** What the compiler printed, with the paths of the virtual tree. */
  readonly diagnostics: string;
  /** Whether a file did not compile; the others are still there. */
  readonly failed: boolean;
}

export const isCplusplus = (path: string): boolean => extname(path) !== '.c';

/** Compiles each file. Blocks the thread while compiling, about 0.3 s for each. */
export async function compileObjects(
  toolchain: Toolchain,
  sources: readonly SourceToCompile[],
  files: Tree,
): Promise<CompiledObjects> {
  const objects: Record<string, Uint8Array> = {};
  let diagnostics = '';
  let failed = false;
  for (const { path, flags } of sources) {
    const object = `${path.replaceAll('/', '.')}.o`;
    const tool = isCplusplus(path) ? 'clang++' : 'clang';
    const result = await toolchain.run(tool, [...flags, '-c', path, '-o', object], files);
    diagnostics += result.diagnostics;
    const bytes = result.files[object];
    if (result.succeeded && bytes instanceof Uint8Array) {
      objects[object] = bytes;
    } else {
      failed = true;
    }
  }
  return { objects, diagnostics, failed };
}

/** Libraries by a hash of all that goes into them: several guests are built in one run, and share them. */
const compiledLibraries = new Map<string, Promise<CompiledObjects>>();

/** Compiles the C files of a library of the SDK, once in a process for the same SDK and flags. */
export function compileLibrary(
  toolchain: Toolchain,
  library: string,
  flags: readonly string[],
  sdk: Tree,
): Promise<CompiledObjects> {
  const key = hashOf(sdk, [library, ...flags]);
  const sources = librarySources(library).map((name) => ({
    path: `${SDK_FOLDER}/${library}/${name}`,
    flags,
  }));
  const compiled = compiledLibraries.get(key) ?? compileObjects(toolchain, sources, { [SDK_FOLDER]: sdk });
  compiledLibraries.set(key, compiled);
  return compiled;
}
