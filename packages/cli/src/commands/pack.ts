import { lstatSync } from 'node:fs';
import { resolve } from 'node:path';
import { decodePackage, encodePackage, keyFingerprint } from '@kanchi/runtime';
import { readAppFolder } from '../app-files.ts';
import type { ConsoleIo } from '../console-io.ts';
import { CommandError } from '../error.ts';
import { replaceFile } from '../package/atomic-file.ts';
import { permissionChange } from '../package/consent.ts';
import { readSigningKey } from '../package/key-files.ts';
import { packageFileName } from '../package/package-file.ts';
import { parseParameters } from '../parameters.ts';
import { shown } from '../shown-path.ts';

/** `kanchi pack`: the module and the manifest of an app's folder as one file, signed when there is a key. */
export function runPackCommand(parameters: readonly string[], io: ConsoleIo): number {
  const { values, positionals } = parseParameters('pack', parameters, {
    key: 'string',
    output: 'string',
  });
  const [folder, second] = positionals;
  if (folder === undefined || second !== undefined) {
    throw new CommandError(
      'KANCHI_USAGE',
      second === undefined
        ? 'pack what? kanchi pack <folder of the app> [--key <private key>]'
        : `one app at a time, "${second}" is too many`,
    );
  }
  const signer = values.key === undefined ? undefined : readSigningKey(values.key);
  const bytes = encodePackage({ ...readAppFolder(folder), ...(signer === undefined ? {} : { signer }) });
  const { manifest, signedBy } = decodePackage(bytes, shown(resolve(folder)));
  // Throws for permissions that no board could grant: nobody could install them either.
  permissionChange(undefined, manifest);
  const output = resolve(values.output ?? packageFileName(manifest));
  writePackage(output, bytes);
  io.out(
    `kanchi: ${manifest.name} ${manifest.version} packed in ${shown(output)}, ${bytes.length} bytes, ${signedBy === undefined ? 'not signed' : `signed with ${keyFingerprint(signedBy)}`}\n`,
  );
  return 0;
}

/** Readable by all: a package holds no secret. */
const PACKAGE_MODE = 0o644;

function writePackage(path: string, bytes: Uint8Array): void {
  try {
    if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === false) {
      throw new CommandError(
        'KANCHI_USAGE',
        `--output: ${shown(path)} is there and no file; name another one`,
      );
    }
    replaceFile(path, bytes, { mode: PACKAGE_MODE });
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(
      'KANCHI_USAGE',
      `--output: ${shown(path)} cannot be written (${(error as NodeJS.ErrnoException).code ?? String(error)}); name a file in a folder that exists`,
      { cause: error },
    );
  }
}
