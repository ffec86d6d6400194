import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ContractRequest } from './contract.ts';
import { gridPoints, MS, SECOND, VirtualHost } from './virtual-host.test-support.ts';

/** Reads of one sensor are never closer than this here. */
const shortestArbitrary = fc.integer({ min: 1, max: 60 }).map((count) => BigInt(count) * MS);

const requestArbitrary = fc
  .record({ interval: fc.integer({ min: 5, max: 400 }), tolerancePercent: fc.integer({ min: 0, max: 100 }) })
  .map(
    ({ interval, tolerancePercent }): ContractRequest => ({
      intervalNs: BigInt(interval) * MS,
      toleranceNs: (BigInt(interval) * MS * BigInt(tolerancePercent)) / 100n,
    }),
  );

const clientsArbitrary = fc.array(requestArbitrary, { minLength: 1, maxLength: 6 });

/** What other clients do, and when. */
const disturbanceArbitrary = fc.array(
  fc.record({
    atMs: fc.integer({ min: 0, max: 3000 }),
    who: fc.integer({ min: 0, max: 3 }),
    what: fc.constantFrom('open', 'open at once', 'change', 'close', 'interval 0'),
    request: requestArbitrary,
  }),
  { maxLength: 30 },
);

type Disturbance = typeof disturbanceArbitrary extends fc.Arbitrary<infer List> ? List : never;

/** Names of clients that exist are refused on purpose now and then: a refusal must change nothing either. */
function disturb(host: VirtualHost, disturbances: Disturbance): void {
  for (const { atMs, who, what, request } of disturbances) {
    host.at(BigInt(atMs) * MS, () => {
      const client = `other ${who}`;
      try {
        if (what === 'open') host.open(client, 'air', request);
        else if (what === 'open at once') host.open(client, 'air', { ...request, firstReading: 'at-once' });
        else if (what === 'change') host.timeline.change(client, request, host.nowNs);
        else if (what === 'close') host.timeline.close(client);
        else host.timeline.change(client, { ...request, intervalNs: 0n }, host.nowNs);
      } catch (error) {
        expect((error as { code: string }).code).toMatch(/^SENSOR_(IN_USE|UNKNOWN_CLIENT|BAD_CONTRACT)$/u);
      }
    });
  }
}

describe('properties', () => {
  it('give each client every point of its grid, no reading earlier than its window or late', () => {
    fc.assert(
      fc.property(shortestArbitrary, clientsArbitrary, (shortestIntervalNs, requests) => {
        const host = new VirtualHost();
        host.addSensor('air', { shortestIntervalNs });
        const granted = requests.map((request, index) =>
          host.timeline.open(`client ${index}`, 'air', request, 0n),
        );
        host.run(5n * SECOND);
        granted.forEach(({ intervalNs, windowNs }, index) => {
          const received = host.of(`client ${index}`).filter(({ dueNs }) => dueNs <= 5n * SECOND);
          expect(received.map(({ dueNs }) => dueNs)).toEqual(gridPoints(0n, 5n * SECOND, intervalNs));
          for (const { dueNs, startedNs } of received) {
            expect(startedNs).toBeLessThanOrEqual(dueNs);
            expect(startedNs).toBeGreaterThan(dueNs - windowNs);
          }
        });
      }),
    );
  });

  it('read as rarely as it can be done: as often as the most windows of which no two overlap', () => {
    fc.assert(
      fc.property(shortestArbitrary, clientsArbitrary, (shortestIntervalNs, requests) => {
        const horizonNs = 1500n * MS;
        const host = new VirtualHost();
        host.addSensor('air', { shortestIntervalNs });
        const granted = requests.map((request, index) =>
          host.timeline.open(`client ${index}`, 'air', request, 0n),
        );
        host.run(horizonNs);
        const windows = granted.flatMap(({ intervalNs, windowNs }) =>
          gridPoints(0n, horizonNs, intervalNs).map((dueNs) => ({ afterNs: dueNs - windowNs, dueNs })),
        );
        expect(host.startsOf('air')).toHaveLength(mostDisjoint(windows));
      }),
      { numRuns: 50 },
    );
  });

  it('keep the gap that the part needs, whatever the clients do and however late the host is', () => {
    fc.assert(
      fc.property(
        shortestArbitrary,
        disturbanceArbitrary,
        fc.infiniteStream(fc.integer({ min: 0, max: 20_000_000 })),
        (shortestIntervalNs, disturbances, latenesses) => {
          const host = new VirtualHost();
          host.addSensor('air', { shortestIntervalNs });
          host.latenessNs = () => BigInt(latenesses.next().value ?? 0);
          host.open('steady', 'air', { intervalNs: MS });
          disturb(host, disturbances);
          host.run(4n * SECOND);
          const starts = host.startsOf('air');
          expect(starts.length).toBeGreaterThan(40);
          for (let index = 1; index < starts.length; index += 1) {
            const gapNs = (starts[index] as bigint) - (starts[index - 1] as bigint);
            expect(gapNs).toBeGreaterThanOrEqual(shortestIntervalNs);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('let no client change what another gets', () => {
    fc.assert(
      fc.property(
        shortestArbitrary,
        requestArbitrary,
        fc.integer({ min: 0, max: 2000 }),
        fc.boolean(),
        disturbanceArbitrary,
        (shortestIntervalNs, request, openMs, atOnce, disturbances) => {
          const streamOf = (others: Disturbance) => {
            const host = new VirtualHost();
            host.addSensor('air', { shortestIntervalNs });
            disturb(host, others);
            host.at(BigInt(openMs) * MS, () =>
              host.open('mine', 'air', { ...request, firstReading: atOnce ? 'at-once' : 'on-grid' }),
            );
            // Long enough that a point taken early by a shared read is there in both.
            host.run(5n * SECOND);
            const received = host.of('mine').filter(({ dueNs }) => dueNs <= 5n * SECOND);
            const { windowNs } = host.timeline.change('mine', request, host.nowNs);
            return { received, windowNs };
          };
          const alone = streamOf([]);
          const among = streamOf(disturbances);
          const points = ({ received }: typeof alone) =>
            received.map(({ dueNs, sequence }) => [dueNs, sequence]);
          expect(points(among)).toEqual(points(alone));
          for (const { dueNs, startedNs, reason } of among.received) {
            expect(reason).toBeUndefined();
            expect(dueNs - startedNs).toBeGreaterThanOrEqual(0n);
            expect(dueNs - startedNs).toBeLessThan(among.windowNs);
          }
          expect(alone.received.every(({ dueNs, startedNs }) => dueNs === startedNs)).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('starve nobody on a bus that is too slow: each point is delivered or counted as missed', () => {
    fc.assert(
      fc.property(
        fc.array(requestArbitrary, { minLength: 2, maxLength: 5 }),
        fc.integer({ min: 1, max: 120 }),
        (requests, durationMs) => {
          const host = new VirtualHost();
          host.behaviour = () => ({ durationNs: BigInt(durationMs) * MS, result: 'good' });
          requests.forEach((request, index) => {
            host.addSensor(`sensor ${index}`, { bus: 'i2c-1' });
            host.open(`client ${index}`, `sensor ${index}`, { ...request, toleranceNs: 0n });
          });
          host.run(10n * SECOND);
          // In its turn each waits for one read of each other, and for its own next point.
          const roundNs = BigInt(durationMs * requests.length) * MS;
          requests.forEach(({ intervalNs }, index) => {
            const received = host.of(`client ${index}`);
            expect(received.map(({ sequence }) => BigInt(sequence - 1) * intervalNs)).toEqual(
              received.map(({ dueNs }) => dueNs),
            );
            const leastCount = (10n * SECOND) / (roundNs + intervalNs) - 1n;
            expect(BigInt(received.length)).toBeGreaterThanOrEqual(leastCount);
            const { deliveryCount, missedCount } = host.timeline.clientCounters(`client ${index}`);
            const last = received.at(-1)?.sequence ?? 0;
            expect(deliveryCount - received.length).toBeLessThanOrEqual(1);
            expect(deliveryCount + missedCount).toBeGreaterThanOrEqual(last);
          });
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('a long run', () => {
  it('does not drift in 100,000 readings with a late host, 300 days after the start of the clock', () => {
    const intervalNs = 333_333_333n;
    const startNs = 300n * 86_400n * SECOND;
    const host = new VirtualHost(startNs);
    let seed = 1;
    host.latenessNs = () => {
      // Park and Miller's generator, "minimal standard": the same lateness in each run.
      seed = (seed * 48_271) % 2_147_483_647;
      return BigInt(seed % 2_000_000);
    };
    host.addSensor('air');
    host.open('a', 'air', { intervalNs });
    host.run(startNs + 100_000n * intervalNs);
    const dues = host.dues('a');
    const first = dues[0] as bigint;
    expect(first % intervalNs).toBe(0n);
    expect(dues.length).toBeGreaterThanOrEqual(99_999);
    expect(dues.at(-1)).toBe(first + BigInt(dues.length - 1) * intervalNs);
    const counters = host.timeline.clientCounters('a');
    expect(counters.missedCount).toBe(0);
    expect(counters.maximumLatenessNs).toBeLessThan(2n * MS);
    expect(counters.lateCount).toBeGreaterThan(99_000);
  });
});

/** The most windows (afterNs, dueNs] of which no two overlap: one read can fill only one of them. O(n^2) on purpose. */
function mostDisjoint(windows: readonly { readonly afterNs: bigint; readonly dueNs: bigint }[]): number {
  const sorted = windows.toSorted((a, b) => Number(a.dueNs - b.dueNs));
  const best: number[] = [];
  sorted.forEach(({ afterNs }, index) => {
    let before = 0;
    for (let other = 0; other < index; other += 1) {
      if ((sorted[other] as { dueNs: bigint }).dueNs <= afterNs) before = Math.max(before, best[other] ?? 0);
    }
    best.push(before + 1);
  });
  return Math.max(0, ...best);
}
