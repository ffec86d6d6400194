import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GpioLine, GpioLineRequest, LineEdges } from '../contract/gpio.ts';
import { HalError } from '../error.ts';
import { MockBoard } from '../mock/board.ts';
import { codeOf, EventList } from '../mock/mock.test-support.ts';
import { VirtualClock } from '../mock/virtual-clock.ts';
import { SharedInputs } from './shared-inputs.ts';

const OFFSET = 5;

function sharedBoard() {
  const clock = new VirtualClock();
  const board = new MockBoard({ clock });
  const lines = new SharedInputs(board);
  const open = (consumer: string, more: Partial<GpioLineRequest> = {}): GpioLine =>
    lines.open({ offset: OFFSET, consumer, direction: 'input', ...more });
  return { clock, board, open, wire: board.line(OFFSET) };
}

function watched(line: GpioLine, edges: LineEdges, token: number): EventList {
  const list = new EventList();
  line.watch({ edges, sink: list, token });
  return list;
}

const told = ({ events }: EventList) =>
  events.map(({ token, sequence, detail }) => ({ token, sequence, detail }));

describe('an input that two consumers have', () => {
  it('is one line of the backend, which both read, until the last of them closes', () => {
    const { board, open, wire } = sharedBoard();
    const [one, other] = [open('door'), open('alarm')];
    expect(board.openHandleCount()).toBe(1);
    wire.drive(1);
    expect([one.read(), other.read()]).toEqual([1, 1]);
    one.close();
    one.close();
    expect(codeOf(() => one.read())).toBe('HAL_CLOSED');
    wire.drive(0);
    expect(other.read()).toBe(0);
    expect(board.openHandleCount()).toBe(1);
    other.close();
    expect(board.openHandleCount()).toBe(0);
    expect(wire.owner()).toBeUndefined();
  });

  it('tells each its own edges, with its own token and count', () => {
    const { open, wire } = sharedBoard();
    const both = watched(open('door'), 'both', 7);
    const falling = watched(open('alarm'), 'falling', 9);
    for (const level of [1, 0, 1, 0] as const) wire.drive(level);
    expect(told(both)).toEqual([
      { token: 7, sequence: 1, detail: 1 },
      { token: 7, sequence: 2, detail: 0 },
      { token: 7, sequence: 3, detail: 1 },
      { token: 7, sequence: 4, detail: 0 },
    ]);
    expect(told(falling)).toEqual([
      { token: 9, sequence: 1, detail: 0 },
      { token: 9, sequence: 2, detail: 0 },
    ]);
  });

  it('shows a gap to whom an edge may have been lost when another began to watch other edges', () => {
    const { open, wire } = sharedBoard();
    const rising = watched(open('door'), 'rising', 1);
    wire.drive(1);
    const falling = watched(open('alarm'), 'falling', 2);
    wire.drive(0);
    wire.drive(1);
    expect(told(rising).map(({ sequence }) => sequence)).toEqual([1, 3]);
    expect(told(falling)).toEqual([{ token: 2, sequence: 1, detail: 0 }]);
  });

  it('goes on for one when the other stops watching or closes', () => {
    const { open, wire } = sharedBoard();
    const [one, other] = [open('door'), open('alarm')];
    const [first, second] = [watched(one, 'both', 1), watched(other, 'both', 2)];
    wire.drive(1);
    one.unwatch();
    wire.drive(0);
    other.close();
    wire.drive(1);
    expect([told(first).length, told(second).length]).toEqual([1, 2]);
    const again = watched(one, 'both', 3);
    wire.drive(0);
    expect(told(again)).toEqual([{ token: 3, sequence: 1, detail: 0 }]);
  });

  it('has one debounce: who wants another is told who watches with which', () => {
    const { open } = sharedBoard();
    const [one, other] = [open('door'), open('alarm')];
    one.watch({ edges: 'both', debounceUs: 5_000, sink: new EventList(), token: 1 });
    const watch = (debounceUs: number) => (): void =>
      other.watch({ edges: 'both', debounceUs, sink: new EventList(), token: 2 });
    expect(watch(0)).toThrow('line 5 with a debounce other than 5000 us is in use by door');
    expect(codeOf(watch(0))).toBe('HAL_BUSY');
    expect(watch(5_000)).not.toThrow();
    expect(codeOf(watch(-1))).toBe('HAL_BAD_ARGUMENT');
  });

  it('is no output of a third, no input of other bias or active level, and not had twice', () => {
    const { open, board } = sharedBoard();
    open('door', { bias: 'pull-up' });
    // Who leaves the bias as it is takes any.
    open('alarm');
    for (const [consumer, more, text] of [
      ['third', { direction: 'output' }, 'line 5'],
      ['third', { bias: 'pull-down' }, 'line 5 with bias pull-up instead of pull-down'],
      ['third', { activeLow: true }, 'line 5 with active level high instead of low'],
      ['alarm', {}, 'line 5'],
    ] as const) {
      expect(() => open(consumer, more)).toThrow(`${text} is in use by door, alarm`);
      expect(codeOf(() => open(consumer, more))).toBe('HAL_BUSY');
    }
    expect(codeOf(() => open(''))).toBe('HAL_BAD_ARGUMENT');
    expect(codeOf(() => open('third', { bias: 'up' as never }))).toBe('HAL_BAD_ARGUMENT');
    expect(board.openHandleCount()).toBe(1);
  });

  it('cannot be written', () => {
    const { open } = sharedBoard();
    expect(codeOf(() => open('door').write(1))).toBe('HAL_GPIO_MODE');
  });
});

it('leaves outputs with their one owner', () => {
  const { open, board } = sharedBoard();
  const output = open('lamp', { direction: 'output' });
  expect(codeOf(() => open('other', { direction: 'output' }))).toBe('HAL_BUSY');
  expect(codeOf(() => open('other'))).toBe('HAL_BUSY');
  output.close();
  expect(board.openHandleCount()).toBe(0);
});

it('opens a line anew for who comes after its chip went away, also while others still have the old one', () => {
  const gone = new HalError('HAL_DISCONNECTED', 'the chip went away');
  const { board } = sharedBoard();
  let isGone = false;
  let opened = 0;
  const lines = new SharedInputs(
    Object.assign(Object.create(board), {
      openGpioLine: (request: GpioLineRequest): GpioLine => {
        opened += 1;
        if (opened > 1) return board.openGpioLine({ ...request, offset: OFFSET + 1 });
        const line = board.openGpioLine(request);
        return Object.assign(Object.create(line), {
          direction: 'input',
          close: () => line.close(),
          read: () => {
            if (isGone) throw gone;
            return line.read();
          },
        });
      },
    }),
  );
  const request = { offset: OFFSET, direction: 'input' } as const;
  const one = lines.open({ ...request, consumer: 'door' });
  const other = lines.open({ ...request, consumer: 'alarm' });
  isGone = true;
  expect(codeOf(() => one.read())).toBe('HAL_DISCONNECTED');
  one.close();
  const again = lines.open({ ...request, consumer: 'door' });
  expect(again.read()).toBe(0);
  expect(codeOf(() => other.read())).toBe('HAL_DISCONNECTED');
  other.close();
  lines.open({ ...request, consumer: 'alarm' }).close();
  expect(again.read()).toBe(0);
  again.close();
  expect(board.openHandleCount()).toBe(0);
});

/** One step of the world or of one of three consumers. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('drive' as const), level: fc.constantFrom(0 as const, 1 as const) }),
  fc.record({
    kind: fc.constant('watch' as const),
    who: fc.nat(2),
    edges: fc.constantFrom<LineEdges>('rising', 'falling', 'both'),
  }),
  fc.record({ kind: fc.constantFrom('open' as const, 'close' as const, 'unwatch' as const), who: fc.nat(2) }),
);

it('whatever consumers do, each gets every edge that it watches, counted upwards, and nothing after it stopped', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { board, open, wire } = sharedBoard();
      const lines: (GpioLine | undefined)[] = [undefined, undefined, undefined];
      const lists: (EventList | undefined)[] = [undefined, undefined, undefined];
      const edges: (LineEdges | undefined)[] = [undefined, undefined, undefined];
      let level = 0;
      for (const each of steps) {
        if (each.kind === 'drive') {
          const counts = lists.map((list) => list?.events.length ?? 0);
          // The mock's wire floats at its last level when nobody drives it, so that each change is one edge.
          wire.drive(each.level);
          for (const [who, wanted] of edges.entries()) {
            const isTold =
              level !== each.level &&
              wanted !== undefined &&
              (wanted === 'both' || wanted === (each.level === 1 ? 'rising' : 'falling'));
            expect(lists[who]?.events.length ?? 0).toBe((counts[who] ?? 0) + (isTold ? 1 : 0));
          }
          level = each.level;
          continue;
        }
        const { who } = each;
        if (each.kind === 'open') lines[who] ??= open(`app-${who}`);
        const line = lines[who];
        if (line === undefined) continue;
        if (each.kind === 'watch') {
          edges[who] = each.edges;
          lists[who] = watched(line, each.edges, who);
        } else if (each.kind === 'unwatch') {
          line.unwatch();
          edges[who] = undefined;
        } else if (each.kind === 'close') {
          line.close();
          lines[who] = undefined;
          edges[who] = undefined;
        }
      }
      for (const list of lists) {
        const sequences = list?.events.map(({ sequence }) => sequence) ?? [];
        expect(sequences.every((sequence, index) => sequence > (sequences[index - 1] ?? 0))).toBe(true);
      }
      for (const line of lines) line?.close();
      expect(board.openHandleCount()).toBe(0);
    }),
  );
});
