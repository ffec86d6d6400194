import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import {
  type AppPackage,
  type Board,
  checkModuleBytes,
  type LoadedModule,
  loadModule,
  type Manifest,
  parseBoard,
  parseManifest,
  RuntimeError,
} from '@kanchi/runtime';
import { parseJson } from './json-text.ts';
import { shown } from './shown-path.ts';

/** Where the files of an app are, as the user named them. */
export interface AppFiles {
  readonly target: string;
  readonly manifest: string | undefined;
  readonly board: string | undefined;
}

/**
 * Reads manifest, board and module. A folder stands for its app.json, board.json and the module that the manifest
 * names. A module without a manifest may only write to its log; without a board nothing is wired.
 *
 * Throws RuntimeError, e.g. KANCHI_FILE_NOT_FOUND with what to do.
 */
export function readApp(files: AppFiles): AppPackage {
  const target = resolve(files.target);
  const isFolder = existsSync(target) && statSync(target).isDirectory();
  const folder = isFolder ? target : dirname(target);
  const manifestPath = files.manifest ?? beside(folder, 'app.json', isFolder);
  const boardPath = files.board ?? beside(folder, 'board.json', false);
  const manifest =
    manifestPath === undefined
      ? bareManifest(target)
      : parseManifest(readJson(manifestPath), shown(manifestPath));
  const board: Board =
    boardPath === undefined
      ? parseBoard(
          { kanchi: 1, name: 'nothing-wired' },
          'the empty board (there is no board.json and no --board)',
        )
      : parseBoard(readJson(boardPath), shown(boardPath));
  const modulePath = isFolder ? moduleOf(manifest, manifestPath ?? folder) : target;
  const module = readModule(modulePath, folder, manifest);
  return {
    manifest,
    ...(manifestPath === undefined ? { manifestName: NO_MANIFEST } : {}),
    board,
    module,
  };
}

function readModule(path: string, folder: string, { limits }: Manifest): LoadedModule {
  const source = shown(path);
  // Before it is read: a file can be larger than memory.
  checkModuleBytes(statSync(path, { throwIfNoEntry: false })?.size ?? 0, source, limits.moduleBytes);
  return loadModule(readBytes(path, folder), {
    source,
    maximumPages: limits.memoryPages,
    maximumTableElements: limits.tableElements,
    maximumBytes: limits.moduleBytes,
  });
}

/** The board file of a folder, or the file itself. Throws RuntimeError, e.g. KANCHI_FILE_NOT_FOUND with what to do. */
export function readBoard(target: string): Board {
  const path = resolve(target);
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  const file = isFolder ? join(path, 'board.json') : path;
  return parseBoard(readJson(file), shown(file));
}

/** The manifest in a file. Throws RuntimeError, e.g. KANCHI_FILE_NOT_FOUND with what to do. */
export function readManifest(file: string): Manifest {
  const path = resolve(file);
  return parseManifest(readJson(path), shown(path));
}

/** The file in the folder, or above it where the folder is the one that `kanchi build` writes to. */
function beside(folder: string, name: string, required: boolean): string | undefined {
  const path = join(folder, name);
  if (required || existsSync(path)) {
    return path;
  }
  const above = join(dirname(folder), name);
  return basename(folder) === 'build' && existsSync(above) ? above : undefined;
}

/** What a refusal calls the manifest of an app that has none. */
const NO_MANIFEST = 'an app.json that you write and pass with --manifest (docs/manifest.md)';

/** For a module that came without a manifest: it may print, nothing else. */
function bareManifest(target: string): Manifest {
  const name =
    basename(target, extname(target))
      .toLowerCase()
      .replace(/[^a-z0-9]+/gu, '-')
      .replace(/^-+|-+$/gu, '') || 'app';
  return parseManifest(
    { kanchi: 1, name, version: '0.0.0', permissions: [{ kind: 'log' }] },
    'no manifest (add --manifest app.json)',
  );
}

function moduleOf(manifest: Manifest, manifestPath: string): string {
  if (manifest.module === undefined) {
    throw new RuntimeError(
      'KANCHI_MANIFEST_INVALID',
      `${shown(manifestPath)}: "module" is missing, so the folder does not say what to run; add "module": "build/${manifest.name}.wasm"`,
    );
  }
  return resolve(dirname(manifestPath), manifest.module);
}

function readJson(path: string): unknown {
  return parseJson(new TextDecoder().decode(readBytes(path, dirname(path))), path);
}

function readBytes(path: string, folder: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    const hint = code === 'ENOENT' ? missingFileHint(path, folder) : (readHints[code] ?? '');
    throw new RuntimeError('KANCHI_FILE_NOT_FOUND', `${shown(path)}: cannot be read (${code})${hint}`, {
      cause: error,
    });
  }
}

/** What to do about the errors that reading a file gives, by errno. */
const readHints: Readonly<Record<string, string | undefined>> = {
  EISDIR: ': it is a folder; name a file',
  EACCES: ': this user may not read it; check its owner and mode',
};

function missingFileHint(path: string, folder: string): string {
  if (extname(path) === '.wasm' && existsSync(join(folder, 'app.json'))) {
    return `: there is no such file; build it: npx kanchi build ${shown(folder)}`;
  }
  if (basename(path) === 'board.json' && existsSync(folder)) {
    return ': the folder has no board file; name one with --board (docs/board.md)';
  }
  return basename(path) === 'app.json' && existsSync(folder)
    ? ': the folder has no manifest; add an app.json (docs/manifest.md), or name a .wasm file'
    : ': there is no such file; check the path';
}
