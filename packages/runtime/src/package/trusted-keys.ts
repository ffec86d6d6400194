import { RuntimeError } from '../error.ts';
import { keyFingerprint } from './signing-key.ts';

/** A key whose packages the host's owner accepts. */
export interface TrustedKey {
  /** What the owner calls it. */
  readonly name: string;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
}

/** Most keys that are trusted at a time. */
export const MAX_TRUSTED_KEYS = 256;

/** The trusted key that this one is; undefined when it is none. */
export function trustedKey(
  signedBy: Uint8Array | undefined,
  trusted: readonly TrustedKey[],
): TrustedKey | undefined {
  return signedBy === undefined
    ? undefined
    : trusted.find(({ publicKey }) => keyFingerprint(publicKey) === keyFingerprint(signedBy));
}

/** Who signed, for people: the name of the trusted key, or what is known of another one. */
export function signerText(signedBy: Uint8Array | undefined, trusted: readonly TrustedKey[]): string {
  if (signedBy === undefined) return 'not signed';
  const name = trustedKey(signedBy, trusted)?.name;
  return name === undefined
    ? `signed by a key that is not trusted here, ${keyFingerprint(signedBy)}`
    : `signed by "${name}", ${keyFingerprint(signedBy)}`;
}

/**
 * The key, one of the trusted ones. `source` names the package in errors, `advice` has the commands for them.
 *
 * Throws RuntimeError: KANCHI_SIGNATURE_MISSING, KANCHI_SIGNATURE_UNTRUSTED.
 */
export function requireTrustedKey(
  signedBy: Uint8Array | undefined,
  trusted: readonly TrustedKey[],
  {
    source,
    advice,
  }: { readonly source: string; readonly advice: { readonly sign: string; readonly trust: string } },
): TrustedKey {
  if (signedBy === undefined) {
    throw new RuntimeError(
      'KANCHI_SIGNATURE_MISSING',
      `${source}: not signed, and a signature is required here; ${advice.sign}`,
    );
  }
  const key = trustedKey(signedBy, trusted);
  if (key === undefined) {
    throw new RuntimeError(
      'KANCHI_SIGNATURE_UNTRUSTED',
      `${source}: signed by ${keyFingerprint(signedBy)}, and ${trusted.length === 0 ? 'no key is trusted here' : `only other keys are trusted here (${trusted.map(({ name }) => name).join(', ')})`}; ${advice.trust}`,
    );
  }
  return key;
}
