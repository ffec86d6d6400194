import { NS_PER_MS } from '@kanchi/hal';
import { printable } from '../printable.ts';
import { type AuditEntry, auditFields } from './audit-entry.ts';

/** Longest line with its end, bytes: what a pipe takes in one piece (PIPE_BUF of Linux, pipe(7)). */
export const MAX_AUDIT_LINE_BYTES = 4096;
/** Most texts of a list; the rest is left out, and the line says so. */
export const MAX_AUDIT_LIST = 64;

type Field = string | number | readonly string[] | undefined;

const encoder = new TextEncoder();

/**
 * One line of JSON with its end. Every character that could end the line or steer a terminal is escaped, whoever wrote it.
 * Where the line would be longer than MAX_AUDIT_LINE_BYTES, the longest texts are cut, and `cut` is true.
 *
 * `sequence` counts the entries of a log from 1, so that a missing line shows; `wallNs` is the time since 1970.
 */
export function auditLine(entry: AuditEntry, sequence: number, wallNs: bigint): string {
  const fields = new Map<string, Field>(
    auditFields[entry.kind].map((name) => [
      name,
      (entry as unknown as Readonly<Record<string, Field>>)[name],
    ]),
  );
  const head = { time: new Date(Number(wallNs / NS_PER_MS)).toISOString(), sequence, kind: entry.kind };
  let cut = false;
  for (const [name, value] of fields) {
    if (Array.isArray(value) && value.length > MAX_AUDIT_LIST) {
      fields.set(name, value.slice(0, MAX_AUDIT_LIST));
      cut = true;
    }
  }
  for (;;) {
    const line = `${printable(JSON.stringify({ ...head, ...Object.fromEntries(fields), ...(cut ? { cut } : {}) }))}\n`;
    if (encoder.encode(line).length <= MAX_AUDIT_LINE_BYTES) {
      return line;
    }
    halveLongest(fields);
    cut = true;
  }
}

/** The head alone is far below the limit, so that this ends before there is nothing left to halve. */
function halveLongest(fields: Map<string, Field>): void {
  const [longest] = [...fields].sort(([, one], [, other]) => lengthOf(other) - lengthOf(one));
  if (longest === undefined) {
    return;
  }
  const [name, value] = longest;
  if (typeof value === 'string') {
    fields.set(name, value.slice(0, value.length >> 1));
  } else if (Array.isArray(value)) {
    const texts: readonly string[] = value;
    const most = texts.reduce((sum, text) => sum + text.length, 0) / texts.length;
    const shorter = texts.map((text) => text.slice(0, Math.max(8, most >> 1)));
    fields.set(
      name,
      texts.length > 1 && lengthOf(shorter) === lengthOf(texts) ? texts.slice(0, texts.length >> 1) : shorter,
    );
  }
}

function lengthOf(value: Field): number {
  if (typeof value === 'string') {
    return value.length;
  }
  return Array.isArray(value) ? value.reduce((sum, text: string) => sum + text.length + 3, 0) : 0;
}
