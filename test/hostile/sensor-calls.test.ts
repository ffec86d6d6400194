import { createSensorApi } from '@kanchi/sensor-framework/host-api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf } from './fuzz/packet-bytes.ts';
import {
  anyCallOf,
  anyInteger,
  CONTRACT_BYTES,
  choice,
  contractRecord,
  mostly,
  pointerTo,
  RECORD,
  ROOM,
  TEXT,
} from './hostile-arguments.ts';
import { callHostile } from './hostile-checks.ts';
import type { HostileCall, HostileRun } from './hostile-world.ts';

/** `kanchi_sensor`, called by a guest that breaks every rule. */

/** The first 8 handles: 256 is slot 0 in its first generation. */
const anyHandle = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(256, 256, 257, 258, 512) },
  { weight: 1, arbitrary: anyInteger },
);
const label = fc.oneof(
  { weight: 6, arbitrary: fc.constant('air') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('secret', 'nothing', 'ai', 'air\0', '', 'x'.repeat(65), '\u{1f4a5}'),
  },
);
const records = mostly(4, fc.oneof(fc.constantFrom(0, 1, 1024, 1025, 1400), anyInteger));

const choices = {
  'kanchi_sensor.subscribe': fc.tuple(label, contractRecord).chain(([name, contract]) =>
    choice(
      fc.constant([
        { at: TEXT, bytes: bytesOf(name) },
        { at: RECORD, bytes: contract },
      ]),
      pointerTo(TEXT),
      mostly(bytesOf(name).length),
      pointerTo(RECORD),
    ),
  ),
  'kanchi_sensor.change': contractRecord.chain((contract) =>
    choice(fc.constant([{ at: RECORD, bytes: contract }]), anyHandle, pointerTo(RECORD)),
  ),
  'kanchi_sensor.describe': choice(undefined, anyHandle, pointerTo(ROOM), records),
  'kanchi_sensor.read': choice(undefined, anyHandle, pointerTo(ROOM), records),
  // Mostly something else than the first ones, which the other calls are to find open.
  'kanchi_sensor.close': choice(undefined, mostly(258, anyHandle)),
};

const sizeOfRecord: Readonly<Record<string, number>> = { describe: 64, read: 40 };

/** Calls that changed guest memory outside the range that they name. */
function strayWrites({ outcomes }: HostileRun, calls: readonly HostileCall[]): string[] {
  return outcomes.flatMap(({ name, changed }, index) => {
    if (changed === undefined) return [];
    const short = name.slice('kanchi_sensor.'.length);
    const [first = 0, second = 0, third = 0] = (calls[index]?.parameters ?? []).map((value) => value >>> 0);
    const start = short === 'subscribe' ? third : second;
    const length =
      short === 'subscribe' || short === 'change' ? CONTRACT_BYTES : third * (sizeOfRecord[short] ?? 0);
    const inside = changed[0] >= start && changed[1] < start + length;
    return inside ? [] : [`${name} of ${first} wrote ${changed.join(' to ')}`];
  });
}

describe('kanchi_sensor under a hostile guest', () => {
  it('covers every function', () => {
    const functions = Object.keys(createSensorApi(() => never()).signatures);
    expect(functions.map((name) => `kanchi_sensor.${name}`).toSorted()).toEqual(
      Object.keys(choices).toSorted(),
    );
  });

  it('traps by name or returns a number, stays within its grant and its records, and disturbs nobody', async () => {
    const sums = await callHostile(anyCallOf(choices, 'kanchi_sensor.read'), (run, calls) => {
      expect(strayWrites(run, calls)).toEqual([]);
      const good = (name: string): number =>
        run.outcomes.filter(
          (outcome) => outcome.name === name && typeof outcome.result === 'number' && outcome.result > 0,
        ).length;
      return {
        subscribed: good('kanchi_sensor.subscribe'),
        reads: good('kanchi_sensor.read'),
        described: good('kanchi_sensor.describe'),
        traps: run.outcomes.filter(({ result }) => result instanceof Error).length,
      };
    });
    // Enough of them must get through for the check to mean something.
    expect(sums['calls']).toBeGreaterThanOrEqual(10_000);
    expect(sums['subscribed']).toBeGreaterThan(50);
    expect(sums['reads']).toBeGreaterThan(50);
    expect(sums['described']).toBeGreaterThan(50);
    expect(sums['traps']).toBeGreaterThan(50);
  });
});

function never(): never {
  throw new Error('it is not connected here');
}
