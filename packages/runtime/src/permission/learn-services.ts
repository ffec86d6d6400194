import { MAX_ENTRIES } from '../app/file-limits.ts';
import { isGrantable, isSameTarget } from './connection.ts';
import type { PermissionInput } from './entry-schema.ts';
import type {
  ConnectionGrant,
  ConnectionTarget,
  Grants,
  MessageAction,
  MessageGrant,
  SensorGrant,
} from './grant.ts';
import type { KindLearner, LearningOptions } from './learn-permissions.ts';
import { byLabel, observerOf } from './learn-simple-kinds.ts';
import { MAX_SENSOR_RATE_HZ, MIN_SENSOR_RATE_HZ } from './limits.ts';
import { leastPattern, messageActionNames, messagePermits, normalTopic } from './message.ts';
import { Revocation } from './revocation.ts';
import { rateFor } from './sensor.ts';

/** Most topics, and most far ends, that one run can be seen to use; an app that uses more is refused the rest. */
const MAX_LEARNED = 4096;

export function learnSensors({ every, board }: LearningOptions): KindLearner<Grants['sensor']> {
  return byLabel(
    every.sensor,
    /** The shortest interval that was asked for, by channel; undefined where none was. */
    () => new Map<string, bigint | undefined>(),
    (grant, noted): SensorGrant => ({
      ...grant,
      rates: [],
      observer: observerOf('sensor', ({ channels, intervalNs }) => {
        for (const channel of channels) {
          const before = noted.get(channel);
          const isShorter = before === undefined || (intervalNs !== undefined && intervalNs < before);
          noted.set(channel, isShorter ? intervalNs : before);
        }
        return true;
      }),
    }),
    (sensor, noted) => {
      const byRate = new Map<number, string[]>();
      for (const [channel, intervalNs] of noted) {
        const rateHz =
          intervalNs === undefined
            ? MIN_SENSOR_RATE_HZ
            : intervalNs > 0n
              ? rateFor(intervalNs)
              : // As often as can be.
                (board.sensors.get(sensor)?.maximumRateHz ?? MAX_SENSOR_RATE_HZ);
        byRate.set(rateHz, [...(byRate.get(rateHz) ?? []), channel]);
      }
      return [...byRate].map(([maximumRateHz, channels]) => ({
        kind: 'sensor',
        sensor,
        channels,
        maximumRateHz,
      }));
    },
  );
}

export function learnMessages({ every }: LearningOptions): KindLearner<MessageGrant | undefined> {
  const grant = every.message;
  const noted = new Map<string, Set<MessageAction>>();
  const nothing: MessageGrant['topics'] = { request: [], register: [], publish: [], subscribe: [] };
  return {
    granted: grant && {
      ...grant,
      topics: nothing,
      observer: observerOf('message', ({ action, topic }) => {
        const key = normalTopic(topic);
        // A star would make a pattern of it: an app that names one must not learn itself all topics.
        if (
          topic.includes('*') ||
          leastPattern(topic) === undefined ||
          !messagePermits(grant, action, topic) ||
          (noted.size >= MAX_LEARNED && !noted.has(key))
        ) {
          return false;
        }
        noted.set(key, (noted.get(key) ?? new Set<MessageAction>()).add(action));
        return true;
      }),
    },
    entries: () => {
      const byActions = new Map<string, { actions: MessageAction[]; topics: string[] }>();
      for (const [topic, set] of noted) {
        const actions = messageActionNames.filter((action) => set.has(action));
        const group = byActions.get(actions.join()) ?? { actions, topics: [] };
        group.topics.push(topic);
        byActions.set(actions.join(), group);
      }
      return [...byActions.values()].flatMap(({ actions, topics }) =>
        pieces(topics).map((some): PermissionInput => ({ kind: 'message', actions, topics: some })),
      );
    },
  };
}

function pieces(topics: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(topics.length / MAX_ENTRIES) }, (_, index) =>
    topics.slice(index * MAX_ENTRIES, (index + 1) * MAX_ENTRIES),
  );
}

export function learnConnections({ every }: LearningOptions): KindLearner<ConnectionGrant | undefined> {
  const deniedTargets = every.connection?.deniedTargets ?? [];
  const noted: ConnectionTarget[] = [];
  return {
    granted: {
      kind: 'connection',
      label: 'connection',
      revocation: every.connection?.revocation ?? new Revocation(),
      targets: [],
      deniedTargets,
      observer: observerOf('connection', ({ target }) => {
        if (!isGrantable(target) || deniedTargets.some((denied) => isSameTarget(denied, target))) {
          return false;
        }
        if (noted.some((known) => isSameTarget(known, target))) {
          return true;
        }
        const hasRoom = noted.length < MAX_LEARNED;
        if (hasRoom) noted.push(target);
        return hasRoom;
      }),
    },
    entries: () => noted.map(({ protocol, host, port }) => ({ kind: 'connection', protocol, host, port })),
  };
}
