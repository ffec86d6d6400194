import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RuntimeError } from '../error.ts';
import {
  createKeyPair,
  isSignedBy,
  keyFingerprint,
  publicKeyText,
  readPrivateKey,
  readPublicKey,
} from './signing-key.ts';
import { requireTrustedKey, signerText, trustedKey } from './trusted-keys.ts';

/** Written by openssl from the first key of RFC 8032 section 7.1. */
const PUBLIC_TEXT =
  '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n';
/** Printed by `openssl pkey -pubin -outform DER | sha256sum`. */
const FINGERPRINT = 'sha256:06e3fd8fda29bb60ab59557de61edb0aecdb231134be30e75b455f8e1b792fa9';
const publicKey = readPublicKey(PUBLIC_TEXT, 'key.pem');

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(RuntimeError);
    return `${(error as RuntimeError).code}: ${(error as RuntimeError).message}`;
  }
  throw new Error('was taken');
}

describe('keys', () => {
  it('are those of openssl: text, bytes and fingerprint', () => {
    expect(Buffer.from(publicKey).toString('hex')).toBe(
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    );
    expect(publicKeyText(publicKey)).toBe(PUBLIC_TEXT);
    expect(keyFingerprint(publicKey)).toBe(FINGERPRINT);
  });

  it('come in pairs, each a new one', () => {
    const [one, other] = [createKeyPair(), createKeyPair()];
    expect(one.privateKey).not.toBe(other.privateKey);
    const signer = readPrivateKey(one.privateKey, 'x');
    expect(publicKeyText(signer.publicKey)).toBe(one.publicKey);
    const message = Uint8Array.of(1, 2, 3);
    expect(isSignedBy(signer.publicKey, message, signer.sign(message))).toBe(true);
    expect(isSignedBy(readPublicKey(other.publicKey, 'x'), message, signer.sign(message))).toBe(false);
    expect(isSignedBy(signer.publicKey, message, new Uint8Array(3))).toBe(false);
    expect(isSignedBy(new Uint8Array(3), message, signer.sign(message))).toBe(false);
  });

  const { privateKey, publicKey: publicText } = createKeyPair();
  const rsa = generateKeyPairSync('rsa', {
    modulusLength: 1024,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const locked = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });

  it.each<[string, () => unknown, string]>([
    ['a public key to sign with', () => readPrivateKey(publicText, 'k.pem'), 'sign with the private one'],
    ['a private key to trust', () => readPublicKey(privateKey, 'k.pem'), 'never leaves its owner'],
    ['a locked key to trust', () => readPublicKey(locked.privateKey, 'k.pem'), 'never leaves its owner'],
    ['a locked key to sign with', () => readPrivateKey(locked.privateKey, 'k.pem'), 'openssl pkey -in'],
    ['an RSA key to sign with', () => readPrivateKey(rsa.privateKey, 'k.pem'), 'of the kind rsa'],
    ['an RSA key to trust', () => readPublicKey(rsa.publicKey, 'k.pem'), 'of the kind rsa'],
    ['no key to sign with', () => readPrivateKey('', 'k.pem'), 'not a private key in PEM'],
    ['no key to trust', () => readPublicKey('hello', 'k.pem'), 'not a public key in PEM'],
  ])('refuse %s', (_, action, says) => {
    expect(refusal(action)).toMatch(/^KANCHI_KEY_INVALID: k\.pem: /u);
    expect(refusal(action)).toContain(says);
  });
});

describe('trust', () => {
  const other = readPublicKey(createKeyPair().publicKey, 'x');
  const trusted = [
    { name: 'other', publicKey: other },
    { name: 'workshop', publicKey },
  ];
  const at = { source: 'lamp.kanchi', advice: { sign: 'sign it', trust: 'trust it' } };

  it('is for the keys that are named, and tells the name', () => {
    expect(trustedKey(publicKey, trusted)?.name).toBe('workshop');
    expect(requireTrustedKey(publicKey, trusted, at).name).toBe('workshop');
    expect(signerText(publicKey, trusted)).toBe(`signed by "workshop", ${FINGERPRINT}`);
  });

  it('is not for other keys, and not for no key', () => {
    expect(signerText(publicKey, [])).toBe(`signed by a key that is not trusted here, ${FINGERPRINT}`);
    expect(signerText(undefined, trusted)).toBe('not signed');
    expect(trustedKey(undefined, trusted)).toBeUndefined();
    expect(refusal(() => requireTrustedKey(publicKey, trusted.slice(0, 1), at))).toBe(
      `KANCHI_SIGNATURE_UNTRUSTED: lamp.kanchi: signed by ${FINGERPRINT}, and only other keys are trusted here (other); trust it`,
    );
    expect(refusal(() => requireTrustedKey(publicKey, [], at))).toContain(
      'and no key is trusted here; trust it',
    );
    expect(refusal(() => requireTrustedKey(undefined, trusted, at))).toBe(
      'KANCHI_SIGNATURE_MISSING: lamp.kanchi: not signed, and a signature is required here; sign it',
    );
  });
});
