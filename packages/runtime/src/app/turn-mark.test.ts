import { describe, expect, it } from 'vitest';
import { turnLimitsOf } from './turn-limits.ts';
import { TurnMark } from './turn-mark.ts';

function markAt(startNs: bigint) {
  const time = { nowNs: startNs };
  const buffer = new SharedArrayBuffer(TurnMark.byteLength);
  // The watcher's own view of the same memory.
  return { time, mark: new TurnMark(buffer, () => time.nowNs), watcher: new TurnMark(buffer) };
}

describe('the mark of a guest that has control', () => {
  it('says what was called and when, and nothing between', () => {
    const { time, mark, watcher } = markAt(5n);
    expect(watcher.read()).toBeUndefined();
    mark.callback('on_event', () => {
      expect(watcher.read()).toMatchObject({ kind: 'callback', what: 'on_event', beganNs: 5n });
    });
    expect(watcher.read()).toBeUndefined();
    time.nowNs = 9n;
    mark.callback('on_stop', () => {
      expect(watcher.read()).toMatchObject({ kind: 'callback', what: 'on_stop', beganNs: 9n });
    });
  });

  it('counts all parts of the start from the first one', () => {
    const { time, mark, watcher } = markAt(100n);
    mark.start('its start function', () => {
      expect(watcher.read()).toMatchObject({ kind: 'start', what: 'its start function', beganNs: 100n });
    });
    time.nowNs = 300n;
    mark.start('on_init', () => {
      // A sensor that warms up: the start goes on.
      mark.wait(() => expect(watcher.read()).toMatchObject({ what: 'on_init', beganNs: 100n }));
      expect(watcher.read()).toMatchObject({ kind: 'start', what: 'on_init', beganNs: 100n });
    });
  });

  it('gives main a new turn after each wait, and another number', () => {
    const { time, mark, watcher } = markAt(1n);
    mark.main('main', () => {
      const first = watcher.read();
      expect(first).toMatchObject({ kind: 'main', what: 'main', beganNs: 1n });
      mark.wait(() => {
        expect(watcher.read()).toBeUndefined();
        time.nowNs = 50n;
      });
      const second = watcher.read();
      expect(second).toMatchObject({ kind: 'main', beganNs: 50n });
      expect(second?.sequence).not.toBe(first?.sequence);
    });
  });

  it('is taken away when the guest traps, also out of a wait', () => {
    const { mark, watcher } = markAt(1n);
    const trap = (): never => {
      throw new Error('trap');
    };
    expect(() => mark.callback('on_event', trap)).toThrow('trap');
    expect(() => mark.main('main', () => mark.wait(trap))).toThrow('trap');
    expect(watcher.read()).toBeUndefined();
  });

  it('is not read while it changes', () => {
    const buffer = new SharedArrayBuffer(TurnMark.byteLength);
    const mark = new TurnMark(buffer);
    mark.main('main', () => {
      Atomics.add(new Int32Array(buffer), 0, 1);
      expect(mark.read()).toBeUndefined();
      Atomics.add(new Int32Array(buffer), 0, 1);
      expect(mark.read()).toMatchObject({ kind: 'main' });
    });
  });
});

describe('the limits of the turns of an app', () => {
  const limits = { startMs: 60_000, callbackMs: 180_000 };
  const harmless = [{ kind: 'log' }, { kind: 'clock' }];

  it('let a main compute that may only print and look at the clock', () => {
    expect(turnLimitsOf({ limits, permissions: harmless })).toEqual({
      start: 60_000,
      callback: 180_000,
      main: undefined,
    });
  });

  it('end a main that is granted anything else, and any main whose limit is not the default', () => {
    expect(turnLimitsOf({ limits, permissions: [...harmless, { kind: 'gpio' }] }).main).toBe(180_000);
    // A kind that is added some day.
    expect(turnLimitsOf({ limits, permissions: [{ kind: 'laser' }] }).main).toBe(180_000);
    expect(turnLimitsOf({ limits: { ...limits, callbackMs: 250 }, permissions: harmless })).toEqual({
      start: 60_000,
      callback: 250,
      main: 250,
    });
  });
});
