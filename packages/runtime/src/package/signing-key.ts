import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { RuntimeError } from '../error.ts';
import { PUBLIC_KEY_BYTES } from './package-format.ts';

/** What SubjectPublicKeyInfo has before the 32 bytes of an Ed25519 key (RFC 8410 section 4). */
const SPKI_PREFIX = Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00);
/** Longest file of a key, bytes; those of OpenSSL have about 120. */
export const MAX_KEY_FILE_BYTES = 4096;

/** Signs packages. The private half of the key stays inside. */
export interface PackageSigner {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** 64 bytes, the same for the same message each time (RFC 8032). */
  sign(message: Uint8Array): Uint8Array;
}

/** A new pair of Ed25519 keys as PEM texts: PKCS #8 for the private one, SubjectPublicKeyInfo for the public one. */
export function createKeyPair(): { readonly privateKey: string; readonly publicKey: string } {
  return generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}

/** The private key in a PEM text. `source` names the file in errors. Throws RuntimeError KANCHI_KEY_INVALID. */
export function readPrivateKey(pem: string, source: string): PackageSigner {
  if (pem.includes('BEGIN PUBLIC KEY')) {
    throw keyInvalid(source, 'this is the public half of a key; sign with the private one');
  }
  if (pem.includes('ENCRYPTED')) {
    throw keyInvalid(
      source,
      'the key has a password, which is not supported; decrypt it first: openssl pkey -in <file> -out <file>',
    );
  }
  const key = parsed(() => createPrivateKey(pem), source, 'private');
  return {
    publicKey: rawPublicKey(createPublicKey(key)),
    sign: (message) => new Uint8Array(sign(null, message, key)),
  };
}

/** The 32 bytes of the public key in a PEM text. `source` names the file in errors. Throws RuntimeError KANCHI_KEY_INVALID. */
export function readPublicKey(pem: string, source: string): Uint8Array {
  // Node would take the public half of a private key without a word.
  if (pem.includes('PRIVATE KEY')) {
    throw keyInvalid(
      source,
      'this is a private key, which never leaves its owner; name its public half (kanchi key show prints it)',
    );
  }
  return rawPublicKey(parsed(() => createPublicKey(pem), source, 'public'));
}

/** A public key as PEM text, SubjectPublicKeyInfo. */
export function publicKeyText(publicKey: Uint8Array): string {
  return keyObject(publicKey).export({ type: 'spki', format: 'pem' }).toString();
}

/**
 * What people compare: `sha256:` and the SHA-256 of the key's SubjectPublicKeyInfo in DER, hexadecimal, as
 * `openssl pkey -pubin -in key.pem -outform DER | sha256sum` prints it.
 */
export function keyFingerprint(publicKey: Uint8Array): string {
  return `sha256:${createHash('sha256').update(SPKI_PREFIX).update(publicKey).digest('hex')}`;
}

/** Whether the signature is that of the key over the message. False for bytes that are no key or no signature. */
export function isSignedBy(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify(null, message, keyObject(publicKey), signature);
  } catch {
    return false;
  }
}

function keyObject(publicKey: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' });
}

function rawPublicKey(key: KeyObject): Uint8Array {
  return new Uint8Array(key.export({ type: 'spki', format: 'der' })).slice(-PUBLIC_KEY_BYTES);
}

function parsed(parse: () => KeyObject, source: string, half: 'private' | 'public'): KeyObject {
  let key: KeyObject;
  try {
    key = parse();
  } catch (error) {
    throw keyInvalid(source, `not a ${half} key in PEM; make one: kanchi key create <file>`, error);
  }
  if (key.asymmetricKeyType !== 'ed25519') {
    throw keyInvalid(
      source,
      `a key of the kind ${key.asymmetricKeyType}; packages are signed with Ed25519: kanchi key create <file>`,
    );
  }
  return key;
}

function keyInvalid(source: string, what: string, cause?: unknown): RuntimeError {
  return new RuntimeError('KANCHI_KEY_INVALID', `${source}: ${what}`, { cause });
}
