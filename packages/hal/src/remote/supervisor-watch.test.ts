import { describe, expect, it } from 'vitest';
import { SupervisorWatch } from './supervisor-watch.ts';

const S = 1_000_000_000n;

/** Looks twice a second from the time `from` to `to`, seconds; the times at which the supervisor was lost. */
function looks(watch: SupervisorWatch, from: number, to: number, beatsAt: (seconds: number) => number) {
  const lost: number[] = [];
  for (let at = from; at <= to; at += 0.5) {
    if (watch.look(beatsAt(at), BigInt(at * 1e9))) lost.push(at);
  }
  return lost;
}

describe('SupervisorWatch', () => {
  it('is content with a beat a second', () => {
    const watch = new SupervisorWatch(10_000, 0, 0n);
    expect(looks(watch, 0, 60, Math.floor)).toEqual([]);
  });

  it('tells once that ten seconds have passed without a beat, and again after the next silence', () => {
    const watch = new SupervisorWatch(10_000, 0, 0n);
    const beats = (at: number) => (at < 5 ? Math.floor(at) : at < 40 ? 5 : 6);
    expect(looks(watch, 0, 80, beats)).toEqual([15, 50]);
  });

  it('takes a process that was stopped for an hour for one second of silence', () => {
    const watch = new SupervisorWatch(10_000, 0, 0n);
    expect(watch.look(0, 3600n * S)).toBe(false);
    expect(looks(watch, 3600, 3608, () => 0)).toEqual([]);
    expect(watch.look(0, 3609n * S)).toBe(true);
  });
});
