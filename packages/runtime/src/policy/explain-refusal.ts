import type { Board } from '../app/board.ts';
import { narrowedRefusal } from '../permission/denial.ts';
import type { Refusal } from '../permission/grant.ts';
import { denyPlaces, type EffectiveGrants } from './effective-grants.ts';

/** Most places in a file that one message names. */
const MAX_PLACES = 4;

/** `"apps.*.deny[0]" and "apps.*.deny[3]" of policy.json` */
export function placesText(places: readonly string[], source: string): string {
  const names = places.slice(0, MAX_PLACES).map((place) => `"${place}"`);
  const more = places.length > MAX_PLACES ? ` and ${places.length - MAX_PLACES} more` : '';
  return `${names.join(', ')}${more} of ${source}`;
}

/**
 * The refusal as it is told: with what to change in the file that refuses. That is the manifest where it does not grant the
 * call, otherwise the policy.
 */
export function explainRefusal(effective: EffectiveGrants, board: Board, refusal: Refusal): Refusal {
  const { asked, allowed, policy } = effective;
  const byManifest = policy === undefined ? refusal : refusal.under(asked);
  if (policy === undefined || byManifest !== undefined) {
    return narrowedRefusal(asked, byManifest ?? refusal);
  }
  const rule = 'the manifest asks for it, the policy of this machine does not allow it';
  const { permissions, source } = policy;
  if (permissions !== undefined && refusal.under(allowed) !== undefined) {
    const line = refusal.manifestLine;
    return {
      ...refusal,
      rule,
      advice:
        line === undefined
          ? `widen "${permissions.place}" of ${source}`
          : `add to "${permissions.place}" of ${source}: ${line}`,
    };
  }
  const places = denyPlaces(policy, `${refusal.kind}:${refusal.label}`, board);
  return places.length === 0
    ? {
        ...refusal,
        rule: 'the policy of this machine did not allow it when the app was started',
        advice: `${source} allows it by now: start the app again`,
      }
    : { ...refusal, rule, advice: `narrow or remove ${placesText(places, source)}` };
}
