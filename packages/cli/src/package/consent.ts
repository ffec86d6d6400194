import { createInterface } from 'node:readline/promises';
import {
  diffPermissions,
  explainPermission,
  type Manifest,
  type PermissionDifference,
} from '@kanchi/runtime';

/** Asks a person at the terminal; undefined when there is none. */
export type Ask = (question: string) => Promise<string | undefined>;

/** Ctrl-C and the end of the input are an empty answer. */
export const askOnTerminal: Ask = async (question) => {
  if (process.stdin.isTTY !== true || process.stdout.isTTY !== true) return undefined;
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const closed = new Promise<undefined>((ended) => lines.once('close', () => ended(undefined)));
  try {
    const answer = await Promise.race([lines.question(question), closed]);
    // What is said next begins on a line of its own, also when no line was ended here.
    if (answer === undefined) process.stdout.write('\n');
    return answer ?? '';
  } finally {
    lines.close();
  }
};

/** What an app asks for that is new, or what changes with a new version. */
export function permissionChange(
  previous: Manifest | undefined,
  manifest: Manifest,
): readonly PermissionDifference[] {
  return diffPermissions(previous ?? { ...manifest, permissions: [], deny: [] }, manifest);
}

/** What it may and might not before, for the audit log. */
export function gainedPermissions(previous: Manifest | undefined, manifest: Manifest): readonly string[] {
  return permissionChange(previous, manifest)
    .filter(({ change }) => change === 'gained')
    .map(({ what }) => what);
}

/**
 * What is consented to, one permission a line and all of them: a list that stops early would hide some.
 */
export function consentText(isNew: boolean, changes: readonly PermissionDifference[]): string {
  const lines = (change: PermissionDifference['change'], sign: string, other: string): string =>
    changes
      .filter((difference) => difference.change === change)
      .map(
        ({ what, otherwise }) =>
          `  ${sign} ${what}${otherwise === undefined ? '' : ` (${other} ${otherwise})`}\n`,
      )
      .join('');
  const gained = lines('gained', '+', 'before:');
  const lost = lines('lost', '-', 'now:');
  if (isNew)
    return gained === '' ? 'It may do nothing but compute.\n' : `It may, and nothing else:\n${gained}`;
  if (gained === '' && lost === '') return 'It may do the same as before.\n';
  return (
    (gained === '' ? '' : `It may now, and might not before:\n${gained}`) +
    (lost === '' ? '' : `It may not any more:\n${lost}`)
  );
}

/**
 * What wants a second look, of all that concerns what was gained: why, and what it comes to at worst. Empty for nothing. An entry is told
 * as it stands, also where deny entries take some of it back.
 */
export function lookTwiceText(
  { permissions, deny }: Manifest,
  changes: readonly PermissionDifference[],
): string {
  const lines = permissions
    .map((entry) => explainPermission(entry))
    .filter(({ kind, target }) =>
      changes.some((gain) => gain.change === 'gained' && gain.kind === kind && gain.target === target),
    )
    .flatMap(({ kind, danger, worst }) => {
      if (danger === undefined) return [];
      const denied = deny.some((entry) => entry.kind === kind)
        ? ' Deny entries may take some of that back.'
        : '';
      return [`  ! ${kind}: ${danger} At worst: ${worst}${denied}\n`];
    });
  return lines.length === 0 ? '' : `Look twice:\n${lines.join('')}`;
}

/** Whether an answer is a yes; anything else is a no. */
export function isYes(answer: string): boolean {
  return /^\s*y(?:es)?\s*$/iu.test(answer);
}
