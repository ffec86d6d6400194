import { RuntimeError, signerText, type TrustedKey } from '@kanchi/runtime';
import { openAudit } from '../audit/open-audit.ts';
import type { ConsoleIo } from '../console-io.ts';
import { CommandError } from '../error.ts';
import { alignColumns } from '../live-table.ts';
import { oneLine } from '../one-line.ts';
import { AppStore, appStoreFolder } from '../package/app-store.ts';
import { readTrustedKeys } from '../package/key-files.ts';
import { parseParameters } from '../parameters.ts';
import { shown } from '../shown-path.ts';

/** `kanchi apps`: what is installed. Returns 3 when something of it cannot be read. */
export function runAppsCommand(parameters: readonly string[], io: ConsoleIo): number {
  const { values, positionals } = parseParameters('apps', parameters, {
    apps: 'string',
    'trusted-keys': 'string',
    json: 'boolean',
  });
  if (positionals[0] !== undefined) {
    throw new CommandError('KANCHI_USAGE', `kanchi apps takes no name, not "${positionals[0]}"`);
  }
  const store = new AppStore(appStoreFolder(values.apps));
  const trusted = readTrustedKeys(values['trusted-keys']);
  const reports = store.names().map((name) => reportOf(store, name, trusted));
  if (values.json === true) {
    for (const report of reports) io.out(`${JSON.stringify(report)}\n`);
  } else if (reports.length === 0) {
    io.out(`kanchi: nothing is installed in ${shown(store.folder)}; kanchi install <package>\n`);
  } else {
    const rows = reports.map((report) => [
      report.name,
      report.version ?? '?',
      `${report.bytes} bytes`,
      report.fault ?? report.signature ?? '',
    ]);
    io.out(`${alignColumns(rows).join('\n')}\n`);
  }
  return reports.some(({ fault }) => fault !== undefined) ? 3 : 0;
}

/** `kanchi uninstall`: takes an installed app away. */
export function runUninstallCommand(parameters: readonly string[], io: ConsoleIo): number {
  const { values, positionals } = parseParameters('uninstall', parameters, {
    apps: 'string',
    audit: 'string',
  });
  const [name, second] = positionals;
  if (name === undefined || second !== undefined) {
    throw new CommandError('KANCHI_USAGE', 'kanchi uninstall <name>; kanchi apps lists the names');
  }
  const store = new AppStore(appStoreFolder(values.apps));
  const version = store.has(name) ? reportOf(store, name, []).version : undefined;
  const audit = openAudit(values.audit, io);
  try {
    store.remove(name);
    audit.record({ kind: 'removed', app: name, version: version ?? '?' });
  } finally {
    audit.end();
  }
  const what = version === undefined ? name : `${name} ${version}`;
  io.out(
    `kanchi: ${what} is not installed any more; a run of it that has begun goes on until it is stopped\n`,
  );
  return 0;
}

interface AppReport {
  readonly name: string;
  readonly bytes: number;
  readonly version?: string;
  readonly signature?: string;
  /** Why the package cannot be run. */
  readonly fault?: string;
}

function reportOf(store: AppStore, name: string, trusted: readonly TrustedKey[]): AppReport {
  const bytes = store.byteLengthOf(name);
  try {
    const { manifest, signedBy } = store.read(name);
    return { name, bytes, version: manifest.version, signature: signerText(signedBy, trusted) };
  } catch (error) {
    if (!(error instanceof RuntimeError) && !(error instanceof CommandError)) throw error;
    return { name: oneLine(name), bytes, fault: `${error.code}: ${oneLine(error.message)}` };
  }
}
