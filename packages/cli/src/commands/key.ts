import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  createKeyPair,
  keyFingerprint,
  publicKeyText,
  RuntimeError,
  readPrivateKey,
  readPublicKey,
} from '@kanchi/runtime';
import type { ConsoleIo } from '../console-io.ts';
import { CommandError } from '../error.ts';
import { alignColumns } from '../live-table.ts';
import { nodeFileSteps } from '../package/atomic-file.ts';
import { DEFAULT_TRUSTED_KEYS, KEY_SUFFIX, readKeyText, readTrustedKeys } from '../package/key-files.ts';
import { isPackageFile, readPackageFile } from '../package/package-file.ts';
import { parseParameters } from '../parameters.ts';
import { shown } from '../shown-path.ts';

const PRIVATE_MODE = 0o600;
const PUBLIC_MODE = 0o644;
/** Names of trusted keys, which are names of files: letters, digits, and . _ - between them. */
const KEY_NAME_PATTERN = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/u;

/** `kanchi key`: the keys that packages are signed with, and those that are trusted. */
export function runKeyCommand(parameters: readonly string[], io: ConsoleIo): number {
  const [action = '', ...rest] = parameters;
  switch (action) {
    case 'create':
      return createKey(rest, io);
    case 'show':
      return showKey(rest, io);
    case 'trust':
      return trustKey(rest, io);
    case 'list':
      return listKeys(rest, io);
    default:
      throw new CommandError(
        'KANCHI_USAGE',
        `kanchi key create <file>, show <file>, trust <file> --name <name>, or list${action === '' ? '' : `; not "${action}"`}`,
      );
  }
}

function createKey(parameters: readonly string[], io: ConsoleIo): number {
  const { positionals } = parseParameters('key create', parameters, {});
  const path = resolve(onlyFile('kanchi key create <file>', positionals));
  const publicPath = path.endsWith(KEY_SUFFIX)
    ? `${path.slice(0, -KEY_SUFFIX.length)}.pub${KEY_SUFFIX}`
    : `${path}.pub`;
  const { privateKey, publicKey } = createKeyPair();
  if (existsSync(publicPath)) throw notWritten(publicPath, { code: 'EEXIST' });
  // The private one first: a public key without it is of no use to anybody.
  writeNewFile(path, privateKey, PRIVATE_MODE);
  writeNewFile(publicPath, publicKey, PUBLIC_MODE);
  io.out(
    `kanchi: private key in ${shown(path)}: keep it secret, keep a copy in a safe place\n` +
      `kanchi: public key in ${shown(publicPath)}: for those who are to trust it\n` +
      `${keyFingerprint(readPublicKey(publicKey, shown(publicPath)))}\n`,
  );
  return 0;
}

function showKey(parameters: readonly string[], io: ConsoleIo): number {
  const { positionals } = parseParameters('key show', parameters, {});
  const publicKey = publicKeyOf(onlyFile('kanchi key show <key.pem or package>', positionals), {
    ofPrivate: true,
  });
  io.out(`${keyFingerprint(publicKey)}\n${publicKeyText(publicKey)}`);
  return 0;
}

function trustKey(parameters: readonly string[], io: ConsoleIo): number {
  const { values, positionals } = parseParameters('key trust', parameters, {
    name: 'string',
    'trusted-keys': 'string',
  });
  const file = onlyFile('kanchi key trust <public key or package> --name <name>', positionals);
  const folder = resolve(values['trusted-keys'] ?? DEFAULT_TRUSTED_KEYS);
  const { name } = values;
  if (name === undefined || !KEY_NAME_PATTERN.test(name)) {
    throw new CommandError(
      'KANCHI_USAGE',
      `--name says what the key is called here: 1 to 64 letters, digits and . _ - between them${name === undefined ? '' : `, not "${name}"`}`,
    );
  }
  const publicKey = publicKeyOf(file, { ofPrivate: false });
  const fingerprint = keyFingerprint(publicKey);
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw notWritten(folder, error);
  }
  const known = readTrustedKeys(folder).find((key) => keyFingerprint(key.publicKey) === fingerprint);
  if (known !== undefined) {
    io.out(`kanchi: trusted already as "${known.name}"\n${fingerprint}\n`);
    return 0;
  }
  const path = join(folder, `${name}${KEY_SUFFIX}`);
  writeNewFile(path, publicKeyText(publicKey), PUBLIC_MODE);
  io.out(`kanchi: trusted as "${name}" from now on; to end that: rm ${shown(path)}\n${fingerprint}\n`);
  return 0;
}

function listKeys(parameters: readonly string[], io: ConsoleIo): number {
  const { values, positionals } = parseParameters('key list', parameters, { 'trusted-keys': 'string' });
  if (positionals[0] !== undefined) {
    throw new CommandError('KANCHI_USAGE', `kanchi key list takes no file, not "${positionals[0]}"`);
  }
  const keys = readTrustedKeys(values['trusted-keys']);
  io.out(
    keys.length === 0
      ? `kanchi: no key is trusted here (${values['trusted-keys'] ?? DEFAULT_TRUSTED_KEYS}); kanchi key trust <key.pem> --name <name>\n`
      : `${alignColumns(keys.map(({ name, publicKey }) => [name, keyFingerprint(publicKey)])).join('\n')}\n`,
  );
  return 0;
}

function onlyFile(usage: string, positionals: readonly string[]): string {
  const [file, second] = positionals;
  if (file === undefined || second !== undefined) throw new CommandError('KANCHI_USAGE', usage);
  return file;
}

/** The public key in a PEM file or of the signature of a package; of a private key only where the user's own key will do. */
function publicKeyOf(file: string, { ofPrivate }: { readonly ofPrivate: boolean }): Uint8Array {
  const path = resolve(file);
  if (!isPackageFile(path)) {
    const text = readKeyText(path);
    return ofPrivate && text.includes('PRIVATE KEY')
      ? readPrivateKey(text, shown(path)).publicKey
      : readPublicKey(text, shown(path));
  }
  const { signedBy } = readPackageFile(path);
  if (signedBy === undefined) {
    throw new RuntimeError('KANCHI_SIGNATURE_MISSING', `${shown(path)}: not signed, so it has no key`);
  }
  return signedBy;
}

/** Throws CommandError KANCHI_USAGE, also when there is a file of that name: a key is never overwritten. */
function writeNewFile(path: string, text: string, mode: number): void {
  try {
    nodeFileSteps.create(path, new TextEncoder().encode(text), mode);
    nodeFileSteps.sync(path);
    nodeFileSteps.syncFolder(dirname(path));
  } catch (error) {
    throw notWritten(path, error);
  }
}

function notWritten(path: string, error: unknown): CommandError {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  const hints: Readonly<Record<string, string | undefined>> = {
    EEXIST: 'there is one of that name, and keys are never overwritten; choose another name',
    ENOENT: 'its folder does not exist',
    EACCES: 'this user may not write there; run it as root (sudo), or name another place',
  };
  return new CommandError(
    'KANCHI_USAGE',
    `${shown(path)}: cannot be written (${code})${hints[code] === undefined ? '' : `: ${hints[code]}`}`,
    { cause: error },
  );
}
