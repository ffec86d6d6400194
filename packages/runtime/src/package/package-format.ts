import { limitTable } from '../app/limits.ts';

/**
 * The layout of a package, all numbers unsigned 32 bits, little-endian; docs/packages.md is its specification.
 *
 *     0    8   magic
 *     8    4   format: 1
 *    12    4   signature: 0 none, 1 Ed25519
 *    16    4   number of parts: 2
 *    20   40   manifest: kind 1, length, SHA-256
 *    60   40   module: kind 2, length, SHA-256
 *   100   32   public key, when signed
 *   132   64   signature over the bytes before it, when signed
 *
 * Then the parts, in the order of the table, with nothing between or behind them.
 */

/** A first byte that is no text, the name, and a line end that a transfer as text would change. */
export const PACKAGE_MAGIC = Uint8Array.of(0x89, 0x4b, 0x41, 0x4e, 0x43, 0x48, 0x49, 0x0a);
export const PACKAGE_FORMAT = 1;
export const FORMAT_OFFSET = 8;
export const SIGNATURE_KIND_OFFSET = 12;
export const PART_COUNT_OFFSET = 16;
export const PART_TABLE_OFFSET = 20;
/** Kind, length, SHA-256. */
export const PART_ENTRY_BYTES = 40;
export const PART_COUNT = 2;
/** Kinds of parts, in their order in the file. */
export const PART_MANIFEST = 1;
export const PART_MODULE = 2;
export const SIGNATURE_NONE = 0;
export const SIGNATURE_ED25519 = 1;
/** What an unsigned package has before its parts. */
export const PART_TABLE_END = PART_TABLE_OFFSET + PART_COUNT * PART_ENTRY_BYTES;
/** Ed25519, RFC 8032 section 5.1: bytes of a public key and of a signature. */
export const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;

/** Longest manifest in a package, bytes; the largest of the examples has about 900. */
export const MAX_MANIFEST_BYTES = 1024 * 1024;
/** Longest module in a package, bytes: the most that a manifest can ask for. */
export const MAX_MODULE_BYTES = limitTable.moduleBytes.maximum;
/** Longest package, bytes. */
export const MAX_PACKAGE_BYTES =
  PART_TABLE_END + PUBLIC_KEY_BYTES + SIGNATURE_BYTES + MAX_MANIFEST_BYTES + MAX_MODULE_BYTES;

/** Whether a file means to be a package: it begins with the magic. */
export function isPackage(bytes: Uint8Array): boolean {
  return PACKAGE_MAGIC.every((byte, index) => bytes[index] === byte);
}

/** Where the parts begin. */
export function partsOffset(signed: boolean): number {
  return signed ? PART_TABLE_END + PUBLIC_KEY_BYTES + SIGNATURE_BYTES : PART_TABLE_END;
}
