import { isSameTarget } from './connection.ts';
import type { DenyEntry, PermissionEntry } from './entry-schema.ts';
import type { ConnectionGrant, ConnectionTarget, MessageAction, MessageGrant, SensorGrant } from './grant.ts';
import { DEFAULT_SENSOR_RATE_HZ } from './limits.ts';
import { messageActionNames } from './message.ts';
import { Revocation } from './revocation.ts';

type EntryOf<Kind extends PermissionEntry['kind']> = Extract<PermissionEntry, { readonly kind: Kind }>;
type DenyOf<Kind extends DenyEntry['kind']> = Extract<DenyEntry, { readonly kind: Kind }>;

const NS_PER_SECOND = 1e9;

/** A deny takes the whole sensor. */
export function buildSensorGrant(
  label: string,
  entries: EntryOf<'sensor'>[],
  denies: DenyOf<'sensor'>[],
): SensorGrant | undefined {
  if (denies.length > 0) {
    return undefined;
  }
  return {
    kind: 'sensor',
    label,
    revocation: new Revocation(),
    rates: entries.map(({ channels, maximumRateHz }) => ({
      channels: channels === undefined ? undefined : new Set(channels),
      // Upwards: a rate is never exceeded by rounding.
      shortestIntervalNs: BigInt(Math.ceil(NS_PER_SECOND / (maximumRateHz ?? DEFAULT_SENSOR_RATE_HZ))),
    })),
  };
}

/** A grant with deny entries only permits nothing; it is there so that a refusal knows them. */
export function buildMessageGrant(
  entries: readonly EntryOf<'message'>[],
  denies: readonly DenyOf<'message'>[],
): MessageGrant | undefined {
  if (entries.length === 0 && denies.length === 0) {
    return undefined;
  }
  return {
    kind: 'message',
    label: 'message',
    revocation: new Revocation(),
    topics: byAction((action) =>
      entries.filter((entry) => entry.actions.includes(action)).flatMap((entry) => entry.topics),
    ),
    deniedTopics: byAction((action) =>
      denies.filter((deny) => deny.actions?.includes(action) ?? true).flatMap((deny) => deny.topics),
    ),
  };
}

function byAction(topics: (action: MessageAction) => string[]): Record<MessageAction, string[]> {
  return Object.fromEntries(messageActionNames.map((action) => [action, topics(action)])) as Record<
    MessageAction,
    string[]
  >;
}

/** As above: with deny entries only it permits nothing. */
export function buildConnectionGrant(
  entries: readonly EntryOf<'connection'>[],
  denies: readonly DenyOf<'connection'>[],
): ConnectionGrant | undefined {
  if (entries.length === 0 && denies.length === 0) {
    return undefined;
  }
  const targetOf = ({ protocol, host, port }: ConnectionTarget): ConnectionTarget => ({
    protocol,
    host,
    port,
  });
  return {
    kind: 'connection',
    label: 'connection',
    revocation: new Revocation(),
    targets: entries.filter((entry) => !denies.some((deny) => isSameTarget(entry, deny))).map(targetOf),
    deniedTargets: denies.map(targetOf),
  };
}
