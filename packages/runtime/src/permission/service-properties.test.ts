import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LastError } from '../guest/last-error.ts';
import type { AppContext } from '../host-api/app-context.ts';
import { deny } from '../host-api/call-result.ts';
import { DenialLog, narrowedRefusal } from './denial.ts';
import { permissionSchema } from './entry-schema.ts';
import type { Grants, Refusal } from './grant.ts';
import {
  ask,
  type Call,
  connectionCall,
  connectionEntry,
  grantsOf,
  type Json,
  messageCall,
  messageDeny,
  messageEntry,
  sensorCall,
  sensorDeny,
  sensorEntry,
} from './permission.test-support.ts';
import { sensorPermits } from './sensor.ts';

/**
 * The decisions of `sensor`, `message` and `connection` against what docs/manifest.md says of them, written a second time
 * and without the parsed grants.
 */

interface SensorLine {
  readonly sensor: string;
  readonly channels?: readonly string[];
  readonly maximumRateHz?: number;
}
interface MessageLine {
  readonly actions?: readonly string[];
  readonly topics: readonly string[];
}

/** Shortest interval for each rate that the entries have, rounded up; 10 Hz when left out. */
const intervalOf = new Map<number | undefined, bigint>([
  [undefined, 100_000_000n],
  [0.5, 2_000_000_000n],
  [3, 333_333_334n],
  [7, 142_857_143n],
  [10_000, 100_000n],
]);

/** The shortest interval, or undefined when a channel is not granted. */
function sensorOracle(
  entries: readonly Json[],
  denies: readonly Json[],
  label: string,
  channels: readonly string[],
): bigint | undefined {
  if (denies.some((line) => line['sensor'] === label)) return undefined;
  const lines = entries.map((line) => line as unknown as SensorLine).filter(({ sensor }) => sensor === label);
  let slowest = 0n;
  for (const channel of channels) {
    const intervals = lines
      .filter((line) => line.channels === undefined || line.channels.includes(channel))
      .map((line) => intervalOf.get(line.maximumRateHz) ?? 0n);
    if (intervals.length === 0) return undefined;
    const [fastest = 0n] = intervals.toSorted((one, other) => Number(one - other));
    if (fastest > slowest) slowest = fastest;
  }
  return slowest;
}

const bare = (topic: string): string => (topic.startsWith('/') ? topic.slice(1) : topic);

function takes(lines: readonly Json[], action: string, topic: string): boolean {
  return lines
    .map((line) => line as unknown as MessageLine)
    .filter(({ actions }) => actions === undefined || actions.includes(action))
    .flatMap(({ topics }) => topics)
    .some((pattern) =>
      pattern.endsWith('*')
        ? bare(topic).startsWith(bare(pattern).slice(0, -1))
        : bare(topic) === bare(pattern),
    );
}

/** What the app's log has after the refused call. */
function denialOf(grants: Grants, call: Call): { text: string; line: Json | undefined } {
  const refusal = ask(grants, call);
  if (refusal === undefined) throw new Error('the call is permitted');
  const context = {
    appName: 'test-app',
    permissions: { explain: (told: Refusal) => narrowedRefusal(grants, told) },
    denials: new DenialLog({ onFirst: () => {} }),
    lastError: new LastError(),
    counters: { add: () => {} },
  } as unknown as AppContext;
  deny(context, 'module.call', refusal);
  const { text } = context.lastError;
  expect(text).toMatch(/^app "test-app": module\.call refused: [^\n]+; [^\n]+$/u);
  const [, line] = /; add to "permissions" in app\.json: (.*)$/u.exec(text) ?? [];
  if (line === undefined) {
    expect(text).toContain('nothing that is added to "permissions" in app.json would allow it');
    return { text, line: undefined };
  }
  const entry = JSON.parse(line) as Json;
  expect(permissionSchema.safeParse(entry).success).toBe(true);
  return { text, line: entry };
}

const runs = { numRuns: 2000 };
const few = <Item>(item: fc.Arbitrary<Item>, maxLength: number) => fc.array(item, { maxLength });
const counts = { permitted: 0, denied: 0, takenByDeny: 0 };
function countFrom(action: () => void): typeof counts {
  Object.assign(counts, { permitted: 0, denied: 0, takenByDeny: 0 });
  action();
  return { ...counts };
}
/** Each of the three must come often enough for the property to mean something. */
function expectAllSeen({ permitted, denied, takenByDeny }: typeof counts): void {
  expect(Math.min(permitted, denied, takenByDeny)).toBeGreaterThan(50);
}

describe('whatever a manifest says, a sensor', () => {
  it('is read with the channels and at the rate of the page, or refused with the line that allows it', () => {
    const check = fc.property(
      few(sensorEntry, 4),
      few(sensorDeny, 1),
      sensorCall,
      (entries, denies, call) => {
        const grants = grantsOf(entries, denies);
        const expected = sensorOracle(entries, denies, call.label, call.channels);
        const decision = sensorPermits(grants.sensor.get(call.label), call.channels);
        expect(decision.permitted ? decision.shortestIntervalNs : undefined).toBe(expected);
        if (expected !== undefined) {
          counts.permitted += 1;
          return;
        }
        const { text, line } = denialOf(grants, call);
        expect(text).toContain(`refused: sensor "${call.label}"`);
        if (denies.some((deny) => deny['sensor'] === call.label)) {
          counts.takenByDeny += 1;
          expect(line).toBeUndefined();
          return;
        }
        counts.denied += 1;
        expect(text).toMatch(/no "sensor" permission|the "sensor" permission does not include/u);
        if (line === undefined) throw new Error('there is no line to add');
        const after = sensorPermits(grantsOf([...entries, line]).sensor.get(call.label), call.channels);
        expect(after.permitted).toBe(true);
        // A channel that only the new line has is not held below the rate that was asked for.
        const alone = sensorPermits(
          grantsOf([line]).sensor.get(call.label),
          (line['channels'] as readonly string[] | undefined) ?? call.channels,
        );
        expect(alone.permitted && alone.shortestIntervalNs <= call.intervalNs).toBe(true);
      },
    );
    expectAllSeen(countFrom(() => fc.assert(check, runs)));
  });
});

describe('whatever a manifest says, a message', () => {
  it('goes where the page says, or is refused with the line that allows it', () => {
    const check = fc.property(
      few(messageEntry, 4),
      few(messageDeny, 2),
      messageCall,
      (entries, denies, call) => {
        const { action, topic } = call;
        const grants = grantsOf(entries, denies);
        const denied = takes(denies, action, topic);
        const expected = takes(entries, action, topic) && !denied;
        expect(ask(grants, call) === undefined).toBe(expected);
        if (expected) {
          counts.permitted += 1;
          return;
        }
        const { text, line } = denialOf(grants, call);
        expect(text).toContain(`refused: ${action} of "${topic.replaceAll('\n', '\\u000a')}": `);
        if (denied) {
          counts.takenByDeny += 1;
          expect(text).toContain('a "deny" entry of the manifest takes this topic');
          expect(line).toBeUndefined();
          return;
        }
        counts.denied += 1;
        if (line === undefined) {
          // Empty, or with a line end that a pattern would have to have.
          expect(topic).toMatch(/^$|^[^*]*\n/u);
          return;
        }
        expect(ask(grantsOf([...entries, line], denies), call)).toBeUndefined();
        expect(line['actions']).toEqual([action]);
        // No wider than the topic where a permission can say exactly that.
        if (!topic.includes('*')) expect(line['topics']).toEqual([topic]);
      },
    );
    expectAllSeen(countFrom(() => fc.assert(check, runs)));
  });
});

describe('whatever a manifest says, a connection', () => {
  it('is made to exactly what the page says, or refused with the line that allows it', () => {
    const check = fc.property(
      few(connectionEntry, 5),
      few(connectionEntry, 2),
      connectionCall,
      (entries, denies, call) => {
        const { protocol, host, port } = call.target;
        const names = (line: Json): boolean =>
          line['protocol'] === protocol && line['host'] === host && line['port'] === port;
        const grants = grantsOf(entries, denies);
        const expected = entries.some(names) && !denies.some(names);
        expect(ask(grants, call) === undefined).toBe(expected);
        if (expected) {
          counts.permitted += 1;
          return;
        }
        const { text, line } = denialOf(grants, call);
        expect(text).toContain(`refused: ${protocol} connection to "${host}" port ${port}: `);
        if (denies.some(names)) {
          counts.takenByDeny += 1;
          expect(line).toBeUndefined();
          return;
        }
        counts.denied += 1;
        expect(line).toEqual({ kind: 'connection', protocol, host, port });
        expect(ask(grantsOf([...entries, line as Json], denies), call)).toBeUndefined();
      },
    );
    expectAllSeen(countFrom(() => fc.assert(check, runs)));
  });
});
