import { describe, expect, it } from 'vitest';
import { type AssembledFunction, op } from '../guest/assemble-module.test-support.ts';
import { findCallbacks } from './guest-callbacks.ts';
import { runAssembled } from './run-assembled.test-support.ts';

const imports = [
  { module: 'probe', name: 'note', type: '(i)' },
  { module: 'kanchi_clock', name: 'timer_start', type: '(IIi)i' },
  { module: 'kanchi_event', name: 'next', type: '(i)i' },
  { module: 'kanchi_event', name: 'wait', type: '(iiI)i' },
];

/** Starts a timer each 100 ms. */
const onInit: AssembledFunction = {
  exports: ['on_init'],
  type: '()',
  body: (call) => [op.i64(100_000_000n), op.i64(0n), op.i32(0), call('kanchi_clock.timer_start'), op.drop],
};
/** Notes the kind of each event, then does `more`. */
const onEvent = (more: AssembledFunction['body']): AssembledFunction => ({
  exports: ['on_event'],
  type: '(ii)',
  body: (call) => [op.local(0), call('probe.note'), ...more(call)],
});
const TIMER = 2;
const STOP = 5;

describe('the callbacks of an instance', () => {
  it('are found with and without an underscore; what is no function is not', () => {
    const call = (): number => 0;
    expect(findCallbacks({ _on_init: call, on_event: call })).toEqual({
      onInit: call,
      onEvent: call,
      onStop: undefined,
    });
    const memory = new WebAssembly.Memory({ initial: 1 });
    expect(findCallbacks({ on_init: call, on_stop: memory })?.onStop).toBeUndefined();
    expect(findCallbacks({ on_event: call })).toBeUndefined();
  });
});

describe('an event', () => {
  it('comes once, taken by the callback or not', async () => {
    for (const more of [
      () => [],
      (call: (name: string) => readonly number[]) => [op.i32(64), call('kanchi_event.next'), op.drop],
    ]) {
      const { notes } = await runAssembled(
        { imports, functions: [onInit, onEvent(more)] },
        { seconds: 0.35 },
      );
      expect(notes).toEqual([TIMER, TIMER, TIMER, STOP]);
    }
  });

  it('that a callback takes itself by waiting does not come again', async () => {
    // Each call takes its own event and the next one.
    const { notes } = await runAssembled(
      {
        imports,
        functions: [
          onInit,
          onEvent((call) => [
            op.i32(64),
            call('kanchi_event.next'),
            op.drop,
            op.i32(64),
            op.i32(1),
            op.i64(10_000_000_000n),
            call('kanchi_event.wait'),
            op.drop,
          ]),
        ],
      },
      { seconds: 0.45 },
    );
    expect(notes).toEqual([TIMER, TIMER, STOP]);
  });

  it('of stopping ends the loop although the callback waits again and again before', async () => {
    const { exit, notes } = await runAssembled(
      {
        imports,
        functions: [
          onInit,
          // Takes the stop event inside the first callback.
          onEvent((call) => [
            op.loop,
            op.i32(64),
            op.i32(1),
            op.i64(10_000_000_000n),
            call('kanchi_event.wait'),
            // wait gives 1 for an event, -28 once the stop was told and taken.
            op.i32(1),
            op.add32,
            op.i32(-27),
            op.notEqual32,
            op.branchIf(0),
            op.end,
          ]),
          { exports: ['on_stop'], type: '()', body: (call) => [op.i32(9), call('probe.note')] },
        ],
      },
      { seconds: 0.35 },
    );
    expect(notes).toEqual([TIMER, 9]);
    expect(exit).toMatchObject({ reason: 'stopped', exitCode: 0 });
  });

  it('that breaks its callback ends the app; on_stop is not called', async () => {
    const { exit, notes } = await runAssembled({
      imports,
      functions: [
        onInit,
        onEvent(() => [op.unreachable]),
        { exports: ['on_stop'], type: '()', body: (call) => [op.i32(9), call('probe.note')] },
      ],
    });
    expect(notes).toEqual([TIMER]);
    expect(exit).toMatchObject({ reason: 'trapped', code: 'KANCHI_TRAP' });
  });
});
