import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_ACTIONS_PER_INSTANT } from '../clock/action-queue.ts';
import { RealTimeClock } from '../clock/real-time-clock.ts';
import { codeOf } from './mock.test-support.ts';
import { VirtualClock } from './virtual-clock.ts';

describe('VirtualClock', () => {
  it('starts at 0 and moves only when told to', () => {
    const clock = new VirtualClock({ wallStartNs: 1_700_000_000_000_000_000n });
    expect(clock.nowNs()).toBe(0n);
    clock.spend(5n);
    clock.waitUntil(12n);
    clock.waitUntil(3n);
    expect(clock.nowNs()).toBe(12n);
    expect(clock.wallNs()).toBe(1_700_000_000_000_000_012n);
  });

  it('stops a wait at the next action, runs all of that instant, and returns', () => {
    const clock = new VirtualClock();
    const ran: string[] = [];
    clock.schedule(10n, () => ran.push('a'));
    clock.schedule(10n, () => ran.push('b'));
    clock.schedule(20n, () => ran.push('c'));
    clock.waitUntil(100n);
    expect([clock.nowNs(), ran]).toEqual([10n, ['a', 'b']]);
    expect(clock.nextDueNs()).toBe(20n);
    clock.waitUntil(15n);
    expect(clock.nowNs()).toBe(15n);
    clock.waitUntil(100n);
    clock.waitUntil(100n);
    expect([clock.nowNs(), ran]).toEqual([100n, ['a', 'b', 'c']]);
  });

  it('runs an action whose time has passed at the next wait or runDue, not while scheduling', () => {
    const clock = new VirtualClock();
    clock.spend(50n);
    let ran = 0;
    clock.schedule(10n, () => {
      ran += 1;
    });
    expect(ran).toBe(0);
    clock.runDue();
    expect([ran, clock.nowNs()]).toEqual([1, 50n]);
    clock.schedule(10n, () => {
      ran += 1;
    });
    clock.waitUntil(20n);
    expect([ran, clock.nowNs()]).toEqual([2, 50n]);
    let seenNs = 0n;
    clock.schedule(10n, () => {
      seenNs = clock.nowNs();
    });
    clock.spend(5n);
    expect([seenNs, clock.nowNs()]).toEqual([50n, 55n]);
  });

  it('shows each action its own time, also when it spends time itself', () => {
    const clock = new VirtualClock();
    const times: bigint[] = [];
    clock.schedule(10n, () => {
      times.push(clock.nowNs());
      clock.spend(25n);
    });
    clock.schedule(20n, () => times.push(clock.nowNs()));
    clock.schedule(30n, () => times.push(clock.nowNs()));
    clock.spend(32n);
    expect(times).toEqual([10n, 20n, 30n]);
    expect(clock.nowNs()).toBe(35n);
  });

  it('names its limits', () => {
    const clock = new VirtualClock({ maxScheduledActions: 2 });
    const cancel = clock.schedule(1n, () => {});
    clock.schedule(2n, () => {});
    expect(codeOf(() => clock.schedule(3n, () => {}))).toBe('HAL_LIMIT_REACHED');
    cancel();
    cancel();
    clock.schedule(3n, () => {});
    expect(clock.scheduledCount()).toBe(2);
    expect(codeOf(() => clock.spend(-1n))).toBe('HAL_BAD_ARGUMENT');
    expect(codeOf(() => new VirtualClock({ maxScheduledActions: 0 }))).toBe('HAL_BAD_ARGUMENT');
  });

  it('stops a world that never gets past one instant', () => {
    const clock = new VirtualClock();
    let count = 0;
    const again = (): void => {
      count += 1;
      clock.schedule(0n, again);
    };
    clock.schedule(0n, again);
    expect(codeOf(() => clock.runDue())).toBe('HAL_LIMIT_REACHED');
    expect(count).toBe(MAX_ACTIONS_PER_INSTANT);
  });

  it('runs actions by time and then by order of scheduling, without those that were cancelled', () => {
    const action = fc.record({ timeNs: fc.bigInt({ min: 0n, max: 20n }), cancelled: fc.boolean() });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), fc.bigInt({ min: 0n, max: 25n }), (actions, endNs) => {
        const clock = new VirtualClock();
        const ran: number[] = [];
        const cancels = actions.map(({ timeNs }, index) => clock.schedule(timeNs, () => ran.push(index)));
        for (const [index, { cancelled }] of actions.entries()) if (cancelled) cancels[index]?.();
        clock.spend(endNs);
        const expected = actions
          .map((each, index) => ({ ...each, index }))
          .filter(({ timeNs, cancelled }) => !cancelled && timeNs <= endNs)
          .sort((a, b) => Number(a.timeNs - b.timeNs) || a.index - b.index)
          .map(({ index }) => index);
        expect(ran).toEqual(expected);
        expect(clock.nowNs()).toBe(endNs);
      }),
    );
  });
});

describe('RealTimeClock', () => {
  it('waits to its deadline and runs what is due on the way', () => {
    const clock = new RealTimeClock();
    const startNs = clock.nowNs();
    let ranNs: bigint | undefined;
    clock.schedule(startNs + 1_000_000n, () => {
      ranNs = clock.nowNs();
    });
    while (clock.nowNs() < startNs + 2_000_000n) clock.waitUntil(startNs + 2_000_000n);
    expect(ranNs).toBeDefined();
    expect((ranNs ?? 0n) - startNs).toBeGreaterThanOrEqual(1_000_000n);
    expect(clock.nextDueNs()).toBeUndefined();
  });

  it('does not lose a wake that came before the wait', () => {
    const wake = new Int32Array(new SharedArrayBuffer(8));
    const clock = new RealTimeClock({ wake, wakeIndex: 1 });
    Atomics.add(wake, 1, 1);
    const startNs = clock.nowNs();
    clock.waitUntil(startNs + 60_000_000_000n);
    expect(clock.nowNs() - startNs).toBeLessThan(30_000_000_000n);
    // One wake ends one wait.
    const againNs = clock.nowNs();
    clock.waitUntil(againNs + 1_000_000n);
    expect(clock.nowNs() - againNs).toBeGreaterThan(500_000n);
  });

  it('takes the sum of many short bus times, not less', () => {
    const clock = new RealTimeClock();
    const startNs = clock.nowNs();
    for (let index = 0; index < 30; index += 1) clock.spend(100_000n);
    // The last part, too short to sleep for, may still be owed.
    expect(clock.nowNs() - startNs).toBeGreaterThanOrEqual(2_700_000n);
  });
});
