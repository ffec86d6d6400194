import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { Tree } from '@yowasp/clang';

const require = createRequire(import.meta.url);

/** The two folders of the compiler's virtual tree that hold our files. */
export const GUEST_FOLDER = 'guest';
export const SDK_FOLDER = 'kanchi-sdk';

/** Headers and symbol lists of the guest SDK for C. */
export function sdkFolder(): string {
  return join(dirname(require.resolve('@kanchi/guest-sdk/package.json')), 'c');
}

/** Version of the installed compiler, part of what a built file depends on. */
export function toolchainVersion(): string {
  try {
    // Its package.json is not exported, so it is found beside its entry.
    const entry = require.resolve('@yowasp/clang');
    const text = readFileSync(join(dirname(entry), '..', 'package.json'), 'utf8');
    return String((JSON.parse(text) as { version?: unknown }).version);
  } catch {
    return 'not installed';
  }
}

/** The files of one folder whose names end as given; no subfolders. */
function readFolder(folder: string, endings: RegExp): Tree {
  const tree: Record<string, Uint8Array> = {};
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isFile() && endings.test(entry.name)) {
      tree[entry.name] = readFileSync(join(folder, entry.name));
    }
  }
  return tree;
}

/** Names of the libraries of the SDK: each is a folder with C files, which are compiled with the guest. */
export function sdkLibraries(): string[] {
  const folder = sdkFolder();
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && librarySources(entry.name).length > 0)
    .map(({ name }) => name)
    .sort();
}

/** File names of the C files of a library of the SDK. */
export function librarySources(library: string): string[] {
  return readdirSync(join(sdkFolder(), library))
    .filter((name) => name.endsWith('.c'))
    .sort();
}

/** The SDK with these of its libraries as the compiler sees it. */
export function sdkTree(libraries: readonly string[]): Tree {
  const folder = sdkFolder();
  return {
    ...readFolder(folder, /\.(?:h|symbols)$/u),
    'small-libc': readFolder(join(folder, 'small-libc'), /\.h$/u),
    ...Object.fromEntries(libraries.map((name) => [name, readFolder(join(folder, name), /\.[ch]$/u)])),
  };
}

/** Sources and the headers beside them as the compiler sees them. */
export function guestTree(sources: readonly string[]): Tree {
  const folder = dirname(sources[0] ?? '');
  const tree: Record<string, Tree | string | Uint8Array> = { ...readFolder(folder, /\.(?:h|hpp|inc)$/u) };
  for (const source of sources) {
    tree[basename(source)] = readFileSync(source);
  }
  return tree;
}

/** A hash of everything that decides what the compiler makes of it. */
export function hashOf(tree: Tree, settings: readonly string[]): string {
  const hash = createHash('sha256');
  for (const setting of settings) {
    hash.update(`${setting.length}:${setting}`);
  }
  addToHash(hash, tree);
  return hash.digest('hex');
}

function addToHash(hash: ReturnType<typeof createHash>, tree: Tree): void {
  for (const name of Object.keys(tree).sort()) {
    const entry = tree[name];
    if (entry instanceof Uint8Array || typeof entry === 'string') {
      hash.update(`file ${name.length}:${name} ${entry.length}:`).update(entry);
    } else if (entry !== undefined) {
      hash.update(`folder ${name.length}:${name}{`);
      addToHash(hash, entry);
      hash.update('}');
    }
  }
}

/** Whether a built file and the note beside it say that it was made from these inputs and was not changed since. */
export function isUpToDate(output: string, inputHash: string): boolean {
  const note = noteOf(output);
  return (
    existsSync(output) &&
    existsSync(note) &&
    readFileSync(note, 'utf8') === noteText(inputHash, readFileSync(output))
  );
}

export function noteOf(output: string): string {
  return `${output}.inputs`;
}

export function noteText(inputHash: string, output: Uint8Array): string {
  return `${inputHash} ${createHash('sha256').update(output).digest('hex')}\n`;
}
