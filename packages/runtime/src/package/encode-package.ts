import { createHash } from 'node:crypto';
import { parseManifest } from '../app/manifest.ts';
import { RuntimeError } from '../error.ts';
import { canonicalJson } from './canonical-json.ts';
import {
  FORMAT_OFFSET,
  MAX_MANIFEST_BYTES,
  MAX_MODULE_BYTES,
  PACKAGE_FORMAT,
  PACKAGE_MAGIC,
  PART_COUNT,
  PART_COUNT_OFFSET,
  PART_ENTRY_BYTES,
  PART_MANIFEST,
  PART_MODULE,
  PART_TABLE_END,
  PART_TABLE_OFFSET,
  partsOffset,
  SIGNATURE_ED25519,
  SIGNATURE_KIND_OFFSET,
  SIGNATURE_NONE,
} from './package-format.ts';
import type { PackageSigner } from './signing-key.ts';

/** What goes into a package. */
export interface PackageInput {
  /** The content of app.json, as JSON.parse gives it. */
  readonly manifest: unknown;
  /** The bytes of the module. They are not looked at here. */
  readonly module: Uint8Array;
  /** Names the manifest in errors. */
  readonly source: string;
  /** Signs the package; unsigned when left out. */
  readonly signer?: PackageSigner;
}

/**
 * The bytes of a package; the same for the same input each time.
 *
 * Throws RuntimeError: KANCHI_MANIFEST_INVALID; KANCHI_PACKAGE_INVALID for a manifest that is longer than
 * MAX_MANIFEST_BYTES; KANCHI_MODULE_TOO_LARGE.
 */
export function encodePackage({ manifest, module, source, signer }: PackageInput): Uint8Array {
  parseManifest(manifest, source);
  const manifestBytes = new TextEncoder().encode(canonicalJson(manifest));
  if (manifestBytes.length > MAX_MANIFEST_BYTES) {
    throw new RuntimeError(
      'KANCHI_PACKAGE_INVALID',
      `${source}: ${manifestBytes.length} bytes, a package takes a manifest of at most ${MAX_MANIFEST_BYTES}; shorten it`,
    );
  }
  if (module.length > MAX_MODULE_BYTES) {
    throw new RuntimeError(
      'KANCHI_MODULE_TOO_LARGE',
      `${source}: its module is longer than a module may be, at most ${MAX_MODULE_BYTES} bytes; strip it (wasm-ld --strip-all)`,
    );
  }
  const parts = [
    { kind: PART_MANIFEST, bytes: manifestBytes },
    { kind: PART_MODULE, bytes: module },
  ];
  let offset = partsOffset(signer !== undefined);
  const file = new Uint8Array(offset + manifestBytes.length + module.length);
  const view = new DataView(file.buffer);
  file.set(PACKAGE_MAGIC);
  view.setUint32(FORMAT_OFFSET, PACKAGE_FORMAT, true);
  view.setUint32(SIGNATURE_KIND_OFFSET, signer === undefined ? SIGNATURE_NONE : SIGNATURE_ED25519, true);
  view.setUint32(PART_COUNT_OFFSET, PART_COUNT, true);
  for (const [index, { kind, bytes }] of parts.entries()) {
    const entry = PART_TABLE_OFFSET + index * PART_ENTRY_BYTES;
    view.setUint32(entry, kind, true);
    view.setUint32(entry + 4, bytes.length, true);
    file.set(createHash('sha256').update(bytes).digest(), entry + 8);
    file.set(bytes, offset);
    offset += bytes.length;
  }
  if (signer !== undefined) {
    file.set(signer.publicKey, PART_TABLE_END);
    const signedEnd = PART_TABLE_END + signer.publicKey.length;
    file.set(signer.sign(file.subarray(0, signedEnd)), signedEnd);
  }
  return file;
}
