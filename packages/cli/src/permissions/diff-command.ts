import { diffPermissions, permissionDifferencesText } from '@kanchi/runtime';
import type { ConsoleIo } from '../console-io.ts';
import { commandErrorTable } from '../error.ts';
import { manifestOf } from './manifest-of.ts';

/** `kanchi permissions diff`: 0 when the new manifest may do nothing that the old one may not. */
export function diffCommand(older: string, newer: string, json: boolean, io: ConsoleIo): number {
  const differences = diffPermissions(manifestOf(older), manifestOf(newer));
  if (json) {
    for (const difference of differences) io.out(`${JSON.stringify(difference)}\n`);
  } else {
    io.out(permissionDifferencesText(differences));
  }
  return differences.some(({ change }) => change === 'gained')
    ? commandErrorTable.KANCHI_PERMISSIONS.exitCode
    : 0;
}
