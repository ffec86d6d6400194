import { observed } from './access.ts';
import type { ConnectionGrant, ConnectionTarget, Refusal } from './grant.ts';
import { MAX_HOST_LENGTH } from './limits.ts';
import { HOST_PATTERN } from './service-names.ts';

/** The one check for network connections: exact protocol, host and port. */
export function connectionPermits(grant: ConnectionGrant | undefined, target: ConnectionTarget): boolean {
  return (
    grant !== undefined &&
    ((!grant.revocation.revoked && grant.targets.some((granted) => isSameTarget(granted, target))) ||
      observed(grant, { kind: 'connection', target }))
  );
}

/** Whether a permission can name the far end. */
export function isGrantable({ host, port }: ConnectionTarget): boolean {
  return HOST_PATTERN.test(host) && host.length <= MAX_HOST_LENGTH && port > 0;
}

export function isSameTarget(one: ConnectionTarget, other: ConnectionTarget): boolean {
  return one.protocol === other.protocol && one.host === other.host && one.port === other.port;
}

export function connectionRefusal(grant: ConnectionGrant | undefined, target: ConnectionTarget): Refusal {
  const { protocol, host, port } = target;
  const denied = grant?.deniedTargets.some((taken) => isSameTarget(taken, target)) ?? false;
  const hopeless = denied || grant?.revocation.revoked === true || !isGrantable(target);
  return {
    kind: 'connection',
    label: 'connection',
    resource: `${protocol} connection to "${host}" port ${port}`,
    rule: ruleOf(grant, denied),
    manifestLine: hopeless ? undefined : JSON.stringify({ kind: 'connection', protocol, host, port }),
    under: ({ connection }) =>
      connectionPermits(connection, target) ? undefined : connectionRefusal(connection, target),
  };
}

function ruleOf(grant: ConnectionGrant | undefined, denied: boolean): string {
  if (grant?.revocation.revoked === true) return 'the permission was revoked';
  if (denied) return 'a "deny" entry of the manifest takes this connection';
  return grant === undefined || grant.targets.length === 0
    ? 'no "connection" permission'
    : 'no "connection" permission names this protocol, host and port';
}
