import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { AppExecution, Policy } from '@kanchi/runtime';
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

  const narrow = async (isAsked: boolean): Promise<void> => {
    const policy = readPolicy(path);
    if (policy === undefined || isClosed) return;
    onPolicy?.(policy);
    const running = apps();
    if (running.length === 0 && isAsked) tell(`${policy.source} read again: it holds for apps that start`);
    const atNs = BigInt(wallMs()) * NS_PER_MS;
    await Promise.all(
      running.map(async (app) => {
        const targets = await app.narrow({ policy, atNs });
        if (targets.length > 0) onRevoked?.(app.appName, targets, policy.source);
        if (targets.length > 0 || isAsked) tell(outcomeText(policy, app.appName, targets));
      }),
    );
  };
  const reload = (isAsked: boolean): void => {
    narrow(isAsked).catch((error: unknown) => {
      const { code, message } = error as { readonly code?: string; readonly message?: string };
      tell(`${code ?? 'KANCHI_INTERNAL'}: ${message}; what was allowed before still is`);
    });
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

function outcomeText(policy: Policy, appName: string, targets: readonly string[]): string {
  return targets.length === 0
    ? `${policy.source} read again: it takes nothing from ${appName}; more than before it gets when it is started again`
    : `${policy.source} took something of ${targets.join(', ')} from ${appName}: what was open is closed, outputs are at their safe levels`;
}

function notWatched(path: string, error: Error): string {
  return `${path} cannot be watched (${error.message}); after a change, send the command SIGHUP`;
}
