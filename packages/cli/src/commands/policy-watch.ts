import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { AppExecution, Narrowing, Policy } from '@kanchi/runtime';
import type { ConsoleIo } from '../console-io.ts';
import { policyPath, readPolicy } from '../policy-file.ts';

/** An editor writes a file in several steps: it is read this long after the last one, milliseconds. */
const SETTLE_MS = 20;
const NS_PER_MS = 1_000_000n;

export interface PolicyWatchOptions {
  /** As it was named to the command; undefined for the default one. */
  readonly file: string | undefined;
  /** The apps that run at that time. */
  readonly apps: () => readonly Pick<AppExecution, 'appName' | 'narrow'>[];
  /** A line for whoever runs the apps. */
  readonly tell: (line: string) => void;
  /** The file was read again, whatever it takes from whom: for apps that are started later. */
  readonly onPolicy?: (policy: Policy) => void;
  /** What an app has lost, kind and label, and the file that took it. */
  readonly onRevoked?: (appName: string, targets: readonly string[], policy: string) => void;
  /** Wall time, milliseconds since 1970. */
  readonly wallMs?: () => number;
}

export interface PolicyWatch {
  /** Reads the file again now, and tells the outcome also when nothing is taken. */
  reload(): void;
  close(): void;
}

/**
 * Narrows the permissions of running apps whenever their policy file changes. What cannot be read changes nothing, and is
 * told: half a file, a file that is gone, a mistake in it.
 */
export function watchPolicy({
  file,
  apps,
  tell,
  onPolicy,
  onRevoked,
  wallMs = Date.now,
}: PolicyWatchOptions): PolicyWatch {
  const path = policyPath(file);
  let timer: NodeJS.Timeout | undefined;
  let watcher: FSWatcher | undefined;
  let isClosed = false;

  const narrow = async (
    app: Pick<AppExecution, 'appName' | 'narrow'>,
    narrowing: Narrowing,
    isAsked: boolean,
  ): Promise<void> => {
    const { appName } = app;
    const { source } = narrowing.policy;
    const { targets, closed } = app.narrow(narrowing);
    // Before the app's first refusal can come to this thread: a log has the cause before what it causes.
    if (targets.length > 0) onRevoked?.(appName, targets, source);
    try {
      await closed;
    } catch (error) {
      tell(
        `${takenText(source, appName, targets)}; what was open could not all be closed: ${faultText(error)}`,
      );
      return;
    }
    if (targets.length > 0) {
      tell(
        `${takenText(source, appName, targets)}: what was open is closed, outputs are at their safe levels`,
      );
    } else if (isAsked) {
      tell(
        `${source} read again: it takes nothing from ${appName}; more than before it gets when it is started again`,
      );
    }
  };
  const reload = (isAsked: boolean): void => {
    const tellRefused = (error: unknown): void =>
      tell(`${faultText(error)}; what was allowed before still is`);
    if (isClosed) return;
    let policy: Policy | undefined;
    try {
      policy = readPolicy(path);
    } catch (error) {
      tellRefused(error);
    }
    if (policy === undefined) return;
    onPolicy?.(policy);
    const running = apps();
    if (running.length === 0 && isAsked) tell(`${policy.source} read again: it holds for apps that start`);
    const narrowing = { policy, atNs: BigInt(wallMs()) * NS_PER_MS };
    for (const app of running) narrow(app, narrowing, isAsked).catch(tellRefused);
  };

  try {
    // The folder: most editors put a new file in the place of the old one.
    watcher = watch(dirname(path), (_event, name) => {
      if (name !== null && name !== basename(path)) return;
      clearTimeout(timer);
      timer = setTimeout(() => reload(false), SETTLE_MS);
    });
    watcher.on('error', (error) => tell(notWatched(path, error)));
  } catch (error) {
    tell(notWatched(path, error as Error));
  }
  return {
    reload: () => reload(true),
    close: () => {
      isClosed = true;
      clearTimeout(timer);
      watcher?.close();
    },
  };
}

/**
 * What SIGHUP does, where it does not mean the end: a terminal that goes away ends the apps; without one it is how a service is
 * told to read its files again.
 */
export function policyReload(
  watched: PolicyWatch | undefined,
  { isTerminal }: Pick<ConsoleIo, 'isTerminal'>,
): (() => void) | undefined {
  return isTerminal || watched === undefined ? undefined : () => watched.reload();
}

function takenText(source: string, appName: string, targets: readonly string[]): string {
  return `${source} took something of ${targets.join(', ')} from ${appName}`;
}

function faultText(error: unknown): string {
  const { code, message } = error as { readonly code?: string; readonly message?: string };
  return `${code ?? 'KANCHI_INTERNAL'}: ${message}`;
}

function notWatched(path: string, error: Error): string {
  return `${path} cannot be watched (${error.message}); after a change, send the command SIGHUP`;
}
