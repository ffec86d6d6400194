import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { RuntimeError } from '@kanchi/runtime';
import { CommandError } from '../error.ts';
import { parseJson } from '../json-text.ts';
import { shown } from '../shown-path.ts';

/** One module to build. */
export interface GuestToBuild {
  readonly language: 'c' | 'rust';
  readonly sources: readonly string[];
  readonly output: string;
}

const cSource = /\.(?:c|cc|cpp)$/u;
const rustSource = /\.rs$/u;
const skippedFolders = new Set(['build', 'dist', 'node_modules', 'target']);
/** Deepest folder that is searched below the one that was named. */
const MAX_DEPTH = 4;

/**
 * The guests under a path.
 * - A file is one guest: `<folder>/build/<file name>.wasm`.
 * - A folder with `app.json` is one guest from all its C files, built to the manifest's `module`
 *   (`<folder>/build/<name>.wasm` when it does not say).
 * - In any other folder each source file is a guest of its own, and its subfolders are searched.
 *
 * Throws RuntimeError KANCHI_FILE_NOT_FOUND, KANCHI_JSON_INVALID, KANCHI_MANIFEST_INVALID; CommandError
 * KANCHI_BUILD_NOTHING.
 */
export function findGuests(path: string): GuestToBuild[] {
  const target = resolve(path);
  if (!existsSync(target)) {
    throw new RuntimeError(
      'KANCHI_FILE_NOT_FOUND',
      `${shown(target)}: no such file or folder; check the path`,
    );
  }
  const guests = statSync(target).isDirectory() ? guestsOfFolder(target, 0) : guestOfFile(target);
  if (guests.length === 0) {
    throw new CommandError(
      'KANCHI_BUILD_NOTHING',
      `${shown(target)}: nothing to build; a guest is a .c, .cc, .cpp or .rs file`,
    );
  }
  return guests;
}

function guestOfFile(path: string): GuestToBuild[] {
  const language = cSource.test(path) ? 'c' : rustSource.test(path) ? 'rust' : undefined;
  if (language === undefined) {
    return [];
  }
  const name = basename(path, extname(path));
  return [{ language, sources: [path], output: join(dirname(path), 'build', `${name}.wasm`) }];
}

function guestsOfFolder(folder: string, depth: number): GuestToBuild[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((one, other) =>
    one.name < other.name ? -1 : 1,
  );
  const sources = entries.filter((entry) => entry.isFile()).map((entry) => join(folder, entry.name));
  const manifest = join(folder, 'app.json');
  if (existsSync(manifest)) {
    const cSources = sources.filter((source) => cSource.test(source));
    const output = join(folder, moduleInManifest(manifest) ?? join('build', `${basename(folder)}.wasm`));
    const rustSources = sources.filter((source) => rustSource.test(source));
    if (cSources.length > 0) {
      return [{ language: 'c', sources: cSources, output }];
    }
    return rustSources.length === 1 ? [{ language: 'rust', sources: rustSources, output }] : [];
  }
  const below = entries.filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith('.') && !skippedFolders.has(entry.name),
  );
  return [
    ...sources.flatMap(guestOfFile),
    ...(depth < MAX_DEPTH
      ? below.flatMap((entry) => guestsOfFolder(join(folder, entry.name), depth + 1))
      : []),
  ];
}

/** Where the module goes, relative to the manifest. `kanchi run` checks the rest of the manifest. */
function moduleInManifest(path: string): string | undefined {
  const manifest = parseJson(readFileSync(path, 'utf8'), path);
  const { module, name } = (manifest ?? {}) as { readonly module?: unknown; readonly name?: unknown };
  if (module !== undefined) {
    // What is built must not land outside the app's folder, and must not replace a source file.
    if (typeof module === 'string' && /^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$)).+\.wasm$/u.test(module)) {
      return module;
    }
    throw new RuntimeError(
      'KANCHI_MANIFEST_INVALID',
      `${shown(path)}: "module": must be a .wasm file below the folder of app.json, such as "build/app.wasm", to be built`,
    );
  }
  // A name with a separator would leave the build folder.
  return typeof name === 'string' && /^[a-z0-9][a-z0-9._-]*$/iu.test(name)
    ? join('build', `${name}.wasm`)
    : undefined;
}
