import { readFileSync } from 'node:fs';
import { type ArchiveEntry, writeArchive } from '../image/cpio.ts';

/** A file for the emulated machine. Paths there are absolute. */
export type PiFile =
  | { readonly path: string; readonly content: string | Uint8Array; readonly executable?: boolean }
  | { readonly path: string; readonly source: string; readonly executable?: boolean };

/** The archive that a boot appends to the root: the files, and what the first process reads. */
export function writePayload(
  script: string,
  modules: readonly string[],
  files: readonly PiFile[],
): Uint8Array {
  return writeArchive([
    ...files.map(entryOf),
    entryOf({ path: '/payload/run', content: script }),
    entryOf({ path: '/payload/modules', content: `${modules.join('\n')}\n` }),
  ]);
}

function entryOf(file: PiFile): ArchiveEntry {
  const content = 'source' in file ? readFileSync(file.source) : Buffer.from(file.content);
  return {
    kind: 'file',
    path: file.path.replace(/^\/+/u, ''),
    content,
    mode: file.executable === true ? 0o755 : 0o644,
  };
}
