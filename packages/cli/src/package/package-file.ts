import { extname, resolve } from 'node:path';
import {
  decodePackage,
  isPackage,
  MAX_PACKAGE_BYTES,
  PACKAGE_MAGIC,
  type PackageContent,
  requireTrustedKey,
  type TrustedKey,
} from '@kanchi/runtime';
import { readInputFile, statOf } from '../input-file.ts';
import { shown } from '../shown-path.ts';

export const PACKAGE_SUFFIX = '.kanchi';

/** A package file, checked. */
export interface ReadPackage extends PackageContent {
  readonly bytes: Uint8Array;
  /** What errors call it. */
  readonly source: string;
}

/** Whether the name or the first bytes of a file say that it is a package. */
export function isPackageFile(path: string): boolean {
  return (
    extname(path) === PACKAGE_SUFFIX ||
    (isRegularFile(path) && isPackage(readInputFile(path, PACKAGE_MAGIC.length)))
  );
}

/** A pipe can be read once only. */
function isRegularFile(path: string): boolean {
  return statOf(path)?.isFile() === true;
}

/** Reads a package. Throws RuntimeError KANCHI_FILE_NOT_FOUND and those of decodePackage. */
export function readPackageFile(file: string): ReadPackage {
  const path = resolve(file);
  const bytes = readInputFile(path, MAX_PACKAGE_BYTES);
  const source = shown(path);
  return { ...decodePackage(bytes, source), bytes, source };
}

/**
 * Refuses a package that no trusted key signed, with the command that signs it or trusts its key.
 *
 * Throws RuntimeError: KANCHI_SIGNATURE_MISSING, KANCHI_SIGNATURE_UNTRUSTED.
 */
export function requireSignature(
  { signedBy, source }: Pick<ReadPackage, 'signedBy' | 'source'>,
  trusted: readonly TrustedKey[],
  trustedPlace: string | undefined,
): void {
  const place = trustedPlace === undefined ? '' : ` --trusted-keys ${trustedPlace}`;
  requireTrustedKey(signedBy, trusted, {
    source,
    advice: {
      sign: 'whoever has the app signs it with: kanchi pack <its folder> --key <private key>',
      trust: `compare that with what its author tells, and when you trust them: kanchi key trust ${source} --name <name for the key>${place}`,
    },
  });
}

/** `lamp-1.0.0.kanchi` */
export function packageFileName({
  name,
  version,
}: {
  readonly name: string;
  readonly version: string;
}): string {
  return `${name}-${version}${PACKAGE_SUFFIX}`;
}
