import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GpioLineRequest, Level } from '../contract/gpio.ts';
import { MockBoard } from './board.ts';
import { codeOf, EventList } from './mock.test-support.ts';
import { VirtualClock } from './virtual-clock.ts';

function boardWithClock(): { board: MockBoard; clock: VirtualClock } {
  const clock = new VirtualClock();
  return { board: new MockBoard({ clock }), clock };
}

function output(offset: number, more: Partial<GpioLineRequest> = {}): GpioLineRequest {
  return { offset, consumer: 'test', direction: 'output', ...more };
}

function input(offset: number, more: Partial<GpioLineRequest> = {}): GpioLineRequest {
  return { offset, consumer: 'test', direction: 'input', ...more };
}

describe('mock GPIO output', () => {
  it('becomes an output together with its initial level, in one edge', () => {
    const { board } = boardWithClock();
    using line = board.openGpioLine(output(17, { initialLevel: 1, bias: 'pull-up' }));
    expect(line.read()).toBe(1);
    expect(board.trace.toText()).toBe('0.000000000 pinctrl-mock/17 rise\n');
  });

  it('makes no edge when a pulled-up line becomes a high output, nor when a level is written again', () => {
    const { board } = boardWithClock();
    board.line(4).pull('up');
    board.trace.clear();
    using line = board.openGpioLine(output(4, { initialLevel: 1 }));
    line.write(1);
    expect(board.trace.entries()).toEqual([]);
  });

  it('inverts all levels of an active-low line, the safe level too', () => {
    const { board } = boardWithClock();
    const line = board.openGpioLine(output(5, { activeLow: true, initialLevel: 1, safeLevel: 0 }));
    expect(board.line(5).level()).toBe(0);
    expect(line.read()).toBe(1);
    line.write(0);
    expect(board.line(5).level()).toBe(1);
    line.write(1);
    line.close();
    expect(board.line(5).level()).toBe(1);
  });

  it('drives the safe level on close, then is an input that floats at that level', () => {
    const { board } = boardWithClock();
    const line = board.openGpioLine(output(17, { initialLevel: 1, safeLevel: 0 }));
    expect(board.line(17).owner()).toBe('test');
    line.close();
    line.close();
    expect(board.line(17).level()).toBe(0);
    expect(board.line(17).direction()).toBe('input');
    expect(board.line(17).owner()).toBeUndefined();
    expect(board.openHandleCount()).toBe(0);
  });

  it('stays as it is on close without a safe level', () => {
    const { board } = boardWithClock();
    board.openGpioLine(output(17, { initialLevel: 1 })).close();
    expect(board.line(17).level()).toBe(1);
  });

  it('only pulls down when open drain, and only up when open source', () => {
    const { board } = boardWithClock();
    using drain = board.openGpioLine(output(2, { drive: 'open-drain', initialLevel: 1 }));
    expect(drain.read()).toBe(0);
    board.line(2).pull('up');
    expect(drain.read()).toBe(1);
    drain.write(0);
    expect(drain.read()).toBe(0);
    using source = board.openGpioLine(output(3, { drive: 'open-source', initialLevel: 0, bias: 'pull-up' }));
    expect(source.read()).toBe(1);
    board.line(3).pull('down');
    expect(source.read()).toBe(0);
    source.write(1);
    expect(source.read()).toBe(1);
    expect(board.line(3).shortCount()).toBe(0);
  });
});

describe('mock GPIO ownership and modes', () => {
  it('refuses a second owner and names the first', () => {
    const { board } = boardWithClock();
    using first = board.openGpioLine(output(17, { consumer: 'blink' }));
    expect(() => board.openGpioLine(input(17))).toThrow(
      expect.objectContaining({
        code: 'HAL_BUSY',
        errno: 'EBUSY',
        message: expect.stringContaining('blink'),
      }),
    );
    expect(board.openHandles()).toEqual(['gpio pinctrl-mock/17 (blink)']);
    first.close();
    board.openGpioLine(input(17)).close();
  });

  it.each([
    ['write on an input', 'HAL_GPIO_MODE'],
    ['watch on an output', 'HAL_GPIO_MODE'],
    ['a level of 2', 'HAL_BAD_ARGUMENT'],
    ['a line beyond the chip', 'HAL_NO_SUCH_DEVICE'],
    ['a chip that is not there', 'HAL_NO_SUCH_DEVICE'],
    ['an empty consumer', 'HAL_BAD_ARGUMENT'],
    ['open drain on an input', 'HAL_BAD_ARGUMENT'],
    ['a negative debounce time', 'HAL_BAD_ARGUMENT'],
  ])('refuses %s with %s', (what, code) => {
    const { board } = boardWithClock();
    using out = board.openGpioLine(output(1));
    using inp = board.openGpioLine(input(2));
    const sink = new EventList();
    const calls: Record<string, () => unknown> = {
      'write on an input': () => inp.write(1),
      'watch on an output': () => out.watch({ edges: 'both', sink, token: 1 }),
      'a level of 2': () => out.write(2 as Level),
      'a line beyond the chip': () => board.openGpioLine(input(54)),
      'a chip that is not there': () => board.openGpioLine(input(0, { chip: 'pinctrl-bcm2711' })),
      'an empty consumer': () => board.openGpioLine(input(9, { consumer: '' })),
      'open drain on an input': () => board.openGpioLine(input(9, { drive: 'open-drain' })),
      'a negative debounce time': () => inp.watch({ edges: 'both', sink, token: 1, debounceUs: -1 }),
    };
    expect(codeOf(calls[what] as () => unknown)).toBe(code);
    expect(board.openHandleCount()).toBe(2);
  });

  it('refuses every call after close', () => {
    const { board } = boardWithClock();
    const out = board.openGpioLine(output(1));
    const inp = board.openGpioLine(input(2));
    board.close();
    const sink = new EventList();
    expect(codeOf(() => out.write(1))).toBe('HAL_CLOSED');
    expect(codeOf(() => out.read())).toBe('HAL_CLOSED');
    expect(codeOf(() => inp.watch({ edges: 'both', sink, token: 1 }))).toBe('HAL_CLOSED');
    expect(codeOf(() => inp.unwatch())).toBe('HAL_CLOSED');
    expect(board.line(1).level()).toBe(0);
  });

  it('has lines of several chips by label', () => {
    const clock = new VirtualClock();
    const board = new MockBoard({
      clock,
      chips: [
        { label: 'header', lineCount: 4 },
        { label: 'expander', lineCount: 2 },
      ],
    });
    using line = board.openGpioLine(output(1, { chip: 'expander', initialLevel: 1 }));
    expect(line.read()).toBe(1);
    expect(board.line(1, 'expander').level()).toBe(1);
    expect(board.line(1).level()).toBe(0);
  });
});

describe('mock GPIO wiring', () => {
  it('carries a level over a wire until it is cut', () => {
    const { board } = boardWithClock();
    using out = board.openGpioLine(output(17));
    using inp = board.openGpioLine(input(27, { bias: 'pull-down' }));
    const cut = board.wire(17, 27);
    out.write(1);
    expect(inp.read()).toBe(1);
    cut();
    cut();
    expect(inp.read()).toBe(0);
    expect(board.line(17).level()).toBe(1);
  });

  it('joins a driven line without a glitch', () => {
    const { board } = boardWithClock();
    using out = board.openGpioLine(output(17, { initialLevel: 1 }));
    board.trace.clear();
    board.wire(27, 17);
    expect(board.trace.toText()).toBe('0.000000000 pinctrl-mock/27 rise\n');
    expect(out.read()).toBe(1);
  });

  it('counts conflicting drivers as a short, in which low wins', () => {
    const { board } = boardWithClock();
    using a = board.openGpioLine(output(1, { initialLevel: 1 }));
    using b = board.openGpioLine(output(2, { initialLevel: 0 }));
    board.wire(1, 2);
    expect([a.read(), b.read()]).toEqual([0, 0]);
    expect(board.line(1).shortCount()).toBe(1);
    a.write(0);
    a.write(1);
    expect(board.line(2).shortCount()).toBe(2);
    b.write(1);
    expect(a.read()).toBe(1);
  });

  it('sees a short with an outside driver at each write', () => {
    const { board } = boardWithClock();
    using line = board.openGpioLine(output(1));
    board.line(1).drive(0);
    line.write(1);
    expect([line.read(), board.line(1).shortCount()]).toEqual([0, 1]);
    line.write(0);
    line.write(1);
    expect(board.line(1).shortCount()).toBe(2);
    board.line(1).release();
    expect(line.read()).toBe(1);
  });

  it('lets an outside driver win over a pull, and an outside pull over that of the chip', () => {
    const { board } = boardWithClock();
    using line = board.openGpioLine(input(4, { bias: 'pull-up' }));
    expect(line.read()).toBe(1);
    board.line(4).pull('down');
    expect(line.read()).toBe(0);
    board.line(4).drive(1);
    expect(line.read()).toBe(1);
    board.line(4).release();
    board.line(4).release();
    expect(line.read()).toBe(0);
    board.line(4).pull('none');
    expect(line.read()).toBe(1);
  });

  it('splits exactly what a cut wire joined, in any order of cuts', () => {
    const pair = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 }));
    fc.assert(
      fc.property(
        fc.array(pair, { maxLength: 8 }),
        fc.array(fc.boolean(), { maxLength: 8 }),
        (pairs, cuts) => {
          const { board } = boardWithClock();
          for (let offset = 0; offset < 6; offset += 1) board.line(offset).pull('down');
          const kept = pairs.filter(([a, b], index) => {
            const cut = board.wire(a, b);
            if (cuts[index] === true) cut();
            return cuts[index] !== true;
          });
          const reached = new Set([0]);
          for (let round = 0; round < 6; round += 1) {
            for (const [a, b] of kept) {
              if (reached.has(a) || reached.has(b)) reached.add(a).add(b);
            }
          }
          board.line(0).drive(1);
          const high = [0, 1, 2, 3, 4, 5].filter((offset) => board.line(offset).level() === 1);
          expect(high).toEqual([...reached].sort((a, b) => a - b));
        },
      ),
    );
  });
});

describe('mock GPIO edge events', () => {
  it('pushes edges with time, level and sequence, never from inside watch', () => {
    const { board, clock } = boardWithClock();
    const sink = new EventList();
    using line = board.openGpioLine(input(22, { bias: 'pull-up', activeLow: true }));
    board.line(22).drive(0);
    line.watch({ edges: 'both', sink, token: 7 });
    expect(sink.events).toEqual([]);
    clock.spend(5n);
    board.line(22).drive(1);
    clock.spend(5n);
    board.line(22).drive(0);
    expect(sink.events).toEqual([
      { kind: 'edge', token: 7, timeNs: 5n, sequence: 1, detail: 0 },
      { kind: 'edge', token: 7, timeNs: 10n, sequence: 2, detail: 1 },
    ]);
    line.unwatch();
    line.unwatch();
    board.line(22).drive(1);
    expect(sink.events.length).toBe(2);
  });

  it('tells only the edges that were asked for', () => {
    const { board } = boardWithClock();
    const sink = new EventList();
    using line = board.openGpioLine(input(22));
    line.watch({ edges: 'rising', sink, token: 1 });
    for (const level of [1, 0, 1, 0] as const) board.line(22).drive(level);
    expect(sink.events.map(({ detail, sequence }) => [detail, sequence])).toEqual([
      [1, 1],
      [1, 2],
    ]);
    line.watch({ edges: 'falling', sink, token: 2 });
    for (const level of [1, 0] as const) board.line(22).drive(level);
    expect(sink.events.slice(2).map(({ detail, token }) => [detail, token])).toEqual([[0, 2]]);
  });

  it('takes a bouncing contact for one edge when debounced, at the time it is known to be stable', () => {
    const { board, clock } = boardWithClock();
    const sink = new EventList();
    using line = board.openGpioLine(input(22));
    line.watch({ edges: 'both', debounceUs: 1_000, sink, token: 1 });
    board.line(22).bounce({ to: 1, count: 3, intervalUs: 100 });
    expect(line.read()).toBe(0);
    clock.spend(10_000_000n);
    // Six edges follow the first at 100 us each; the last one is at 600 us, stable 1000 us later.
    expect(sink.events).toEqual([{ kind: 'edge', token: 1, timeNs: 1_600_000n, sequence: 1, detail: 1 }]);
    expect(line.read()).toBe(1);
  });

  it('hears nothing of a glitch that is shorter than the debounce time', () => {
    const { board, clock } = boardWithClock();
    const sink = new EventList();
    using line = board.openGpioLine(input(22));
    line.watch({ edges: 'both', debounceUs: 1_000, sink, token: 1 });
    board.line(22).drive(1);
    clock.spend(900_000n);
    board.line(22).drive(0);
    clock.spend(10_000_000n);
    expect(sink.events).toEqual([]);
  });

  it('shows every bounce without debouncing', () => {
    const { board, clock } = boardWithClock();
    const sink = new EventList();
    using line = board.openGpioLine(input(22));
    line.watch({ edges: 'both', sink, token: 1 });
    board.line(22).bounce({ to: 1, count: 2 });
    clock.spend(10_000_000n);
    expect(sink.events.map(({ detail }) => detail)).toEqual([1, 0, 1, 0, 1]);
  });

  it('pushes nothing after close, also when a debounce was under way', () => {
    const { board, clock } = boardWithClock();
    const sink = new EventList();
    const line = board.openGpioLine(input(22));
    line.watch({ edges: 'both', debounceUs: 10, sink, token: 1 });
    board.line(22).drive(1);
    line.close();
    clock.spend(1_000_000n);
    expect(sink.events).toEqual([]);
    expect(clock.scheduledCount()).toBe(0);
  });
});

describe('mock GPIO parts', () => {
  it('lets a part drive the line and follow it until it is taken off', () => {
    const { board } = boardWithClock();
    const seen: Level[] = [];
    let drive: (level: Level | undefined) => void = () => {};
    let disconnects = 0;
    const detach = board.attachGpioPart(6, {
      connect: (pin) => {
        drive = (level) => pin.drive(level);
      },
      levelChanged: (level) => {
        seen.push(level);
      },
      disconnect: () => {
        disconnects += 1;
      },
    });
    using line = board.openGpioLine(input(6, { bias: 'pull-up' }));
    drive(0);
    expect(line.read()).toBe(0);
    drive(undefined);
    expect(seen).toEqual([0, 1, 0, 1]);
    drive(0);
    detach();
    detach();
    expect(disconnects).toBe(1);
    drive(0);
    expect(line.read()).toBe(1);
  });
});
