import { describe, expect, it } from 'vitest';
import { STEADY_INTERVAL_NS } from './arena-board.ts';
import { attacks } from './attack.ts';
import { expectAttackHeld } from './attack-run.ts';
import { attackInline, type SteadyRun } from './inline-arena.ts';

/** Every point of the grid from the first one on, none missing, none late. */
function expectGrid(times: readonly bigint[], endedNs: bigint): void {
  const first = times[0] ?? -1n;
  expect(first).toBeGreaterThanOrEqual(0n);
  expect(first).toBeLessThan(2n * STEADY_INTERVAL_NS);
  const count = (endedNs - first) / STEADY_INTERVAL_NS + 1n;
  expect(times).toEqual(
    Array.from({ length: Number(count) }, (_, index) => first + BigInt(index) * STEADY_INTERVAL_NS),
  );
}

function expectSteady({ exit, readings, expiries, endedNs }: SteadyRun): void {
  expectGrid(readings, endedNs);
  expectGrid(expiries, endedNs);
  expect(exit).toMatchObject({ reason: 'stopped', exitCode: 0 });
  expect(exit?.counters).toMatchObject({ eventsDropped: 0, failures: 0, denials: 0, logBytesDropped: 0 });
}

describe('a guest that attacks, in virtual time: it ends as it must and the app beside it has every sample in time', () => {
  for (const attack of attacks().filter(({ runs }) => runs === 'inline')) {
    it(`${attack.name}: ${attack.about}`, async () => {
      const run = await attackInline(attack);
      expect(run.violations).toEqual([]);
      expectAttackHeld(attack, run);
      expectSteady(run.steady);
    });
  }
});
