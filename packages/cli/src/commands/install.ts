import {
  type AuditSink,
  compareVersions,
  keyFingerprint,
  signerText,
  type TrustedKey,
  trustedKey,
} from '@kanchi/runtime';
import { openAudit } from '../audit/open-audit.ts';
import type { ConsoleIo } from '../console-io.ts';
import { CommandError } from '../error.ts';
import { oneLine } from '../one-line.ts';
import { AppStore, appStoreFolder } from '../package/app-store.ts';
import {
  type Ask,
  askOnTerminal,
  consentText,
  gainedPermissions,
  isYes,
  lookTwiceText,
  permissionChange,
} from '../package/consent.ts';
import { readTrustedKeys } from '../package/key-files.ts';
import { type ReadPackage, readPackageFile, requireSignature } from '../package/package-file.ts';
import { parseParameters } from '../parameters.ts';
import { readPolicy, requiresSignature } from '../policy-file.ts';

const optionKinds = {
  apps: 'string',
  yes: 'boolean',
  'allow-downgrade': 'boolean',
  'allow-key-change': 'boolean',
  'require-signature': 'boolean',
  'trusted-keys': 'string',
  policy: 'string',
  audit: 'string',
} as const;

/** `kanchi install`: puts a package among the installed apps, when somebody consents to what it may do. */
export async function runInstallCommand(
  parameters: readonly string[],
  io: ConsoleIo,
  ask: Ask = askOnTerminal,
): Promise<number> {
  const { values, positionals } = parseParameters('install', parameters, optionKinds);
  const [file, second] = positionals;
  if (file === undefined || second !== undefined) {
    throw new CommandError(
      'KANCHI_USAGE',
      second === undefined
        ? 'install what? kanchi install <package>; kanchi pack makes one'
        : `one package at a time, "${second}" is too many`,
    );
  }
  const content = readPackageFile(file);
  const trusted = readTrustedKeys(values['trusted-keys']);
  const policy = readPolicy(values.policy);
  if (values['require-signature'] === true || requiresSignature(policy, content.manifest.name)) {
    requireSignature(content, trusted, values['trusted-keys']);
  }
  const store = new AppStore(appStoreFolder(values.apps));
  const { manifest } = content;
  const { name, version } = manifest;
  const previous = store.has(name) ? store.read(name) : undefined;
  if (previous !== undefined && Buffer.from(previous.bytes).equals(content.bytes)) {
    io.out(`kanchi: ${name} ${version} is installed already, this very package\n`);
    return 0;
  }
  if (previous !== undefined) {
    checkReplacement(previous, content, trusted, {
      downgrade: values['allow-downgrade'] === true,
      keyChange: values['allow-key-change'] === true,
    });
  }
  store.checkRoom(name, content.bytes.length);
  const changes = permissionChange(previous?.manifest, manifest);
  io.out(
    `${titleText(previous, content, trusted)}\n${consentText(previous === undefined, changes)}${lookTwiceText(manifest, changes)}`,
  );
  if (values.yes !== true) await mustConsent(ask, [...parameters]);
  const audit = openAudit(values.audit, io);
  try {
    store.install(content, previous);
    recordInstall(content, previous, trusted, audit);
  } finally {
    audit.end();
  }
  io.out(
    `kanchi: ${name} ${version} installed; run it: kanchi run --app ${name} --board <board.json>${previous === undefined ? '' : '; what is running goes on as the old version'}\n`,
  );
  return 0;
}

function titleText(
  previous: ReadPackage | undefined,
  { manifest, signedBy }: ReadPackage,
  trusted: readonly TrustedKey[],
): string {
  const from = previous === undefined ? '' : `${previous.manifest.version} -> `;
  const description = manifest.description === undefined ? '' : `\n  ${oneLine(manifest.description)}`;
  return `kanchi: ${manifest.name} ${from}${manifest.version}, ${signerText(signedBy, trusted)}${description}`;
}

/** Throws CommandError KANCHI_DOWNGRADE, KANCHI_KEY_CHANGED where that was not allowed. */
function checkReplacement(
  previous: ReadPackage,
  next: ReadPackage,
  trusted: readonly TrustedKey[],
  allow: { readonly downgrade: boolean; readonly keyChange: boolean },
): void {
  const { name } = next.manifest;
  if (!allow.downgrade && compareVersions(next.manifest.version, previous.manifest.version) < 0) {
    throw new CommandError(
      'KANCHI_DOWNGRADE',
      `${next.source}: version ${next.manifest.version} of "${name}" is older than ${previous.manifest.version}, which is installed; an old version can have faults that were mended since; if you want it: --allow-downgrade`,
    );
  }
  // Whoever did not say who they are has no name to lose.
  if (allow.keyChange || previous.signedBy === undefined) return;
  const before = keyFingerprint(previous.signedBy);
  const now = next.signedBy === undefined ? undefined : keyFingerprint(next.signedBy);
  if (before === now) return;
  const nowText =
    now === undefined
      ? 'this package is not signed'
      : `this package is ${signerText(next.signedBy, trusted)}`;
  throw new CommandError(
    'KANCHI_KEY_CHANGED',
    `${next.source}: the installed ${name} ${previous.manifest.version} is ${signerText(previous.signedBy, trusted)}, and ${nowText}: it can be from somebody else; ask its author, and if they changed their key: --allow-key-change`,
  );
}

async function mustConsent(ask: Ask, parameters: readonly string[]): Promise<void> {
  const answer = await ask('Install it? [y/N] ');
  if (answer !== undefined && isYes(answer)) return;
  throw new CommandError(
    'KANCHI_CONSENT_MISSING',
    answer === undefined
      ? `nothing was installed: there is no terminal to ask at; read what it may do, and if you want that: kanchi install ${parameters.join(' ')} --yes`
      : 'nothing was installed: the answer was not y',
  );
}

function recordInstall(
  { manifest, signedBy, source }: ReadPackage,
  previous: ReadPackage | undefined,
  trusted: readonly TrustedKey[],
  audit: AuditSink,
): void {
  audit.record({
    kind: 'installed',
    app: manifest.name,
    version: manifest.version,
    previousVersion: previous?.manifest.version,
    source,
    signer:
      signedBy === undefined ? undefined : (trustedKey(signedBy, trusted)?.name ?? keyFingerprint(signedBy)),
    gained: gainedPermissions(previous?.manifest, manifest),
  });
}
