/**
 * The archive format "newc" of an initramfs: a header of 13 fields of 8 hexadecimal digits, the name, the content,
 * each padded to 4 bytes (kernel: Documentation/driver-api/early-userspace/buffer-format.rst). Archives may follow one
 * another in one initramfs; a later file replaces an earlier one of its name.
 */
const MAGIC = '070701';
const ALIGNMENT = 4;
const TRAILER = 'TRAILER!!!';

// inode(7): types of file in the mode word.
const REGULAR = 0o100_000;
const FOLDER = 0o040_000;
const LINK = 0o120_000;
const CHARACTER_DEVICE = 0o020_000;

/** One entry. Paths have no leading slash. */
export type ArchiveEntry =
  | { readonly kind: 'file'; readonly path: string; readonly content: Uint8Array; readonly mode: number }
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | { readonly kind: 'device'; readonly path: string; readonly major: number; readonly minor: number };

/** An archive of these entries, with the folders above them, in a fixed order and with no times: same input, same bytes. */
export function writeArchive(entries: readonly ArchiveEntry[]): Uint8Array {
  const all = withFolders(entries);
  const parts = [...all, undefined].flatMap((entry, index) => recordOf(entry, index + 1));
  return Buffer.concat(parts);
}

function withFolders(entries: readonly ArchiveEntry[]): ArchiveEntry[] {
  const byPath = new Map<string, ArchiveEntry>();
  for (const entry of entries) {
    const names = entry.path.split('/');
    for (let depth = 1; depth < names.length; depth += 1) {
      const path = names.slice(0, depth).join('/');
      if (!byPath.has(path)) byPath.set(path, { kind: 'folder', path });
    }
    byPath.set(entry.path, entry);
  }
  return [...byPath.values()];
}

function recordOf(entry: ArchiveEntry | undefined, inode: number): Uint8Array[] {
  const content = contentOf(entry);
  const device = entry?.kind === 'device' ? entry : { major: 0, minor: 0 };
  const name = Buffer.from(`${entry?.path ?? TRAILER}\0`);
  const fields = [
    inode,
    modeOf(entry),
    0, // owner: root
    0, // group: root
    1, // links
    0, // time of change
    content.length,
    0, // device that holds it: major
    0, // and minor
    device.major,
    device.minor,
    name.length,
    0, // checksum: none in this format
  ];
  const header = MAGIC + fields.map((field) => field.toString(16).padStart(8, '0')).join('');
  return [padded(Buffer.concat([Buffer.from(header), name])), padded(content)];
}

function contentOf(entry: ArchiveEntry | undefined): Uint8Array {
  if (entry?.kind === 'file') return entry.content;
  if (entry?.kind === 'link') return Buffer.from(entry.target);
  return new Uint8Array();
}

function modeOf(entry: ArchiveEntry | undefined): number {
  switch (entry?.kind) {
    case undefined:
      return 0;
    case 'file':
      return REGULAR | entry.mode;
    case 'folder':
      return FOLDER | 0o755;
    case 'link':
      return LINK | 0o777;
    case 'device':
      return CHARACTER_DEVICE | 0o600;
  }
}

function padded(bytes: Uint8Array): Uint8Array {
  const missing = (ALIGNMENT - (bytes.length % ALIGNMENT)) % ALIGNMENT;
  return missing === 0 ? bytes : Buffer.concat([bytes, new Uint8Array(missing)]);
}
