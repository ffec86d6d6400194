import type { ConnectionGrant, ConnectionTarget, Refusal } from './grant.ts';

/** The one check for network connections: exact protocol, host and port. */
export function connectionPermits(grant: ConnectionGrant | undefined, target: ConnectionTarget): boolean {
  return (
    grant !== undefined &&
    !grant.revoked &&
    grant.targets.some(
      ({ protocol, host, port }) =>
        protocol === target.protocol && host === target.host && port === target.port,
    )
  );
}

export function connectionRefusal(grant: ConnectionGrant | undefined, target: ConnectionTarget): Refusal {
  const { protocol, host, port } = target;
  return {
    kind: 'connection',
    label: 'connection',
    resource: `${protocol} connection to ${host} port ${port}`,
    rule:
      grant === undefined
        ? 'no "connection" permission'
        : grant.revoked
          ? 'the permission was revoked'
          : 'no "connection" permission names this protocol, host and port',
    manifestLine:
      grant?.revoked === true ? undefined : JSON.stringify({ kind: 'connection', protocol, host, port }),
  };
}
