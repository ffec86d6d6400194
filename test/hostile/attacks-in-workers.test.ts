import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attacks } from './attack.ts';
import { expectAttackHeld } from './attack-run.ts';
import { WorkerArena } from './worker-arena.ts';

// One arena for all: each attack meets the hardware and the well-behaved app as the ones before it left them.
let arena: WorkerArena;
beforeAll(async () => {
  arena = new WorkerArena();
  await arena.steady();
});
afterAll(() => arena.stop());

/**
 * No edge and no reading was lost, none failed, no event was dropped. On a busy machine the host may come too late for a
 * point of the grid; each of these is one that it counted.
 */
async function expectSteady(): Promise<void> {
  const state = await arena.steady();
  expect(state).toEqual({ ...state, lost: 0, failed: 0, edgesLost: 0 });
  expect(state.missed).toBeLessThanOrEqual(await arena.missedByHost());
  expect(state.edges).toBeGreaterThan(0);
  expect(arena.steadyCounters).toMatchObject({
    eventsDropped: 0,
    failures: 0,
    denials: 0,
    logBytesDropped: 0,
  });
}

describe('a guest that attacks, in a thread of its own: it ends as it must and the app beside it loses no sample (5)', () => {
  for (const attack of attacks().filter(({ runs }) => runs === 'worker')) {
    it(`${attack.name}: ${attack.about}`, async () => {
      const run = await arena.attack(attack);
      expect(run.violations).toEqual([]);
      expectAttackHeld(attack, run);
      await expectSteady();
    });
  }
});

it('a thread that nothing can interrupt: its app is over, and the app beside it loses no sample, also when it comes out (5)', async () => {
  const { exit, violations, leftHandles, leftClients, lampLevel, threadEnded } = await arena.stuck(3000, {
    callbackMs: 400,
  });
  expect(exit).toMatchObject({ reason: 'terminated', counters: { turnsEnded: 1, threadsStuck: 1 } });
  expect({ violations, leftHandles, leftClients, lampLevel }).toEqual({
    violations: [],
    leftHandles: [],
    leftClients: [],
    lampLevel: 0,
  });
  await expectSteady();
  await threadEnded;
  await expectSteady();
});
