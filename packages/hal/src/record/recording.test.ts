import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMockBench } from '../conformance/mock-bench.test-support.ts';
import type { HalEvent } from '../contract/event.ts';
import { HalError } from '../error.ts';
import { VirtualClock } from '../mock/index.ts';
import { parseRecording, RecordingError, type RecordingLimits, recordHal } from './index.ts';

/** A bench at 1 s, with a recorder. */
function recordedBench(limits?: RecordingLimits) {
  const clock = new VirtualClock({ wallStartNs: 5_000_000_000n });
  clock.advanceTo(1_000_000_000n);
  const bench = createMockBench(clock);
  const lines: string[] = [];
  const hal = recordHal(bench.board, clock, { write: (line) => lines.push(line) }, limits);
  return { clock, bench, lines, hal, written: () => lines.map((line) => JSON.parse(line) as unknown) };
}

const info = {
  backend: 'mock',
  simulated: true,
  description: 'simulated hardware',
  drivers: { gpio: 'mock', i2c: 'mock', spi: 'mock', uart: 'mock', mmio: 'mock', pwm: 'mock' },
};
const capabilities = {
  gpio: true,
  gpioEdges: true,
  gpioBias: true,
  i2c: true,
  spi: true,
  uart: true,
  mmio: true,
  pwm: true,
};

function errorOf(call: () => unknown): RecordingError {
  try {
    call();
  } catch (error) {
    if (error instanceof RecordingError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a recording', () => {
  it('has a line for each call, with arguments, answer, error and times, and for each event', () => {
    const { clock, hal, written } = recordedBench();
    const bus = hal.openI2cBus({ bus: 1, consumer: 'app' });
    const buffer = new Uint8Array(2);
    bus.transaction(0x50, [
      { kind: 'write', bytes: Uint8Array.of(3) },
      { kind: 'read', buffer },
    ]);
    expect(() => bus.transaction(0x51, [{ kind: 'write', bytes: Uint8Array.of() }])).toThrow(HalError);
    const input = hal.openGpioLine({ offset: 21, consumer: 'app', direction: 'input' });
    input.watch({ edges: 'both', sink: { push: () => {} }, token: 9 });
    const output = hal.openGpioLine({ consumer: 'other', direction: 'output', offset: 20 });
    output.write(1);
    clock.spend(1_000n);
    hal.close();
    hal.finish();
    // A byte is 9 bits of 10 us at 100 kHz, a start or stop one: start, address, 3, start, address, two bytes, stop.
    const transactionNs = 480_000;
    // Start, address, stop.
    const absentNs = 110_000;
    const lastAt = transactionNs + absentNs;
    const memory = {
      maxOperationBytes: 8192,
      maxOperations: 42,
      tenBitAddresses: false,
      tellsAcknowledgeSource: true,
    };
    expect(written()).toEqual([
      { kanchi: 'recording', version: 1, startNs: '1000000000', wallNs: '6000000000', info, capabilities },
      {
        call: 'openI2cBus',
        consumer: 'app',
        args: { bus: 1 },
        at: 0,
        tookNs: 0,
        handle: 1,
        result: { bus: 1, capabilities: memory },
      },
      {
        call: 'transaction',
        on: 1,
        args: { address: 0x50, operations: [{ write: '03' }, { read: 2 }] },
        at: 0,
        tookNs: transactionNs,
        result: ['0000'],
      },
      {
        call: 'transaction',
        on: 1,
        args: { address: 0x51, operations: [{ write: '' }] },
        at: transactionNs,
        tookNs: absentNs,
        error: {
          code: 'HAL_I2C_NO_ACKNOWLEDGE_ADDRESS',
          message: expect.any(String) as string,
          errno: 'EREMOTEIO',
          details: expect.any(Object) as object,
        },
      },
      {
        call: 'openGpioLine',
        consumer: 'app',
        args: { offset: 21, direction: 'input' },
        at: lastAt,
        tookNs: 0,
        handle: 2,
        result: { offset: 21, direction: 'input' },
      },
      { call: 'watch', on: 2, args: { edges: 'both' }, at: lastAt, tookNs: 0 },
      {
        call: 'openGpioLine',
        consumer: 'other',
        args: { offset: 20, direction: 'output' },
        at: lastAt,
        tookNs: 0,
        handle: 3,
        result: { offset: 20, direction: 'output' },
      },
      { event: 'edge', on: 2, at: lastAt, timeNs: lastAt, sequence: 1, detail: 1, during: 'other' },
      { call: 'write', on: 3, args: { level: 1 }, at: lastAt, tookNs: 0 },
      { call: 'close', args: {}, at: lastAt + 1_000, tookNs: 0 },
      { end: true, at: lastAt + 1_000, entries: 9, dropped: 0 },
    ]);
  });

  it('hands events and answers on as they are', () => {
    const { hal, bench, clock } = recordedBench();
    const line = hal.openGpioLine({ offset: 22, consumer: 'app', direction: 'input' });
    const events: HalEvent[] = [];
    line.watch({ edges: 'rising', sink: { push: (event) => events.push(event) }, token: 4 });
    clock.spend(7n);
    bench.board.line(22).drive(1);
    expect(events).toEqual([{ kind: 'edge', token: 4, timeNs: 1_000_000_007n, sequence: 1, detail: 1 }]);
    expect(line.read()).toBe(1);
    hal.close();
  });
});

describe('a recording that cannot go on', () => {
  it('ends at its limit of entries, counts what it lacks, says so, and does not disturb the app', () => {
    const { hal, lines } = recordedBench({ maxEntries: 2 });
    const line = hal.openGpioLine({ offset: 22, consumer: 'app', direction: 'output' });
    line.write(1);
    line.write(0);
    expect(line.read()).toBe(0);
    line.close();
    expect([hal.entryCount, hal.droppedCount]).toEqual([2, 3]);
    const error = errorOf(() => hal.finish());
    expect(error.code).toBe('RECORDING_INCOMPLETE');
    expect(error.message).toContain('lacks 3');
    expect(errorOf(() => hal.finish()).code).toBe('RECORDING_INCOMPLETE');
    expect(lines).toHaveLength(4);
    expect(parseRecording(lines.join('')).incomplete).toBe(
      '3 calls and events after the last one are missing',
    );
  });

  it('has no gap when a short line would fit after one that did not', () => {
    const { hal, lines } = recordedBench({ maxCharacters: 900 });
    const bus = hal.openI2cBus({ bus: 1, consumer: 'app' });
    bus.transaction(0x50, [{ kind: 'write', bytes: new Uint8Array(400) }]);
    bus.close();
    expect(hal.droppedCount).toBe(2);
    expect(() => hal.finish()).toThrow(RecordingError);
    expect(parseRecording(lines.join('')).entries).toHaveLength(1);
  });

  it('because it cannot be written says why, and the app goes on', () => {
    const clock = new VirtualClock();
    const { board } = createMockBench(clock);
    let count = 0;
    const hal = recordHal(board, clock, {
      write: () => {
        count += 1;
        if (count > 2) throw new Error('the disk is full');
      },
    });
    const line = hal.openGpioLine({ offset: 22, consumer: 'app', direction: 'output' });
    line.write(1);
    line.close();
    const error = errorOf(() => hal.finish());
    expect(error.code).toBe('RECORDING_INCOMPLETE');
    expect(error.message).toContain('the disk is full');
    expect(error.message).toContain('lacks 2');
  });
});

describe('what is read', () => {
  const whole = (() => {
    const { hal, lines } = recordedBench();
    const line = hal.openGpioLine({ offset: 22, consumer: 'app', direction: 'input' });
    line.read();
    line.close();
    hal.finish();
    return lines.join('');
  })();
  const [header, open, read, , end] = whole.split('\n') as [string, string, string, string, string];

  it.each<[string, string, RegExp]>([
    ['nothing', '', /line 1 .*begin/u],
    ['another file', '{"kanchi":1}\n', /line 1 .*begin/u],
    ['what is no JSON', 'hello\n', /line 1 .*no JSON/u],
    ['a later version', `${header.replace('"version":1', '"version":2')}\n`, /version 2/u],
    ['a start that is no time', `${header.replace('1000000000', 'soon')}\n`, /line 1 .*when/u],
    ['a call on a handle that nobody opened', `${header}\n${read}\n`, /line 2 .*no handle 1/u],
    ['a handle that is opened twice', `${header}\n${open}\n${open}\n`, /line 3 .*opens nothing/u],
    [
      'an error code that there is not',
      `${header}\n${open.replace('"handle":1', '"error":{"code":"X","message":""}')}\n`,
      /line 2 .*error/u,
    ],
    [
      'an event without its fields',
      `${header}\n${open}\n{"event":"edge","on":1,"at":0}\n`,
      /line 3 .*no event/u,
    ],
    [
      'an event of no handle',
      `${header}\n{"event":"edge","at":0,"timeNs":0,"sequence":1,"detail":1}\n`,
      /line 2/u,
    ],
    ['a time that is none', `${header}\n${open.replace('"at":0', '"at":-1')}\n`, /line 2 .*no time/u],
    ['a list', `${header}\n[]\n`, /line 2 .*no object/u],
    ['fewer entries than the end tells', `${header}\n${open}\n${end}\n`, /3 entries, and there are 1/u],
    ['more after the end', `${whole}${open}\n`, /more after the end/u],
  ])('is refused: %s', (_, text, reason) => {
    const error = errorOf(() => parseRecording(text));
    expect(error.code).toBe('RECORDING_INVALID');
    expect(error.message).toMatch(reason);
  });

  it.each<[string, number, number | undefined, number]>([
    ['where the request was, when that is what was noted', 300, undefined, 300],
    ['just after the last look in vain', 300, 350, 301],
    ['with the last event that came before the look that found it', 300, 900, 620],
    ['with an event at that very moment', 300, 620, 620],
  ])('asks for a stop %s', (_, stopAt, stopSeenAt, expected) => {
    const event = (at: number): string =>
      `{"event":"edge","on":1,"at":${at},"timeNs":${at},"sequence":1,"detail":1}\n`;
    const last = JSON.stringify({ end: true, at: 2000, stopAt, stopSeenAt, entries: 4, dropped: 0 });
    const text = `${header}\n${open}\n${event(200)}${event(620)}${event(1500)}${last}\n`;
    expect(parseRecording(text).stopNs).toBe(expected);
  });

  it('may be cut off anywhere after the header, also within a line, and is incomplete then', () => {
    const firstLine = whole.indexOf('\n') + 1;
    for (let length = firstLine; length < whole.length; length += 1) {
      expect(parseRecording(whole.slice(0, length)).incomplete).toBe('it was cut off before its end');
    }
    expect(parseRecording(whole).incomplete).toBeUndefined();
  });

  it('is a recording or refused with its own error, whatever it is', () => {
    const pieces = fc.oneof(
      fc.constantFrom('{', '}', '"', '\n', '1', 'null', ':', ',', '[]', '-1', '1e99'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(12), pieces, (at, length, piece) => {
        const text = whole.slice(0, at) + piece + whole.slice(at + length);
        try {
          parseRecording(text);
        } catch (error) {
          expect(error).toBeInstanceOf(RecordingError);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
