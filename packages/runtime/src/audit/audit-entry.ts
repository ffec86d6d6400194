import type { AppExitReason } from '../app/app-exit.ts';
import type { RuntimeErrorCode } from '../error.ts';

/**
 * What the audit log says, one entry for each thing that happened. Texts may hold what a guest or a file wrote: whoever
 * writes a line makes it safe. docs/audit.md has the same kinds and fields; a test keeps them equal.
 */
export type AuditEntry =
  | {
      readonly kind: 'app-started';
      readonly app: string;
      readonly version: string;
      /** Name of the board. */
      readonly board: string;
      /** What it runs on, e.g. `mock` or `linux`. */
      readonly backend: string;
    }
  | {
      readonly kind: 'app-ended';
      readonly app: string;
      readonly reason: AppExitReason;
      readonly exitCode: number;
      readonly code: RuntimeErrorCode | undefined;
      /** Why, in words; undefined when there is nothing to say. */
      readonly text: string | undefined;
      /** Refused calls of the whole run. */
      readonly denials: number;
    }
  /** The first refusal by a rule. */
  | { readonly kind: 'denied'; readonly app: string; readonly text: string }
  /** At the end of the app: how often a rule refused. */
  | { readonly kind: 'denied-count'; readonly app: string; readonly text: string; readonly count: number }
  | {
      readonly kind: 'limit-hit';
      readonly app: string;
      /** As the manifest calls it, e.g. `limits.eventQueueDepth`. */
      readonly limit: string;
      /** How much was refused, dropped or cut off, in the unit of the limit. */
      readonly count: number;
      readonly text: string | undefined;
    }
  | {
      readonly kind: 'installed';
      readonly app: string;
      readonly version: string;
      /** Version that was there before; undefined for a new app. */
      readonly previousVersion: string | undefined;
      /** File or address that it came from. */
      readonly source: string;
      /** Whose signature it has; undefined when it has none. */
      readonly signer: string | undefined;
      /** What it may now and might not before (`PermissionDifference.what`). */
      readonly gained: readonly string[];
    }
  | { readonly kind: 'removed'; readonly app: string; readonly version: string }
  | {
      readonly kind: 'revoked';
      readonly app: string;
      /** Kind and label, e.g. `gpio:lamp`. */
      readonly permission: string;
      /** Who asked for it, e.g. a user or a policy file. */
      readonly by: string;
      readonly text: string | undefined;
    }
  /** Entries that could not be written, noted with the first one that could again. */
  | { readonly kind: 'lost'; readonly count: number; readonly text: string };

export type AuditKind = AuditEntry['kind'];

type FieldsOf<Kind extends AuditKind> = readonly Exclude<
  keyof Extract<AuditEntry, { readonly kind: Kind }>,
  'kind'
>[];

/** The fields of each kind, in the order in which a line has them. */
export const auditFields: { readonly [Kind in AuditKind]: FieldsOf<Kind> } = {
  'app-started': ['app', 'version', 'board', 'backend'],
  'app-ended': ['app', 'reason', 'exitCode', 'code', 'text', 'denials'],
  denied: ['app', 'text'],
  'denied-count': ['app', 'text', 'count'],
  'limit-hit': ['app', 'limit', 'count', 'text'],
  installed: ['app', 'version', 'previousVersion', 'source', 'signer', 'gained'],
  removed: ['app', 'version'],
  revoked: ['app', 'permission', 'by', 'text'],
  lost: ['count', 'text'],
};

/** Takes note of what happened. Never throws, whatever becomes of the entry. */
export interface AuditSink {
  record(entry: AuditEntry): void;
}

/** For who keeps no audit log. */
export const noAudit: AuditSink = { record: () => {} };
