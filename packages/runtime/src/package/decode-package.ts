import { createHash } from 'node:crypto';
import { type Manifest, parseManifest } from '../app/manifest.ts';
import { RuntimeError } from '../error.ts';
import { canonicalJson } from './canonical-json.ts';
import {
  FORMAT_OFFSET,
  isPackage,
  MAX_MANIFEST_BYTES,
  MAX_MODULE_BYTES,
  MAX_PACKAGE_BYTES,
  PACKAGE_FORMAT,
  PART_COUNT,
  PART_COUNT_OFFSET,
  PART_ENTRY_BYTES,
  PART_MANIFEST,
  PART_MODULE,
  PART_TABLE_END,
  PART_TABLE_OFFSET,
  PUBLIC_KEY_BYTES,
  partsOffset,
  SIGNATURE_ED25519,
  SIGNATURE_KIND_OFFSET,
  SIGNATURE_NONE,
} from './package-format.ts';
import { isSignedBy } from './signing-key.ts';

/** What a package has in it, all of it checked but the module. */
export interface PackageContent {
  readonly manifest: Manifest;
  /** The manifest as it is in the package: JSON in its one spelling, without the defaults. */
  readonly manifestText: string;
  /** Bytes of the module, a view of the package. Not compiled yet. */
  readonly module: Uint8Array;
  /** The public key (32 bytes) whose signature was verified; undefined when unsigned. Whether to trust it is another question. */
  readonly signedBy: Uint8Array | undefined;
}

const partNames: Readonly<Record<number, string | undefined>> = {
  [PART_MANIFEST]: 'manifest',
  [PART_MODULE]: 'module',
};
/** The parts of a package in their order, with the most bytes of each. */
const parts = [
  { kind: PART_MANIFEST, maximumBytes: MAX_MANIFEST_BYTES },
  { kind: PART_MODULE, maximumBytes: MAX_MODULE_BYTES },
] as const;

/**
 * Takes a package apart. There is one way to read a package: every byte of it is accounted for, and what this does not
 * know is refused. A signature that is there is verified, before the parts are looked at. `source` names the file in errors.
 *
 * Throws RuntimeError: KANCHI_PACKAGE_INVALID, KANCHI_SIGNATURE_INVALID, KANCHI_MANIFEST_INVALID.
 */
export function decodePackage(file: Uint8Array, source: string): PackageContent {
  const invalid = (what: string, cause?: unknown): RuntimeError =>
    new RuntimeError('KANCHI_PACKAGE_INVALID', `${source}: ${what}`, { cause });
  if (!isPackage(file)) {
    throw invalid(
      'not a package (it does not begin with the bytes 89 4b 41 4e 43 48 49 0a); make one: kanchi pack',
    );
  }
  if (file.length < PART_TABLE_END) throw invalid(truncated(file.length, PART_TABLE_END));
  if (file.length > MAX_PACKAGE_BYTES)
    throw invalid(`longer than ${MAX_PACKAGE_BYTES} bytes, the most that a package has`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const format = view.getUint32(FORMAT_OFFSET, true);
  if (format !== PACKAGE_FORMAT) {
    throw invalid(`a package of format ${format}, this Kanchi reads format ${PACKAGE_FORMAT}; pack it again`);
  }
  const signatureKind = view.getUint32(SIGNATURE_KIND_OFFSET, true);
  if (signatureKind !== SIGNATURE_NONE && signatureKind !== SIGNATURE_ED25519) {
    throw invalid(`a signature of the kind ${signatureKind}; there are 0 (none) and 1 (Ed25519)`);
  }
  const lengths = readLengths(view, invalid);
  const signed = signatureKind === SIGNATURE_ED25519;
  const start = partsOffset(signed);
  const end = start + lengths.manifest + lengths.module;
  if (file.length < end) throw invalid(truncated(file.length, end));
  if (file.length > end) {
    throw invalid(`${file.length - end} bytes behind its end; a package has nothing behind its module`);
  }
  const signedBy = signed ? verified(file, start, source) : undefined;
  const moduleStart = start + lengths.manifest;
  const manifestBytes = file.subarray(start, moduleStart);
  const module = file.subarray(moduleStart);
  for (const [index, bytes] of [manifestBytes, module].entries()) {
    const hash = PART_TABLE_OFFSET + index * PART_ENTRY_BYTES + 8;
    if (
      !createHash('sha256')
        .update(bytes)
        .digest()
        .equals(file.subarray(hash, hash + 32))
    ) {
      throw invalid(
        `its ${partNames[parts[index]?.kind ?? 0]} is not the one that was packed (SHA-256 differs); copy the package again`,
      );
    }
  }
  return { ...readManifest(manifestBytes, source, invalid), module, signedBy };
}

type Invalid = (what: string, cause?: unknown) => RuntimeError;

function readLengths(
  view: DataView,
  invalid: Invalid,
): { readonly manifest: number; readonly module: number } {
  const count = view.getUint32(PART_COUNT_OFFSET, true);
  if (count !== PART_COUNT) throw invalid(`${count} parts; a package has ${PART_COUNT}, manifest and module`);
  const [manifest = 0, module = 0] = parts.map(({ kind, maximumBytes }, index) => {
    const entry = PART_TABLE_OFFSET + index * PART_ENTRY_BYTES;
    const found = view.getUint32(entry, true);
    if (found !== kind) {
      throw invalid(
        `part ${index + 1} is ${partNames[found] ?? `of the unknown kind ${found}`}, not the ${partNames[kind]}; a package has each once, in this order`,
      );
    }
    const length = view.getUint32(entry + 4, true);
    if (length > maximumBytes) {
      throw invalid(`its ${partNames[kind]} has ${length} bytes, at most ${maximumBytes} are read`);
    }
    return length;
  });
  return { manifest, module };
}

/** The key that signed the bytes before the signature, which has its end at `end`. */
function verified(file: Uint8Array, end: number, source: string): Uint8Array {
  const signedEnd = PART_TABLE_END + PUBLIC_KEY_BYTES;
  const publicKey = file.slice(PART_TABLE_END, signedEnd);
  if (!isSignedBy(publicKey, file.subarray(0, signedEnd), file.subarray(signedEnd, end))) {
    throw new RuntimeError(
      'KANCHI_SIGNATURE_INVALID',
      `${source}: the signature is not over this package: it was changed after it was signed, or damaged; get it again from its author`,
    );
  }
  return publicKey;
}

function readManifest(
  bytes: Uint8Array,
  source: string,
  invalid: Invalid,
): { readonly manifest: Manifest; readonly manifestText: string } {
  let manifestText: string;
  let json: unknown;
  try {
    // A byte order mark stays, and is no JSON.
    manifestText = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    json = JSON.parse(manifestText);
  } catch (error) {
    throw invalid('its manifest is not JSON in UTF-8', error);
  }
  const manifest = parseManifest(json, `${source}, its manifest`);
  if (canonicalJson(json) !== manifestText) {
    throw invalid(
      'its manifest is not in the one spelling that a package has (RFC 8785), so that readers could see different things in it; pack it again',
    );
  }
  return { manifest, manifestText };
}

function truncated(length: number, least: number): string {
  return `cut off: ${length} bytes, and it says that it has ${least}; copy it again`;
}
