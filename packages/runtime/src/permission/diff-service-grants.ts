import { isSameTarget } from './connection.ts';
import type { MessageAction, MessageGrant, SensorGrant } from './grant.ts';
import { messageActionNames, patternCovers } from './message.ts';
import type { PermissionGain, PermissionSide } from './permission-difference.ts';

const NS_PER_SECOND = 1e9;

export function sensorGains(before: PermissionSide, after: PermissionSide): PermissionGain[] {
  return [...after.grants.sensor].flatMap(([label, grant]) => {
    const had = before.grants.sensor.get(label);
    const names = [
      ...new Set(
        [grant, had].flatMap((side) => side?.rates ?? []).flatMap(({ channels }) => [...(channels ?? [])]),
      ),
    ];
    // Undefined stands for every channel that no entry names.
    const gained = [undefined, ...names].flatMap((channel) => {
      const now = fastestNs(grant, channel);
      const earlier = fastestNs(had, channel);
      return now === undefined || (earlier !== undefined && earlier <= now)
        ? []
        : [{ channel, now, earlier }];
    });
    const whole = gained.find(({ channel }) => channel === undefined);
    return gained
      .filter(
        ({ channel, now, earlier }) =>
          channel === undefined || now !== whole?.now || earlier !== whole.earlier,
      )
      .map(({ channel, now, earlier }) => ({
        target: label,
        what:
          `read ${channel === undefined ? 'every channel' : `channel "${channel}"`} of sensor "${label}"` +
          ` up to ${rateText(now)}`,
        otherwise: earlier === undefined ? undefined : rateText(earlier),
      }));
  });
}

function fastestNs(grant: SensorGrant | undefined, channel: string | undefined): bigint | undefined {
  return (grant?.rates ?? [])
    .filter(({ channels }) => channels === undefined || (channel !== undefined && channels.has(channel)))
    .map(({ shortestIntervalNs }) => shortestIntervalNs)
    .reduce<bigint | undefined>((least, ns) => (least === undefined || ns < least ? ns : least), undefined);
}

function rateText(shortestIntervalNs: bigint): string {
  return `${Number((NS_PER_SECOND / Number(shortestIntervalNs)).toPrecision(6))} Hz`;
}

const words: Readonly<Record<MessageAction, (topic: string) => string>> = {
  request: (topic) => `send requests to ${topic}`,
  register: (topic) => `answer requests to ${topic}`,
  publish: (topic) => `publish events ${topic}`,
  subscribe: (topic) => `receive events ${topic}`,
};

export function messageGains(before: PermissionSide, after: PermissionSide): PermissionGain[] {
  const has = after.grants.message;
  if (has === undefined) {
    return [];
  }
  return messageActionNames.flatMap((action) =>
    [...new Set(has.topics[action])]
      .filter((topic) => !covers(has.deniedTopics[action], topic))
      .filter((topic) => !permitsAll(before.grants.message, has, action, topic))
      .map((topic) => ({ target: 'message', what: words[action](`"${topic}"`), otherwise: undefined })),
  );
}

/** Whether `grant` permits every topic of the pattern that `other` permits. */
function permitsAll(
  grant: MessageGrant | undefined,
  other: MessageGrant,
  action: MessageAction,
  topic: string,
): boolean {
  return (
    grant !== undefined &&
    covers(grant.topics[action], topic) &&
    // Two patterns have nothing in common, or one is within the other: the narrower is what the deny takes of the topic.
    grant.deniedTopics[action]
      .filter((denied) => patternCovers(denied, topic) || patternCovers(topic, denied))
      .map((denied) => (patternCovers(topic, denied) ? denied : topic))
      .every((taken) => covers(other.deniedTopics[action], taken))
  );
}

function covers(patterns: readonly string[], topic: string): boolean {
  return patterns.some((pattern) => patternCovers(pattern, topic));
}

export function connectionGains(before: PermissionSide, after: PermissionSide): PermissionGain[] {
  const had = before.grants.connection?.targets ?? [];
  return (after.grants.connection?.targets ?? [])
    .filter((target, index, all) => all.findIndex((other) => isSameTarget(other, target)) === index)
    .filter((target) => !had.some((other) => isSameTarget(other, target)))
    .map(({ protocol, host, port }) => ({
      target: 'connection',
      what: `connect by ${protocol} to "${host}" port ${port}`,
      otherwise: undefined,
    }));
}
