import { readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import {
  MAX_KEY_FILE_BYTES,
  MAX_TRUSTED_KEYS,
  type PackageSigner,
  RuntimeError,
  readPrivateKey,
  readPublicKey,
  type TrustedKey,
} from '@kanchi/runtime';
import { readInputFile } from '../input-file.ts';
import { oneLine } from '../one-line.ts';
import { shown } from '../shown-path.ts';

/** Where the trusted keys of a machine are, when it has any. */
export const DEFAULT_TRUSTED_KEYS = '/etc/kanchi/keys';
export const KEY_SUFFIX = '.pem';
/** Permission bits of a file: everybody may write; anybody but its owner may do something. */
const MODE_OTHERS_WRITE = 0o002;
const MODE_NOT_OWNER = 0o077;

/** The key in a file that only its owner may read. Throws RuntimeError KANCHI_FILE_NOT_FOUND, KANCHI_KEY_INVALID. */
export function readSigningKey(file: string): PackageSigner {
  const path = resolve(file);
  const signer = readPrivateKey(readKeyText(path), shown(path));
  const mode = statSync(path).mode;
  if ((mode & MODE_NOT_OWNER) !== 0) {
    throw new RuntimeError(
      'KANCHI_KEY_INVALID',
      `${shown(path)}: other users can get at this private key (mode ${octal(mode)}); run: chmod 600 ${shown(path)}`,
    );
  }
  return signer;
}

/**
 * The keys that are trusted: each `<name>.pem` of a folder, or one file. `place` left out: those of the machine, none when
 * it has no such folder. A file that has no public key is an error, and so is a place that every user may write to.
 *
 * Throws RuntimeError KANCHI_FILE_NOT_FOUND, KANCHI_KEY_INVALID.
 */
export function readTrustedKeys(
  place: string | undefined,
  otherwise = DEFAULT_TRUSTED_KEYS,
): readonly TrustedKey[] {
  const path = resolve(place ?? otherwise);
  const found = tried(path, () => statSync(path, { throwIfNoEntry: false }));
  if (found === undefined) {
    if (place === undefined) return [];
    throw new RuntimeError(
      'KANCHI_FILE_NOT_FOUND',
      `${shown(path)}: there is no such folder of trusted keys (--trusted-keys); kanchi key trust <key.pem> --name <name> --trusted-keys ${shown(path)} makes it`,
    );
  }
  if (!found.isDirectory()) return [readTrustedKey(path)];
  checkMode(path, found.mode);
  const names = tried(path, () => readdirSync(path))
    .filter((name) => name.endsWith(KEY_SUFFIX) && !name.startsWith('.'))
    .toSorted();
  if (names.length > MAX_TRUSTED_KEYS) {
    throw new RuntimeError(
      'KANCHI_KEY_INVALID',
      `${shown(path)}: ${names.length} keys, at most ${MAX_TRUSTED_KEYS} are trusted; take those away that nothing is signed with any more`,
    );
  }
  return names.map((name) => readTrustedKey(join(path, name)));
}

/** What the system says about the place of the keys, as an error of ours: nothing is trusted that could not be read. */
function tried<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new RuntimeError(
      'KANCHI_FILE_NOT_FOUND',
      `${shown(path)}: the trusted keys cannot be read (${code}); run: sudo chmod -R a+rX ${shown(path)}, or name others with --trusted-keys`,
      { cause: error },
    );
  }
}

function readTrustedKey(path: string): TrustedKey {
  const publicKey = readPublicKey(readKeyText(path), shown(path));
  checkMode(path, statSync(path).mode);
  return { name: oneLine(basename(path, KEY_SUFFIX)), publicKey };
}

/** The text of a key's file. Throws RuntimeError KANCHI_FILE_NOT_FOUND, KANCHI_KEY_INVALID. */
export function readKeyText(path: string): string {
  const bytes = readInputFile(path, MAX_KEY_FILE_BYTES);
  if (bytes.length > MAX_KEY_FILE_BYTES) {
    throw new RuntimeError(
      'KANCHI_KEY_INVALID',
      `${shown(path)}: longer than ${MAX_KEY_FILE_BYTES} bytes, which no Ed25519 key is`,
    );
  }
  return new TextDecoder().decode(bytes);
}

function checkMode(path: string, mode: number): void {
  if ((mode & MODE_OTHERS_WRITE) === 0) return;
  throw new RuntimeError(
    'KANCHI_KEY_INVALID',
    `${shown(path)}: every user can write there (mode ${octal(mode)}), so it says nothing about trust; run: chmod o-w ${shown(path)}`,
  );
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}
