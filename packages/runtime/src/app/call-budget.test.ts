import { VirtualClock } from '@kanchi/hal/mock';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GuestEnding } from '../guest/guest-ending.ts';
import { AppLimits } from './app-limits.ts';
import { CallBudget } from './call-budget.ts';
import { AppCounters } from './counters.ts';
import { type Limits, limitNames, limitTable } from './limits.ts';

const NS_PER_S = 1_000_000_000n;
const NS_PER_MS = 1_000_000n;

function createBudget(hostCallsPerSecond: number) {
  const clock = new VirtualClock();
  const counters = new AppCounters();
  const lines: string[] = [];
  let stop = false;
  const defaults = Object.fromEntries(limitNames.map((name) => [name, limitTable[name].fallback]));
  const limits = new AppLimits({
    appName: 'app',
    advise: () => 'raise it',
    values: { ...(defaults as unknown as Limits), hostCallsPerSecond },
    clock,
    counters,
    output: { log: ({ text }) => lines.push(text) },
  });
  const budget = new CallBudget({
    counters,
    clock,
    events: { waitIsInterrupted: () => stop },
    limits,
    ending: new GuestEnding(),
  });
  return {
    clock,
    counters,
    lines,
    budget,
    requestStop: () => {
      stop = true;
    },
  };
}

describe('the budget of calls', () => {
  it('makes nobody wait who stays below it', () => {
    const { clock, budget, counters, lines } = createBudget(100);
    for (let call = 0; call < 1000; call += 1) {
      budget.count();
      clock.spend(10n * NS_PER_MS);
    }
    expect(clock.nowNs()).toBe(10n * NS_PER_S);
    expect(counters.get('callsDelayed')).toBe(0);
    expect(lines).toEqual([]);
  });

  it('lets an app wait for the rest of its second only', () => {
    const { clock, budget, lines } = createBudget(2);
    budget.count();
    clock.spend(300n * NS_PER_MS);
    budget.count();
    budget.count();
    expect(clock.nowNs()).toBe(NS_PER_S);
    expect(lines).toEqual([
      'app "app": it made 2 calls to the host within a second and waits 700 ms, until that is over; raise it',
    ]);
  });

  it('ends the wait at once when the app is asked to stop', () => {
    const { clock, budget, requestStop } = createBudget(1);
    budget.count();
    clock.schedule(400n * NS_PER_MS, requestStop);
    budget.count();
    expect(clock.nowNs()).toBe(400n * NS_PER_MS);
  });

  it('holds whatever the app does between its calls: never more than twice as many in any second', () => {
    const pauseMs = fc.oneof(
      { weight: 5, arbitrary: fc.constant(0) },
      { weight: 3, arbitrary: fc.integer({ min: 0, max: 50 }) },
      { weight: 1, arbitrary: fc.integer({ min: 500, max: 2500 }) },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.array(pauseMs, { maxLength: 200 }), (limit, pauses) => {
        const { clock, budget } = createBudget(limit);
        const times: bigint[] = [];
        for (const pause of pauses) {
          budget.count();
          times.push(clock.nowNs());
          clock.spend(BigInt(pause) * NS_PER_MS);
        }
        for (const start of times) {
          const within = times.filter((time) => time >= start && time < start + NS_PER_S);
          expect(within.length).toBeLessThanOrEqual(2 * limit);
        }
      }),
    );
  });
});
