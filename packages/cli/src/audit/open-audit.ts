import type { AuditSink } from '@kanchi/runtime';
import type { ConsoleIo } from '../console-io.ts';
import { CommandError } from '../error.ts';
import { shown } from '../shown-path.ts';
import { AuditFile, reasonOf } from './audit-file.ts';
import { nodeFiles } from './node-files.ts';

/** An audit log, or none. */
export interface AuditSession extends AuditSink {
  /** Ends it, and says how many entries are missing. */
  end(): void;
}

/** A changed policy has taken these, kind and label, from an app. */
export function recordRevoked(app: string, targets: readonly string[], by: string, audit: AuditSink): void {
  for (const permission of targets) audit.record({ kind: 'revoked', app, permission, by, text: undefined });
}

/** What a path that is wrong gives; anything else may go away, and never keeps an app from running. */
const wrongPath: readonly string[] = ['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'ENAMETOOLONG', 'ELOOP'];

/**
 * The audit log that `--audit` names. Throws CommandError KANCHI_USAGE for a path that cannot be right; a disk that is
 * full or read-only is told and counted.
 */
export function openAudit(path: string | undefined, io: ConsoleIo): AuditSession {
  if (path === undefined) return { record: () => {}, end: () => {} };
  const file = new AuditFile({
    path,
    files: nodeFiles,
    wallNs: () => BigInt(Date.now()) * 1_000_000n,
    onFault: (reason) =>
      io.error(
        `kanchi: --audit: ${shown(path)} cannot be written (${reason}); the app goes on, entries are counted as lost until it can\n`,
      ),
  });
  try {
    file.open();
  } catch (error) {
    if (wrongPath.includes(reasonOf(error))) {
      throw new CommandError(
        'KANCHI_USAGE',
        `--audit: ${shown(path)} cannot be written (${reasonOf(error)}); name a file in a folder that exists and that this user may write to`,
        { cause: error },
      );
    }
    // The first entry tries again and tells.
  }
  return {
    record: (entry) => file.record(entry),
    end: () => {
      file.close();
      if (file.lostCount > 0) {
        io.error(`kanchi: --audit: ${file.lostCount} entries are missing in ${shown(path)}\n`);
      }
    },
  };
}
