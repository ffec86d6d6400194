import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Turn, TurnKind } from '../app/turn-mark.ts';
import { overdueText, TurnWatch, watchTurns } from './turn-watch.ts';

const MS = 1_000_000n;
const limits = { start: 60_000, callback: 500, main: undefined };
const turnOf = (kind: TurnKind, beganMs: number, sequence = 2): Turn => ({
  kind,
  what: kind === 'callback' ? 'on_event' : kind,
  beganNs: BigInt(beganMs) * MS,
  sequence,
});

/** A watch whose app does what `turn` says, looked at whenever it wants to. */
class Bench {
  nowMs = 0;
  turn: Turn | undefined;
  looks = 0;
  overdue: string | undefined;
  readonly #pending: { atMs: number; action: () => void; cancelled: boolean }[] = [];

  start(given: {
    start: number | undefined;
    callback: number | undefined;
    main: number | undefined;
  }): () => void {
    const mark = {
      read: () => {
        this.looks += 1;
        return this.turn;
      },
    };
    return watchTurns({
      watch: new TurnWatch(mark, given),
      nowNs: () => BigInt(Math.round(this.nowMs * 1e6)),
      after: (delayMs, action) => {
        const entry = { atMs: this.nowMs + delayMs, action, cancelled: false };
        this.#pending.push(entry);
        return () => {
          entry.cancelled = true;
        };
      },
      onOverdue: (overdue) => {
        this.overdue = `${overdue.turn.what} at ${this.nowMs}`;
      },
    });
  }

  passTo(ms: number): void {
    for (;;) {
      const [next] = this.#pending
        .filter(({ atMs, cancelled }) => !cancelled && atMs <= ms)
        .sort((one, other) => one.atMs - other.atMs);
      if (next === undefined) break;
      next.cancelled = true;
      this.nowMs = next.atMs;
      next.action();
    }
    this.nowMs = ms;
  }
}

describe('the watch of turns', () => {
  it('ends a callback at its limit to the millisecond, whenever it began', () => {
    const bench = new Bench();
    bench.start(limits);
    bench.passTo(1234);
    bench.turn = turnOf('callback', 1234);
    bench.passTo(1733);
    expect(bench.overdue).toBeUndefined();
    bench.passTo(2000);
    expect(bench.overdue).toBe('on_event at 1734');
  });

  it('lets many short ones pass, with two looks in each limit at most', () => {
    const bench = new Bench();
    bench.start(limits);
    for (let ms = 0; ms < 10_000; ms += 100) {
      bench.turn = turnOf('callback', ms, ms);
      bench.passTo(ms + 99);
      bench.turn = undefined;
      bench.passTo(ms + 100);
    }
    expect(bench.overdue).toBeUndefined();
    expect(bench.looks).toBeLessThanOrEqual(41);
  });

  it('looks at an idle app once in its shortest limit, and never more often than every 10 ms', () => {
    const idle = new Bench();
    idle.start(limits);
    idle.passTo(5000);
    expect(idle.looks).toBe(11);
    const tiny = new Bench();
    tiny.start({ ...limits, callback: 1 });
    tiny.passTo(1000);
    expect(tiny.looks).toBe(101);
  });

  it('leaves a turn without a limit alone', () => {
    const bench = new Bench();
    bench.start(limits);
    bench.turn = turnOf('main', 0);
    bench.passTo(1_000_000);
    expect(bench.overdue).toBeUndefined();
  });

  it('does not take time in which the whole process stood still for the guest', () => {
    let nowMs = 0;
    const turn = turnOf('callback', 100);
    const watch = new TurnWatch({ read: () => turn }, limits);
    const look = (atMs: number) => {
      nowMs = atMs;
      return watch.look(BigInt(nowMs) * MS);
    };
    expect(look(200)).toEqual({ lookAgainInMs: 400 });
    // Stopped for an hour, 100 ms into the callback.
    expect(look(3_600_600)).toEqual({ lookAgainInMs: 500 });
    expect(look(3_601_100)).toEqual({ lookAgainInMs: 500 });
    expect(look(3_601_600)).toMatchObject({ overdue: { limitMs: 500 } });
  });

  it('has no more to do once it is over', () => {
    const bench = new Bench();
    const end = bench.start(limits);
    end();
    bench.turn = turnOf('callback', 0);
    bench.passTo(10_000);
    expect(bench.overdue).toBeUndefined();
  });

  it('is late by less than 11 ms for whatever limits and time of beginning', () => {
    fc.assert(
      fc.property(
        fc.record({ start: fc.integer({ min: 1, max: 5000 }), callback: fc.integer({ min: 1, max: 5000 }) }),
        fc.integer({ min: 0, max: 20_000 }),
        fc.constantFrom('start' as const, 'callback' as const),
        (some, beganMs, kind) => {
          const bench = new Bench();
          bench.start({ ...some, main: undefined });
          bench.passTo(beganMs);
          bench.turn = turnOf(kind, beganMs);
          bench.passTo(beganMs + some[kind] - 1);
          expect(bench.overdue).toBeUndefined();
          bench.passTo(beganMs + some[kind] + 10);
          expect(bench.overdue).toContain(kind === 'start' ? 'start at' : 'on_event at');
        },
      ),
    );
  });
});

describe('what is told of a turn that was too long', () => {
  it('names what hung, the limit, its line of app.json and what to do', () => {
    expect(overdueText({ turn: turnOf('callback', 0), limitMs: 500, tookMs: 500.7 })).toBe(
      'on_event did not return within 500 ms ("limits.callbackMs" of app.json) and the app was ended after 501 ms, outputs at their safe levels; return earlier, or raise that limit',
    );
    expect(overdueText({ turn: turnOf('main', 0), limitMs: 500, tookMs: 501 })).toBe(
      'main ran for 500 ms ("limits.callbackMs" of app.json) without a wait and the app was ended after 501 ms, outputs at their safe levels; wait for events or sleep now and then, or raise that limit',
    );
    const init = { ...turnOf('start', 0), what: 'on_init' };
    expect(overdueText({ turn: init, limitMs: 60_000, tookMs: 60_000 })).toContain(
      'on_init had not returned 60000 ms ("limits.startMs" of app.json) after the start',
    );
  });
});
