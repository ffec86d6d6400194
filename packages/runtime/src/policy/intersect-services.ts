import { isSameTarget } from '../permission/connection.ts';
import type { ConnectionGrant, MessageAction, MessageGrant, SensorGrant } from '../permission/grant.ts';
import { messageActionNames, normalTopic } from '../permission/message.ts';
import { Revocation } from '../permission/revocation.ts';

type Rate = SensorGrant['rates'][number];

/** Of each channel the slower of the two rates; channels of one side only are gone. Undefined when none is left. */
export function intersectSensor(one: SensorGrant, other: SensorGrant): SensorGrant | undefined {
  const named = new Set(
    [...one.rates, ...other.rates].flatMap(({ channels }) => (channels === undefined ? [] : [...channels])),
  );
  const slower = (channel: string | undefined): bigint | undefined => {
    const here = shortestNs(one.rates, channel);
    const there = shortestNs(other.rates, channel);
    return here === undefined || there === undefined ? undefined : longer(here, there);
  };
  const restNs = slower(undefined);
  const rates: Rate[] = restNs === undefined ? [] : [{ channels: undefined, shortestIntervalNs: restNs }];
  for (const channel of [...named].toSorted()) {
    const shortestIntervalNs = slower(channel);
    // One that has the rate of the rest needs no entry: two grants of the same come out the same.
    if (shortestIntervalNs !== undefined && shortestIntervalNs !== restNs) {
      rates.push({ channels: new Set([channel]), shortestIntervalNs });
    }
  }
  return rates.length === 0
    ? undefined
    : { kind: 'sensor', label: one.label, revocation: new Revocation(), rates };
}

/** Of two intervals; Math.max takes no bigint. */
export function longer(oneNs: bigint, otherNs: bigint): bigint {
  if (oneNs > otherNs) return oneNs;
  return otherNs;
}

/** Of a channel, or (undefined) of those that no entry names. */
function shortestNs(rates: readonly Rate[], channel: string | undefined): bigint | undefined {
  let shortest: bigint | undefined;
  for (const { channels, shortestIntervalNs } of rates) {
    const applies = channels === undefined || (channel !== undefined && channels.has(channel));
    if (applies && (shortest === undefined || shortestIntervalNs < shortest)) shortest = shortestIntervalNs;
  }
  return shortest;
}

export function intersectMessage(one: MessageGrant, other: MessageGrant): MessageGrant {
  const byAction = (topics: (action: MessageAction) => readonly string[]) =>
    Object.fromEntries(messageActionNames.map((action) => [action, topics(action)])) as Record<
      MessageAction,
      readonly string[]
    >;
  const topics = byAction((action) => intersectTopics(one.topics[action], other.topics[action]));
  return {
    kind: 'message',
    label: one.label,
    revocation: new Revocation(),
    topics,
    // What is denied of topics that neither has makes no difference.
    deniedTopics: byAction((action) =>
      outermost(
        [...one.deniedTopics[action], ...other.deniedTopics[action]].filter(
          (denied) => intersectTopics(topics[action], [denied]).length > 0,
        ),
      ),
    ),
  };
}

/** Two patterns have topics in common only when one is inside the other: then it is the inner one. */
function intersectTopics(one: readonly string[], other: readonly string[]): string[] {
  const ours = new Set(one.map(normalTopic));
  const theirs = new Set(other.map(normalTopic));
  return outermost([
    ...[...ours].filter((pattern) => theirs.has(pattern) || hasOuter(pattern, theirs)),
    ...[...theirs].filter((pattern) => hasOuter(pattern, ours)),
  ]);
}

/** Without those that are inside another one, in order: two lists for the same topics come out the same. */
function outermost(patterns: readonly string[]): string[] {
  const all = new Set(patterns.map(normalTopic));
  return [...all].filter((pattern) => !hasOuter(pattern, all)).toSorted();
}

/** Whether another pattern of the set has every topic that this one has. */
function hasOuter(pattern: string, known: ReadonlySet<string>): boolean {
  const isPrefix = pattern.endsWith('*');
  const start = isPrefix ? pattern.slice(0, -1) : pattern;
  // All prefixes, of which there are at most MAX_TOPIC_LENGTH: fewer than the patterns that a file can have.
  for (let length = isPrefix ? start.length - 1 : start.length; length >= 0; length -= 1) {
    if (known.has(`${start.slice(0, length)}*`)) return true;
  }
  return false;
}

export function intersectConnection(one: ConnectionGrant, other: ConnectionGrant): ConnectionGrant {
  return {
    kind: 'connection',
    label: one.label,
    revocation: new Revocation(),
    targets: one.targets.filter((target) => other.targets.some((granted) => isSameTarget(granted, target))),
    deniedTargets: one.deniedTargets,
  };
}
