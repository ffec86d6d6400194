import { observed } from './access.ts';
import { ruleText } from './gpio.ts';
import type { LogGrant, Refusal } from './grant.ts';

/** The one check for log lines and the standard streams; the bytes per second are the log's own budget. */
export function logPermits(grant: LogGrant | undefined): boolean {
  return (
    grant !== undefined &&
    !grant.revocation.revoked &&
    (grant.observer === undefined || observed(grant, { kind: 'log' }))
  );
}

export function logRefusal(grant: LogGrant | undefined): Refusal {
  return {
    kind: 'log',
    label: 'log',
    resource: 'log',
    rule: ruleText(grant, 'log', 'app', 'write'),
    manifestLine: grant?.revocation.revoked === true ? undefined : JSON.stringify({ kind: 'log' }),
    under: ({ log }) => (logPermits(log) ? undefined : logRefusal(log)),
  };
}
