import { VirtualClock } from '@kanchi/hal/mock';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryOf, FakeDriver } from './fake-sensor.test-support.ts';
import { SensorHub } from './sensor-hub.ts';

const MS = 1_000_000n;
const NO_CAP = { shortestIntervalNs: 1n };

function rig() {
  const clock = new VirtualClock();
  const hub = new SensorHub({ clock, sensors: [entryOf('air', new FakeDriver(['v'], () => [1]))] });
  const counts = new Map<string, number>();
  const sharing = (intervalNs: bigint) => ({ intervalNs, sharesInterval: true as const });
  const open = (client: string, intervalNs: bigint, cap = NO_CAP) =>
    hub.open(client, 'air', sharing(intervalNs), cap, () => {
      counts.set(client, (counts.get(client) ?? 0) + hub.drain(client, 64).length);
    });
  const runFor = (durationNs: bigint) => {
    counts.clear();
    const endNs = clock.nowNs() + durationNs;
    while (clock.nowNs() < endNs) clock.waitUntil(endNs);
    return Object.fromEntries(counts);
  };
  return { hub, open, sharing, runFor };
}

describe('clients that share an interval', () => {
  it('are told the interval that they have, and refused like any other', () => {
    const { hub, open, sharing } = rig();
    expect(open('a', 100n * MS).intervalNs).toBe(100n * MS);
    expect(open('b', 500n * MS).intervalNs).toBe(100n * MS);
    expect(open('capped', 500n * MS, { shortestIntervalNs: 250n * MS })).toMatchObject({
      intervalNs: 250n * MS,
      limitedBy: 'permission',
    });
    expect(() => open('a', 100n * MS)).toThrow(expect.objectContaining({ code: 'SENSOR_IN_USE' }));
    expect(() => open('c', -1n)).toThrow(expect.objectContaining({ code: 'SENSOR_BAD_CONTRACT' }));
    expect(() => hub.change('a', sharing(-1n), NO_CAP)).toThrow(
      expect.objectContaining({ code: 'SENSOR_BAD_CONTRACT' }),
    );
    expect(hub.clientStates().map(({ client, contract }) => [client, contract.intervalNs])).toEqual([
      ['a', 100n * MS],
      ['b', 100n * MS],
      ['capped', 250n * MS],
    ]);
  });

  it('get nothing while one of them asks for 0, and may drain and close then', () => {
    const { hub, open, sharing, runFor } = rig();
    open('a', 100n * MS);
    open('b', 0n);
    expect(runFor(1050n * MS)).toEqual({});
    expect(hub.drain('a', 1)).toEqual([]);
    hub.change('b', sharing(200n * MS), NO_CAP);
    expect(runFor(1000n * MS)).toEqual({ a: 10, b: 10 });
    hub.change('a', sharing(0n), NO_CAP);
    expect(hub.close('a')).toBe(true);
    expect(hub.close('a')).toBe(false);
    expect(runFor(1000n * MS)).toEqual({ b: 5 });
    expect(hub.closeAll()).toEqual([]);
  });

  it('have the shortest interval of those that are there, whatever came before; others keep their own', () => {
    const interval = fc.constantFrom(0n, 20n, 50n, 100n);
    const change = fc.record({
      client: fc.constantFrom('a', 'b', 'c'),
      intervalMs: fc.option(interval, { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
        const { hub, open, sharing, runFor } = rig();
        let aloneCount = 0;
        hub.open('alone', 'air', { intervalNs: 100n * MS }, NO_CAP, () => {
          aloneCount += hub.drain('alone', 64).length;
        });
        const model = new Map<string, bigint>();
        for (const { client, intervalMs } of changes) {
          if (intervalMs === undefined) {
            expect(hub.close(client)).toBe(model.delete(client));
          } else {
            if (model.has(client)) hub.change(client, sharing(intervalMs * MS), NO_CAP);
            else open(client, intervalMs * MS);
            model.set(client, intervalMs);
          }
        }
        const asked = [...model.values()].map(Number);
        const shortestMs = Math.min(...asked);
        const expected = asked.length === 0 || shortestMs === 0 ? 0 : 1000 / shortestMs;
        const got = runFor(1000n * MS);
        for (const client of model.keys()) {
          const count = got[client] ?? 0;
          // The first point can be where the run begins.
          expect(count === expected || (expected > 0 && count === expected + 1)).toBe(true);
        }
        expect(aloneCount === 10 || aloneCount === 11).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});
