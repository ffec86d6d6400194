import { ruleText } from './gpio.ts';
import type { ClockGrant, Refusal } from './grant.ts';

export type ClockAction = 'monotonic' | 'wall' | 'sleep' | 'timer';

/** The one check for time. */
export function clockPermits(grant: ClockGrant | undefined, action: ClockAction): boolean {
  return grant?.[action] === true && !grant.revocation.revoked;
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
