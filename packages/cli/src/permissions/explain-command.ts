import { explainPermission } from '@kanchi/runtime';
import type { ConsoleIo } from '../console-io.ts';
import { CommandError } from '../error.ts';
import { manifestOf } from './manifest-of.ts';

/** `kanchi permissions explain`: all entries, or those of a kind, a label or a number. */
export function explainCommand(
  target: string,
  chosen: string | undefined,
  json: boolean,
  io: ConsoleIo,
): number {
  const { name, permissions } = manifestOf(target);
  const all = permissions.map((entry, index) => ({ index, ...explainPermission(entry) }));
  const some = all.filter(
    ({ index, kind, target: label }) =>
      chosen === undefined || [String(index), kind, label, `${kind}:${label}`].includes(chosen),
  );
  if (some.length === 0 && chosen !== undefined) {
    const have = [
      ...new Set(all.map(({ kind, target: label }) => (kind === label ? kind : `${kind}:${label}`))),
    ];
    throw new CommandError(
      'KANCHI_USAGE',
      `app "${name}" has no permission "${chosen}"; it has ${have.length === 0 ? 'none' : have.join(', ')}`,
    );
  }
  if (json) {
    for (const each of some) io.out(`${JSON.stringify(each)}\n`);
    return 0;
  }
  if (some.length === 0) {
    io.out(`app "${name}" has no permissions: it may do nothing\n`);
    return 0;
  }
  for (const { index, kind, level, may, worst, danger } of some) {
    io.out(
      `permissions[${index}], ${kind}, ${level}\n  It may ${may}.\n  At worst: ${worst}\n` +
        (danger === undefined ? '' : `  Look twice: ${danger}\n`),
    );
  }
  return 0;
}
