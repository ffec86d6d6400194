import { dirname, resolve } from 'node:path';
import { effectiveGrants } from '@kanchi/runtime';
import { readApp } from '../app-files.ts';
import type { ConsoleIo } from '../console-io.ts';
import { CommandError } from '../error.ts';
import { appStoreFolder } from '../package/app-store.ts';
import { parseParameters } from '../parameters.ts';
import { serviceUnit } from '../service/service-unit.ts';
import { anyLineNames } from '../simulated-line-names.ts';

/** Whom a service runs as when it is not said. */
const DEFAULT_USER = 'kanchi';
/** useradd(8), "Caveats". */
const USER_NAME = /^[a-z_][a-z0-9_-]{0,31}$/u;

/** Options that name a file or folder, which the service gets with its full path. */
const pathOptions = ['manifest', 'board', 'trusted-keys', 'policy', 'audit'] as const;

/** `kanchi service`: prints a systemd unit that runs an app with no more rights than its permissions need. */
export function runServiceCommand(
  parameters: readonly string[],
  io: ConsoleIo,
  program: readonly string[] = [process.execPath, resolve(process.argv[1] ?? 'kanchi')],
): number {
  const { values, positionals } = parseParameters('service', parameters, {
    app: 'string',
    apps: 'string',
    manifest: 'string',
    board: 'string',
    'require-signature': 'boolean',
    'trusted-keys': 'string',
    policy: 'string',
    audit: 'string',
    user: 'string',
  });
  const [target, second] = positionals;
  if ((target === undefined) === (values.app === undefined) || second !== undefined) {
    throw new CommandError(
      'KANCHI_USAGE',
      'a service for which app? kanchi service <app.wasm, folder or package>, or kanchi service --app <name of an installed app>',
    );
  }
  const user = values.user ?? DEFAULT_USER;
  if (!USER_NAME.test(user)) {
    throw new CommandError('KANCHI_USAGE', `--user: "${user}" is no name of a user`);
  }
  const {
    manifest,
    board,
    policy: installed,
  } = readApp(
    {
      target,
      app: values.app,
      apps: values.apps,
      manifest: values.manifest,
      board: values.board,
      policy: values.policy,
      requireSignature: values['require-signature'] ?? false,
      trustedKeys: values['trusted-keys'],
    },
    // The unit is for the machine on which it will run.
    anyLineNames,
  );
  const audit = values.audit === undefined ? undefined : resolve(values.audit);
  const command = [
    ...program,
    'run',
    // The service's user has another folder of installed apps than who prints the unit: it is always named.
    ...(target === undefined
      ? ['--app', values.app as string, '--apps', appStoreFolder(values.apps)]
      : [resolve(target)]),
    ...pathOptions.flatMap((name) => {
      const value = values[name];
      return value === undefined ? [] : [`--${name}`, resolve(value)];
    }),
    ...(values['require-signature'] === true ? ['--require-signature'] : []),
    '--backend',
    'linux',
    '--quiet',
  ];
  const writablePaths = audit === undefined ? [] : [dirname(audit)];
  const { grants } = effectiveGrants(manifest, board, installed);
  io.out(serviceUnit({ manifest, board, grants, command, user, writablePaths }));
  return 0;
}
