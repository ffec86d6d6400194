import { millisecondsToNs } from '@kanchi/hal';
import { observed } from './access.ts';
import { ruleText } from './gpio.ts';
import type { ClockGrant, Refusal } from './grant.ts';
import { MIN_TIMER_INTERVAL_MS } from './limits.ts';

const MIN_TIMER_INTERVAL_NS = millisecondsToNs(MIN_TIMER_INTERVAL_MS);

export type ClockAction = 'monotonic' | 'wall' | 'sleep' | 'timer';

/** The one check for time. */
export function clockPermits(grant: ClockGrant | undefined, action: ClockAction): boolean {
  return (
    grant !== undefined &&
    ((grant[action] && !grant.revocation.revoked) || observed(grant, { kind: 'clock', action }))
  );
}

/** The check for the interval of a timer: what the app gets for what it asks, no shorter than granted. */
export function grantedInterval(grant: ClockGrant, askedNs: bigint): bigint {
  const shortestNs =
    askedNs < grant.minimumIntervalNs && observed(grant, { kind: 'clock', intervalNs: askedNs })
      ? MIN_TIMER_INTERVAL_NS
      : grant.minimumIntervalNs;
  return askedNs < shortestNs ? shortestNs : askedNs;
}

export function clockRefusal(grant: ClockGrant | undefined, action: ClockAction): Refusal {
  return {
    kind: 'clock',
    label: 'clock',
    resource: `clock "${action}"`,
    rule: ruleText(grant, 'clock', 'app', action),
    manifestLine:
      grant?.revocation.revoked === true ? undefined : JSON.stringify({ kind: 'clock', actions: [action] }),
    under: ({ clock }) => (clockPermits(clock, action) ? undefined : clockRefusal(clock, action)),
  };
}
