import { describe, expect, it } from 'vitest';
import { createMockBench } from '../conformance/mock-bench.test-support.ts';
import type { HalEvent } from '../contract/event.ts';
import type { Hal } from '../contract/hal.ts';
import { HalError } from '../error.ts';
import { VirtualClock } from '../mock/index.ts';
import { createReplayHal, parseRecording, RecordingError, recordHal } from './index.ts';

function record(session: (hal: Hal, clock: VirtualClock) => void): string {
  const clock = new VirtualClock();
  const { board } = createMockBench(clock);
  let text = '';
  const hal = recordHal(board, clock, { write: (line) => (text += line) });
  hal.begin();
  session(hal, clock);
  hal.finish();
  return text;
}

function errorOf(call: () => unknown): RecordingError {
  try {
    call();
  } catch (error) {
    if (error instanceof RecordingError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const blink = (hal: Hal, clock: VirtualClock): void => {
  using line = hal.openGpioLine({ offset: 22, consumer: 'app', direction: 'output' });
  line.write(1);
  clock.spend(250n);
  line.write(0);
};

describe('a replay', () => {
  const text = record(blink);
  const start = () => createReplayHal(parseRecording(text));

  it('comes to the recorded end', () => {
    const hal = start();
    blink(hal, hal.clock);
    hal.finish();
    expect(hal.difference).toBeUndefined();
    expect(hal.clock.nowNs()).toBe(250n);
  });

  it('names the first call that differs in an argument: index, expected, got', () => {
    const hal = start();
    const line = hal.openGpioLine({ offset: 22, consumer: 'app', direction: 'output' });
    const error = errorOf(() => line.write(0));
    expect(error.code).toBe('RECORDING_DIFFERS');
    expect(error.difference).toEqual({
      index: 1,
      expected: 'write on handle 1 {"level":1}',
      got: 'write on handle 1 {"level":0}',
    });
    expect(error.message).toContain('entry 1');
  });

  it('names another call, another request, and one after the end', () => {
    const other = start();
    const line = other.openGpioLine({ offset: 22, consumer: 'app', direction: 'output' });
    expect(errorOf(() => line.read()).difference).toMatchObject({ index: 1, got: 'read on handle 1 {}' });
    const request = { offset: 23, consumer: 'app', direction: 'output' } as const;
    expect(errorOf(() => start().openGpioLine(request)).difference).toEqual({
      index: 0,
      expected: 'openGpioLine by "app" {"direction":"output","offset":22}',
      got: 'openGpioLine by "app" {"direction":"output","offset":23}',
    });
    const late = start();
    blink(late, late.clock);
    expect(errorOf(() => late.openGpioLine(request)).difference).toMatchObject({
      index: 4,
      expected: 'the end of the recording',
    });
  });

  it('keeps its first difference: every later call gets it, closing does not, and finish tells it', () => {
    const hal = start();
    const line = hal.openGpioLine({ offset: 22, consumer: 'app', direction: 'output' });
    const first = errorOf(() => line.read());
    expect(errorOf(() => line.write(1))).toBe(first);
    expect(hal.difference).toBe(first);
    line.close();
    hal.close();
    expect(hal.openHandleCount()).toBe(0);
    expect(errorOf(() => hal.finish())).toBe(first);
  });

  it('that leaves a recorded call out is told at the end; closing may be left out', () => {
    const hal = start();
    const line = hal.openGpioLine({ offset: 22, consumer: 'app', direction: 'output' });
    line.write(1);
    expect(errorOf(() => hal.finish()).difference).toEqual({
      index: 2,
      expected: 'write on handle 1 {"level":0}',
      got: 'the end of the session',
    });
    const open = start();
    const kept = open.openGpioLine({ offset: 22, consumer: 'app', direction: 'output' });
    kept.write(1);
    kept.write(0);
    open.finish();
  });

  it('tells consumers apart, and their order among each other is free', () => {
    const two = record((hal) => {
      const one = hal.openGpioLine({ offset: 22, consumer: 'one', direction: 'output' });
      const other = hal.openGpioLine({ offset: 23, consumer: 'other', direction: 'output' });
      one.write(1);
      other.write(0);
    });
    const hal = createReplayHal(parseRecording(two));
    const other = hal.openGpioLine({ offset: 23, consumer: 'other', direction: 'output' });
    other.write(0);
    const one = hal.openGpioLine({ offset: 22, consumer: 'one', direction: 'output' });
    one.write(1);
    expect(() => hal.finish()).not.toThrow();
  });

  it('throws errors as they were recorded', () => {
    const failing = record((hal) => {
      const bus = hal.openI2cBus({ bus: 1, consumer: 'app' });
      expect(() => bus.transaction(0x51, [{ kind: 'write', bytes: Uint8Array.of(1) }])).toThrow(HalError);
    });
    const hal = createReplayHal(parseRecording(failing));
    const bus = hal.openI2cBus({ bus: 1, consumer: 'app' });
    let thrown: unknown;
    try {
      bus.transaction(0x51, [{ kind: 'write', bytes: Uint8Array.of(1) }]);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(HalError);
    expect(thrown).toMatchObject({ code: 'HAL_I2C_NO_ACKNOWLEDGE_ADDRESS', errno: 'EREMOTEIO' });
  });

  it('hands events out at their time while the consumer waits, with the token of its own watch', () => {
    const edges = record((hal, clock) => {
      const input = hal.openGpioLine({ offset: 21, consumer: 'app', direction: 'input' });
      input.watch({ edges: 'rising', sink: { push: () => {} }, token: 1 });
      clock.schedule(40n, () =>
        hal.openGpioLine({ offset: 20, consumer: 'world', direction: 'output', initialLevel: 1 }),
      );
      clock.spend(100n);
    });
    // The other consumer's open is what made the edge; here it is left to the recording's time.
    const hal = createReplayHal(parseRecording(edges.replace(',"during":"world"', '')));
    const input = hal.openGpioLine({ offset: 21, consumer: 'app', direction: 'input' });
    const events: HalEvent[] = [];
    input.watch({ edges: 'rising', sink: { push: (event) => events.push(event) }, token: 77 });
    hal.clock.waitUntil(100n);
    hal.clock.waitUntil(100n);
    expect(events).toEqual([{ kind: 'edge', token: 77, timeNs: 40n, sequence: 1, detail: 1 }]);
  });
});

describe('an incomplete recording', () => {
  const cut = record(blink).split('\n').slice(0, 3).join('\n');

  it('is refused', () => {
    const error = errorOf(() => createReplayHal(parseRecording(`${cut}\n`)));
    expect(error.code).toBe('RECORDING_INCOMPLETE');
  });

  it('is replayed as far as it goes when that is asked for', () => {
    const hal = createReplayHal(parseRecording(`${cut}\n`), { allowIncomplete: true });
    const line = hal.openGpioLine({ offset: 22, consumer: 'app', direction: 'output' });
    line.write(1);
    expect(errorOf(() => line.write(0)).code).toBe('RECORDING_INCOMPLETE');
  });
});
