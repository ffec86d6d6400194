import { closeSync, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { RuntimeError } from '@kanchi/runtime';
import { parseJson } from './json-text.ts';
import { shown } from './shown-path.ts';

/** Longest manifest, board or other JSON file, bytes: as long as the manifest of a package may be. */
const MAX_JSON_FILE_BYTES = 1024 * 1024;
/** Room for the first bytes where the size of a file is not known, such as of a pipe. */
const READ_BYTES = 65_536;

/** What a path leads to; undefined when that cannot be seen, of which reading it will say more. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** What to say about a file that is not there: `: ` and what to do, or nothing. */
type MissingHint = (path: string, folder: string) => string;

/**
 * The bytes of a file, at most `maximumBytes` and one: a longer result says that there is more, and whoever knows what the file should
 * be refuses it.
 *
 * Throws RuntimeError KANCHI_FILE_NOT_FOUND with the errno and what to do.
 */
export function readInputFile(
  path: string,
  maximumBytes: number,
  missingHint: MissingHint = noHint,
): Uint8Array {
  try {
    return readUpTo(path, maximumBytes + 1);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    const hint = code === 'ENOENT' ? missingHint(path, dirname(path)) : (readHints[code] ?? '');
    throw new RuntimeError('KANCHI_FILE_NOT_FOUND', `${shown(path)}: cannot be read (${code})${hint}`, {
      cause: error,
    });
  }
}

/** The value in a JSON file. Throws RuntimeError KANCHI_FILE_NOT_FOUND, KANCHI_JSON_INVALID. */
export function readJsonFile(path: string, missingHint: MissingHint = noHint): unknown {
  const bytes = readInputFile(path, MAX_JSON_FILE_BYTES, missingHint);
  if (bytes.length > MAX_JSON_FILE_BYTES) {
    throw new RuntimeError(
      'KANCHI_JSON_INVALID',
      `${shown(path)}: longer than ${MAX_JSON_FILE_BYTES} bytes, the most that is read; is it the right file?`,
    );
  }
  return parseJson(new TextDecoder().decode(bytes), path);
}

/** What to do about the errors that reading a file gives, by errno. */
const readHints: Readonly<Record<string, string | undefined>> = {
  EISDIR: ': it is a folder; name a file',
  EACCES: ': this user may not read it; check its owner and mode',
};

function noHint(): string {
  return ': there is no such file; check the path';
}

function readUpTo(path: string, bound: number): Uint8Array {
  const descriptor = openSync(path, 'r');
  try {
    // What a regular file has now; others, such as pipes, say 0 and are read until they end.
    let bytes = new Uint8Array(Math.min(fstatSync(descriptor).size + 1, bound));
    let length = 0;
    for (;;) {
      if (length === bytes.length) {
        if (length === bound) return bytes;
        const larger = new Uint8Array(Math.min(Math.max(2 * length, READ_BYTES), bound));
        larger.set(bytes);
        bytes = larger;
      }
      const count = readSync(descriptor, bytes, length, bytes.length - length, null);
      if (count === 0) return bytes.subarray(0, length);
      length += count;
    }
  } finally {
    closeSync(descriptor);
  }
}
