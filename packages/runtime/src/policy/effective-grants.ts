import type { Board } from '../app/board.ts';
import type { Manifest } from '../app/manifest.ts';
import {
  buildGrants,
  grantsOfEntries,
  missingLabel,
  type PermissionEntries,
  targetsOf,
} from '../permission/build-grants.ts';
import type { EntrySource } from '../permission/entry-source.ts';
import type { Grants } from '../permission/grant.ts';
import { intersectGrants } from './intersect-grants.ts';
import { type AppPolicy, type PlacedEntry, type Policy, policyForApp } from './policy.ts';

/** What an app may do, and the steps on the way to it, which tell who refuses what is not there. */
export interface EffectiveGrants {
  /** What counts: never more than `asked`. */
  readonly grants: Grants;
  /** What the manifest says. */
  readonly asked: Grants;
  /** What is left of that under the policy's "permissions", before its "deny". */
  readonly allowed: Grants;
  /** What the policy says about this app; undefined without one. */
  readonly policy: AppPolicy | undefined;
  /** A line for each entry of the policy that has no effect, because the board lacks its label. */
  readonly ignoredEntries: readonly string[];
}

/**
 * What the app may do: what its manifest asks for, as far as the policy of the machine lets it. The one place where the two
 * meet; a policy takes away and never adds.
 *
 * Throws RuntimeError as `buildGrants` does for the manifest, KANCHI_POLICY_INVALID for the policy. A label of the policy
 * that the board lacks is no error, since one policy serves many boards: see `ignoredEntries`.
 */
export function effectiveGrants(
  manifest: Manifest,
  board: Board,
  policy: Policy | undefined,
): EffectiveGrants {
  const asked = buildGrants(manifest, board);
  if (policy === undefined) {
    // Two of them: what counts can be revoked, what was asked for cannot.
    const grants = buildGrants(manifest, board);
    return { grants, asked, allowed: asked, policy: undefined, ignoredEntries: [] };
  }
  const forApp = policyForApp(policy, manifest.name);
  const { permissions, deny } = forApp;
  const source: EntrySource = {
    code: 'KANCHI_POLICY_INVALID',
    subject: `${policy.source}: app "${manifest.name}"`,
  };
  const ignoredEntries: string[] = [];
  const known = <Value extends Parameters<typeof missingLabel>[0]>(
    entries: readonly PlacedEntry<Value>[],
  ): Value[] =>
    entries.flatMap(({ place, value }) => {
      const missing = missingLabel(value, board);
      if (missing === undefined) return [value];
      ignoredEntries.push(`"${place}" of ${policy.source} has no effect here: it ${missing}`);
      return [];
    });
  const listed = permissions?.value.map((value, index) => ({
    place: `${permissions.place}[${index}]`,
    value,
  }));
  const entries: PermissionEntries = {
    permissions: listed === undefined ? manifest.permissions : known(listed),
    deny: known(deny),
  };
  const under = (list: PermissionEntries): Grants =>
    intersectGrants(asked, grantsOfEntries(list, board, source));
  return {
    grants: under(entries),
    asked,
    allowed: listed === undefined ? asked : under({ ...entries, deny: [] }),
    policy: forApp,
    ignoredEntries,
  };
}

/** The deny entries of a policy that take something from a target (`kind:label`), by their place in the file. */
export function denyPlaces({ deny }: AppPolicy, target: string, board: Board): string[] {
  return deny
    .filter(
      ({ value }) => missingLabel(value, board) === undefined && targetsOf(value, board).includes(target),
    )
    .map(({ place }) => place);
}
