import { MAX_HANDLES } from '../guest/handle-table.ts';
import type { CounterName } from './counters.ts';

/** Longest limit of a turn of the guest, milliseconds: one day. */
const MAX_TURN_MS = 86_400_000;

/** One limit of an app. */
export interface LimitRule {
  /** What an app gets that does not ask. */
  readonly fallback: number;
  /** The most that a manifest can ask for. */
  readonly maximum: number;
  /** What it limits, as the schema and messages say it. */
  readonly about: string;
  /** Counts how often it was hit, in `AppCounters`. Undefined where the app did not even start: the audit log has that. */
  readonly counter?: CounterName;
  /** With the count, what happened when it was hit, e.g. `3 opens refused`. Undefined where the app's end tells it. */
  readonly hit?: string;
}

/**
 * Every limit of one app. Whoever caps limits from outside (a host policy) goes through this table. The log has its
 * limit in its permission: `maxBytesPerSecond`.
 */
export const limitTable = {
  memoryPages: {
    fallback: 256,
    maximum: 4096,
    about: 'Most memory the app can have, in pages of 64 KiB.',
    counter: 'memoryFull',
    hit: 'times grown to all of it',
  },
  // 8 bytes each in V8 (measured): half a megabyte by default, 8 MiB at most.
  tableElements: {
    fallback: 65_536,
    maximum: 1_048_576,
    about: 'Most elements of all function tables of the module.',
    counter: 'tablesFull',
    hit: 'tables grown to all of it',
  },
  moduleBytes: {
    fallback: 16_777_216,
    maximum: 33_554_432,
    about: 'Largest module file, bytes.',
  },
  handles: {
    fallback: 64,
    maximum: MAX_HANDLES,
    about: 'Open handles at a time.',
    counter: 'handlesRefused',
    hit: 'opens refused',
  },
  eventQueueDepth: {
    fallback: 64,
    maximum: 4096,
    about: 'Events that can wait; the oldest is dropped when full.',
    counter: 'eventsDropped',
    hit: 'events dropped',
  },
  // 20 is what WAMR's app manager gives each app.
  timers: {
    fallback: 20,
    maximum: 128,
    about: 'Timers that run at a time.',
    counter: 'timersRefused',
    hit: 'timers refused',
  },
  sensorSubscriptions: {
    fallback: 32,
    maximum: MAX_HANDLES,
    about: 'Subscriptions to sensors at a time.',
    counter: 'subscriptionsRefused',
    hit: 'subscriptions refused',
  },
  // Above what a loop over calls that leave the app's thread can reach, see docs/adr/0018.
  hostCallsPerSecond: {
    fallback: 10_000_000,
    maximum: 1_000_000_000,
    about: 'Calls to the host in a second; then the app waits until the second is over.',
    counter: 'callsDelayed',
    hit: 'times made to wait',
  },
  busMicrosecondsPerSecond: {
    fallback: 800_000,
    maximum: 1_000_000,
    about: 'Time that the app may have one bus in a second, us; 1000000 is no limit.',
    counter: 'busRefused',
    hit: 'transactions refused',
  },
  startMs: {
    fallback: 60_000,
    maximum: MAX_TURN_MS,
    about: 'Longest time from the start function to the return of on_init, ms; then the app is ended.',
    counter: 'startsEnded',
  },
  // The watchdog of WAMR's app framework. A main that can only compute has it when it is not this: see turn-limits.ts.
  callbackMs: {
    fallback: 180_000,
    maximum: MAX_TURN_MS,
    about: 'Longest time of one callback, or of main between two waits, ms; then the app is ended.',
    counter: 'turnsEnded',
  },
} as const satisfies Readonly<Record<string, LimitRule>>;

export type LimitName = keyof typeof limitTable;
export type Limits = Readonly<Record<LimitName, number>>;

export const limitNames = Object.keys(limitTable) as readonly LimitName[];

/** The rule of that name, without the narrow type that it has in the table. */
export function limitRule(name: LimitName): LimitRule {
  return limitTable[name];
}

/** A limit that an app met. */
export interface MetLimit {
  readonly name: LimitName;
  readonly count: number;
  /** What happened so often, e.g. `events dropped`. */
  readonly hit: string;
}

/** The limits that an app with these counters met, in the order of the table. */
export function metLimits(counters: Readonly<Record<CounterName, number>>): MetLimit[] {
  return limitNames.flatMap((name) => {
    const { counter, hit } = limitRule(name);
    const count = counter === undefined ? 0 : counters[counter];
    return count > 0 && hit !== undefined ? [{ name, count, hit }] : [];
  });
}

/**
 * What to write into the manifest where a limit of `value` is not enough: the rest of a sentence. `needed`: what would do,
 * where that is known.
 */
export function raiseAdvice(
  name: LimitName,
  value: number,
  manifestName = 'app.json',
  needed = value + 1,
): string {
  const { maximum } = limitTable[name];
  const wanted = Math.min(maximum, Math.max(needed, value * 2));
  return needed > maximum
    ? `"limits.${name}" can be raised to ${maximum} at most`
    : `raise "limits.${name}" in ${manifestName}: "limits": { "${name}": ${wanted} }`;
}
