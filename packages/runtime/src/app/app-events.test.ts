import type { Clock } from '@kanchi/hal';
import { describe, expect, it } from 'vitest';
import { AppEvents, eventKind } from './app-events.ts';
import { AppCounters } from './counters.ts';

class StepClock implements Clock {
  timeNs = 0n;
  waits = 0;
  nowNs(): bigint {
    return this.timeNs;
  }
  wallNs(): bigint {
    return this.timeNs;
  }
  waitUntil(deadlineNs: bigint): void {
    this.waits += 1;
    this.timeNs = deadlineNs > this.timeNs ? deadlineNs : this.timeNs;
  }
}

function setUp(capacity = 4): {
  clock: StepClock;
  counters: AppCounters;
  events: AppEvents;
  stop: { requested: boolean };
} {
  const clock = new StepClock();
  const counters = new AppCounters();
  const stop = { requested: false };
  const events = new AppEvents({ clock, counters, capacity, stopRequested: () => stop.requested });
  return { clock, counters, events, stop };
}

describe('app events', () => {
  it('fires a timer on its grid, without drift, for as long as it runs', () => {
    const { clock, events } = setUp();
    events.startTimer(7, 100n, 100n, false);
    const times: bigint[] = [];
    for (let index = 0; index < 5; index += 1) {
      expect(events.wait(10_000n, 'test.wait')).toBe('event');
      const event = events.next();
      expect(event).toMatchObject({ kind: eventKind.timer, handle: 7, lost: 0, detail: 0 });
      times.push(event?.timeNs ?? -1n);
      clock.timeNs += 30n; // The callback takes its time.
    }
    expect(times).toEqual([100n, 200n, 300n, 400n, 500n]);
  });

  it('tells the expiries that a late app missed and goes back to the grid', () => {
    const { clock, events } = setUp();
    events.startTimer(7, 100n, 100n, false);
    clock.timeNs = 450n;
    expect(events.wait(10_000n, 'test.wait')).toBe('event');
    expect(events.next()).toMatchObject({ timeNs: 100n, detail: 3 });
    expect(events.wait(10_000n, 'test.wait')).toBe('event');
    expect(events.next()).toMatchObject({ timeNs: 500n, detail: 0 });
  });

  it('fires a one-shot timer once', () => {
    const { events } = setUp();
    events.startTimer(7, 100n, 100n, true);
    expect(events.wait(1000n, 'test.wait')).toBe('event');
    events.next();
    expect(events.wait(1000n, 'test.wait')).toBe('deadline');
  });

  it('drops the oldest event when full, counts it and tells the loss with the next of that source', () => {
    const { counters, events } = setUp(2);
    for (let sequence = 1; sequence <= 4; sequence += 1) {
      events.sink.push({ kind: 'edge', token: 9, timeNs: BigInt(sequence), sequence, detail: sequence % 2 });
    }
    expect(counters.get('eventsDropped')).toBe(2);
    expect(events.next()).toMatchObject({ handle: 9, sequence: 3, lost: 2 });
    expect(events.next()).toMatchObject({ handle: 9, sequence: 4, lost: 0 });
    expect(events.next()).toBeUndefined();
  });

  it('tells a gap that the backend left in the sequence as lost', () => {
    const { events } = setUp();
    events.sink.push({ kind: 'edge', token: 9, timeNs: 1n, sequence: 1, detail: 1 });
    events.sink.push({ kind: 'edge', token: 9, timeNs: 2n, sequence: 5, detail: 1 });
    expect(events.next()?.lost).toBe(0);
    expect(events.next()?.lost).toBe(3);
  });

  it('delivers nothing of a source that was closed', () => {
    const { events } = setUp();
    events.sink.push({ kind: 'edge', token: 9, timeNs: 1n, sequence: 1, detail: 1 });
    events.startTimer(8, 100n, 0n, false);
    events.forget(9);
    events.forget(8);
    expect(events.next()).toBeUndefined();
  });

  it('tells a stop once as an event, then ends waits and sleeps early, then ends an app that goes on waiting', () => {
    const { clock, events, stop } = setUp();
    stop.requested = true;
    expect(events.wait(1000n, 'test.wait')).toBe('event');
    expect(events.next()).toMatchObject({ kind: eventKind.stop, handle: 0 });
    expect(events.wait(1000n, 'test.wait')).toBe('stopped');
    expect(events.sleep(1000n, 'test.sleep')).toBe(false);
    // Also one whose time has passed: an app that is always late must hear of it.
    expect(events.sleep(0n, 'test.sleep')).toBe(false);
    expect(clock.waits).toBe(0);
    expect(() => {
      for (let index = 0; index < 40; index += 1) {
        events.sleep(1000n, 'test.sleep');
      }
    }).toThrow('test.sleep: the app was asked to stop');
  });
});
