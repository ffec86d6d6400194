import { describe, expect } from 'vitest';
import type { GpioLine, GpioLineRequest, Level } from '../contract/gpio.ts';
import type { ConformanceGpio, ConformanceSetup } from './fixture.ts';
import {
  codeOf,
  consumer,
  errorOf,
  type GroupBench,
  KeptEvents,
  need,
  pass,
  SETTLE_NS,
  testsOf,
} from './fixture-test.ts';

/** Far longer than a burst of writes takes, also on a busy machine; the tests wait four times as long. */
const DEBOUNCE_US = 40_000;
const NO_LOOPBACK = 'no two lines are joined by a wire';
const NO_BIAS = 'this backend cannot pull lines';
const NO_EDGES = 'this backend has no edge events';
type Bench = GroupBench<ConformanceGpio>;

/** A request with the fields that every one has. */
function request(bench: Bench, fields: Omit<GpioLineRequest, 'consumer' | 'chip'>): GpioLineRequest {
  const { chip } = bench.wiring;
  return { consumer, ...(chip === undefined ? {} : { chip }), ...fields };
}

function openFree(bench: Bench, fields: Partial<GpioLineRequest> = {}): GpioLine {
  const whole = request(bench, { offset: bench.wiring.freeLine, direction: 'output' });
  return bench.hal.openGpioLine({ ...whole, ...fields });
}

function expectOwner(owner: string, open: () => GpioLine): void {
  const { code, message, details } = errorOf(open);
  expect(`${code} ${message} ${JSON.stringify(details)}`).toMatch(new RegExp(`^HAL_BUSY .*${owner}`, 'u'));
}

function openInput(bench: Bench, fields: Partial<GpioLineRequest> = {}): GpioLine {
  need(bench, bench.wiring.loopback, NO_LOOPBACK);
  const whole = request(bench, { offset: bench.wiring.loopback.input, direction: 'input' });
  return bench.hal.openGpioLine({ ...whole, ...fields });
}

function openOutput(bench: Bench, fields: Partial<GpioLineRequest> = {}): GpioLine {
  need(bench, bench.wiring.loopback, NO_LOOPBACK);
  const whole = request(bench, { offset: bench.wiring.loopback.output, direction: 'output' });
  return bench.hal.openGpioLine({ ...whole, ...fields });
}

/** Toggles as fast as the backend can still tell each edge. */
function toggleSlowly(bench: Bench, line: GpioLine, times: number): void {
  const { edgeGapNs = 0n } = bench.wiring;
  for (let count = 0; count < times; count += 1) {
    line.write(count % 2 === 0 ? 1 : 0);
    if (edgeGapNs > 0n) pass(bench.clock, edgeGapNs);
  }
}

function toggle(line: GpioLine, times: number, first: Level = 1): void {
  for (let count = 0; count < times; count += 1) {
    line.write(count % 2 === 0 ? first : ((1 - first) as Level));
  }
}

export function defineGpioSuite(setup: ConformanceSetup): void {
  const test = testsOf(setup, 'gpio');

  describe('gpio: open and close', () => {
    test('a line tells its offset and direction', (bench) => {
      using line = openFree(bench);
      expect([line.offset, line.direction]).toEqual([bench.wiring.freeLine, 'output']);
    });

    test('a line counts as open until it is closed, and closes once', (bench) => {
      const line = openFree(bench);
      expect(bench.hal.openHandleCount()).toBe(1);
      line.close();
      line.close();
      line[Symbol.dispose]();
      expect(bench.hal.openHandleCount()).toBe(0);
    });

    test('every call after close throws HAL_CLOSED', (bench) => {
      const line = openFree(bench);
      line.close();
      const sink = new KeptEvents();
      expect(codeOf(() => line.read())).toBe('HAL_CLOSED');
      expect(codeOf(() => line.write(1))).toBe('HAL_CLOSED');
      expect(codeOf(() => line.watch({ edges: 'both', sink, token: 1 }))).toBe('HAL_CLOSED');
      expect(codeOf(() => line.unwatch())).toBe('HAL_CLOSED');
    });

    test('a second consumer is told who owns the line, and gets it after close', (bench) => {
      const first = openFree(bench, { consumer: 'first-owner' });
      expectOwner('first-owner', () => openFree(bench, { consumer: 'second-owner' }));
      first.close();
      openFree(bench, { consumer: 'second-owner' }).close();
    });

    test('an input that a consumer has is no output of another, nor twice its own', (bench) => {
      const fields = { consumer: 'first-owner', direction: 'input' } as const;
      using _line = openFree(bench, fields);
      expectOwner('first-owner', () => openFree(bench, fields));
      expectOwner('first-owner', () => openFree(bench, { consumer: 'other' }));
    });

    test('a failed open leaves nothing open', (bench) => {
      expect(codeOf(() => openFree(bench, { chip: 'no-such-chip' }))).toBe('HAL_NO_SUCH_DEVICE');
      expect(['HAL_NO_SUCH_DEVICE', 'HAL_BAD_ARGUMENT']).toContain(
        codeOf(() => openFree(bench, { offset: 100_000 })),
      );
      expect(bench.hal.openHandleCount()).toBe(0);
    });

    test('hal.close closes what is open, twice without harm', (bench) => {
      const line = openFree(bench);
      bench.hal.close();
      bench.hal.close();
      expect(codeOf(() => line.read())).toBe('HAL_CLOSED');
      expect(bench.hal.openHandleCount()).toBe(0);
    });
  });

  describe('gpio: levels', () => {
    test('an output starts at 0 and shows what was written', (bench) => {
      using line = openFree(bench);
      const levels = [line.read()];
      for (const level of [1, 0, 1] as const) {
        line.write(level);
        levels.push(line.read());
      }
      expect(levels).toEqual([0, 1, 0, 1]);
    });

    test('an output starts at its initial level', (bench) => {
      using line = openFree(bench, { initialLevel: 1 });
      expect(line.read()).toBe(1);
    });

    test('a level that is neither 0 nor 1 is refused and changes nothing', (bench) => {
      using line = openFree(bench, { initialLevel: 1 });
      expect(codeOf(() => line.write(2 as Level))).toBe('HAL_BAD_ARGUMENT');
      expect(line.read()).toBe(1);
    });

    test('an input cannot be written', (bench) => {
      using line = openFree(bench, { direction: 'input' });
      expect(codeOf(() => line.write(1))).toBe('HAL_GPIO_MODE');
    });

    test('an input follows the wire', (bench) => {
      using input = openInput(bench);
      using output = openOutput(bench);
      const levels: Level[] = [];
      for (const level of [1, 0, 1] as const) {
        output.write(level);
        levels.push(input.read());
      }
      expect(levels).toEqual([1, 0, 1]);
    });

    test('an active-low output turns every level round, the first and the last too', (bench) => {
      using input = openInput(bench);
      const output = openOutput(bench, { activeLow: true, initialLevel: 1 });
      const seen = [output.read(), input.read()];
      output.write(0);
      seen.push(output.read(), input.read());
      output.close();
      expect(seen).toEqual([1, 0, 0, 1]);
    });

    test('an active-low input turns levels round', (bench) => {
      using input = openInput(bench, { activeLow: true });
      using output = openOutput(bench);
      const levels = [input.read()];
      output.write(1);
      levels.push(input.read());
      expect(levels).toEqual([1, 0]);
    });

    test('a pulled input has the level of the pull', (bench) => {
      need(bench, bench.hal.capabilities.gpioBias, NO_BIAS);
      need(bench, bench.wiring.pullsShow !== false, 'pulls do not show on this board');
      const levels: Level[] = [];
      for (const bias of ['pull-up', 'pull-down'] as const) {
        using line = openFree(bench, { direction: 'input', bias });
        pass(bench.clock, SETTLE_NS);
        levels.push(line.read());
      }
      expect(levels).toEqual([1, 0]);
    });

    test('an open-drain output pulls to 0 and lets go at 1', (bench) => {
      need(bench, bench.hal.capabilities.gpioBias, NO_BIAS);
      using input = openInput(bench, { bias: 'pull-up' });
      using output = openOutput(bench, { drive: 'open-drain', initialLevel: 1 });
      pass(bench.clock, SETTLE_NS);
      const levels = [input.read()];
      output.write(0);
      levels.push(input.read());
      expect(levels).toEqual([1, 0]);
    });
  });

  describe('gpio: edges', () => {
    test('an output has no edge events', (bench) => {
      using line = openFree(bench);
      const sink = new KeptEvents();
      expect(codeOf(() => line.watch({ edges: 'both', sink, token: 1 }))).toBe('HAL_GPIO_MODE');
    });

    test('a backend without edge events says so', (bench) => {
      need(bench, !bench.hal.capabilities.gpioEdges, 'this backend has edge events');
      using line = openFree(bench, { direction: 'input' });
      const sink = new KeptEvents();
      expect(codeOf(() => line.watch({ edges: 'both', sink, token: 1 }))).toBe('HAL_NOT_SUPPORTED');
    });

    test('events carry token, level, rising sequence and monotonic time', (bench) => {
      need(bench, bench.hal.capabilities.gpioEdges, NO_EDGES);
      using input = openInput(bench);
      using output = openOutput(bench);
      const sink = new KeptEvents();
      const startNs = bench.clock.nowNs();
      input.watch({ edges: 'both', sink, token: 41 });
      toggleSlowly(bench, output, 6);
      pass(bench.clock, SETTLE_NS);
      const { events } = sink;
      expect(events.map((event) => event.kind)).toEqual(events.map(() => 'edge'));
      expect(events.map((event) => event.token)).toEqual([41, 41, 41, 41, 41, 41]);
      expect(events.map((event) => event.detail)).toEqual([1, 0, 1, 0, 1, 0]);
      expect(events.map((event) => event.sequence)).toEqual([1, 2, 3, 4, 5, 6]);
      const times = events.map((event) => event.timeNs);
      const inOrder = [startNs, ...times, bench.clock.nowNs()];
      expect(inOrder).toEqual([...inOrder].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
    });

    test('only the edges that were asked for are told', (bench) => {
      need(bench, bench.hal.capabilities.gpioEdges, NO_EDGES);
      using input = openInput(bench);
      using output = openOutput(bench);
      const details: number[][] = [];
      for (const edges of ['rising', 'falling'] as const) {
        const sink = new KeptEvents();
        input.watch({ edges, sink, token: 1 });
        toggleSlowly(bench, output, 4);
        pass(bench.clock, SETTLE_NS);
        details.push(sink.events.map((event) => event.detail));
      }
      expect(details).toEqual([
        [1, 1],
        [0, 0],
      ]);
    });

    test('edges of an active-low input are logical', (bench) => {
      need(bench, bench.hal.capabilities.gpioEdges, NO_EDGES);
      using input = openInput(bench, { activeLow: true });
      using output = openOutput(bench);
      const sink = new KeptEvents();
      input.watch({ edges: 'falling', sink, token: 1 });
      output.write(1);
      pass(bench.clock, SETTLE_NS);
      expect(sink.events.map((event) => event.detail)).toEqual([0]);
    });

    test('watch pushes nothing itself, and no edge that was before it', (bench) => {
      need(bench, bench.hal.capabilities.gpioEdges, NO_EDGES);
      using input = openInput(bench);
      using output = openOutput(bench);
      const sink = new KeptEvents();
      toggle(output, 3);
      input.watch({ edges: 'both', sink, token: 1 });
      expect(sink.events).toEqual([]);
      pass(bench.clock, SETTLE_NS);
      expect(sink.events).toEqual([]);
    });

    test('a new watch replaces the earlier one', (bench) => {
      need(bench, bench.hal.capabilities.gpioEdges, NO_EDGES);
      using input = openInput(bench);
      using output = openOutput(bench);
      const [earlier, later] = [new KeptEvents(), new KeptEvents()];
      input.watch({ edges: 'both', sink: earlier, token: 1 });
      input.watch({ edges: 'both', sink: later, token: 2 });
      output.write(1);
      pass(bench.clock, SETTLE_NS);
      expect(earlier.events).toEqual([]);
      expect(later.events.map((event) => event.token)).toEqual([2]);
    });

    test('nothing is pushed after unwatch or close', (bench) => {
      need(bench, bench.hal.capabilities.gpioEdges, NO_EDGES);
      const input = openInput(bench);
      using output = openOutput(bench);
      const sink = new KeptEvents();
      input.watch({ edges: 'both', sink, token: 1 });
      output.write(1);
      pass(bench.clock, SETTLE_NS);
      expect(sink.events).toHaveLength(1);
      output.write(0);
      input.unwatch();
      input.unwatch();
      const count = sink.events.length;
      output.write(1);
      pass(bench.clock, SETTLE_NS);
      expect(sink.events).toHaveLength(count);
      const last = new KeptEvents();
      input.watch({ edges: 'both', sink: last, token: 2 });
      input.close();
      output.write(0);
      pass(bench.clock, SETTLE_NS);
      expect(last.events).toEqual([]);
    });

    test('debounce takes a burst for one edge', (bench) => {
      need(bench, bench.hal.capabilities.gpioEdges, NO_EDGES);
      using input = openInput(bench);
      using output = openOutput(bench);
      const sink = new KeptEvents();
      input.watch({ edges: 'both', debounceUs: DEBOUNCE_US, sink, token: 1 });
      toggle(output, 9);
      pass(bench.clock, 8n * SETTLE_NS);
      expect(sink.events.map((event) => event.detail)).toEqual([1]);
    });

    test('debounce takes a short pulse for nothing', (bench) => {
      need(bench, bench.hal.capabilities.gpioEdges, NO_EDGES);
      using input = openInput(bench);
      using output = openOutput(bench);
      const sink = new KeptEvents();
      input.watch({ edges: 'both', debounceUs: DEBOUNCE_US, sink, token: 1 });
      toggle(output, 2);
      pass(bench.clock, 8n * SETTLE_NS);
      expect(sink.events).toEqual([]);
    });
  });

  describe('gpio: first and last level', () => {
    test('an output that starts at the level of the line makes no edge', (bench) => {
      need(bench, bench.hal.capabilities.gpioEdges, NO_EDGES);
      need(bench, bench.hal.capabilities.gpioBias, NO_BIAS);
      using input = openInput(bench, { bias: 'pull-up' });
      pass(bench.clock, SETTLE_NS);
      const sink = new KeptEvents();
      input.watch({ edges: 'both', sink, token: 1 });
      using output = openOutput(bench, { initialLevel: 1 });
      pass(bench.clock, SETTLE_NS);
      expect([output.read(), input.read()]).toEqual([1, 1]);
      expect(sink.events).toEqual([]);
    });

    test('close drives the safe level', (bench) => {
      need(bench, bench.hal.capabilities.gpioEdges, NO_EDGES);
      using input = openInput(bench);
      const sink = new KeptEvents();
      const output = openOutput(bench, { initialLevel: 1, safeLevel: 0 });
      input.watch({ edges: 'both', sink, token: 1 });
      output.close();
      pass(bench.clock, SETTLE_NS);
      // After the release a pull may move the line again; the first edge is the safe level's.
      expect(sink.events[0]?.detail).toBe(0);
    });

    test('the safe level of an active-low output is logical', (bench) => {
      need(bench, bench.hal.capabilities.gpioEdges, NO_EDGES);
      using input = openInput(bench);
      const sink = new KeptEvents();
      const output = openOutput(bench, { activeLow: true, initialLevel: 1, safeLevel: 0 });
      input.watch({ edges: 'both', sink, token: 1 });
      output.close();
      pass(bench.clock, SETTLE_NS);
      expect(sink.events[0]?.detail).toBe(1);
    });

    test('hal.close drives the safe level too', (bench) => {
      need(bench, bench.hal.capabilities.gpioBias, NO_BIAS);
      // Without a pull the released wire keeps its level for a while.
      using input = openInput(bench, { bias: 'disabled' });
      openOutput(bench, { initialLevel: 1, safeLevel: 0, bias: 'disabled' });
      const before = input.read();
      bench.hal.close();
      using after = openInput(bench, { bias: 'disabled' });
      expect([before, after.read()]).toEqual([1, 0]);
    });

    test('close without a safe level leaves the line as it is', (bench) => {
      need(bench, bench.hal.capabilities.gpioEdges, NO_EDGES);
      need(bench, bench.hal.capabilities.gpioBias, NO_BIAS);
      using input = openInput(bench, { bias: 'pull-up' });
      const output = openOutput(bench, { initialLevel: 1 });
      const sink = new KeptEvents();
      input.watch({ edges: 'both', sink, token: 1 });
      output.close();
      pass(bench.clock, SETTLE_NS);
      expect(sink.events).toEqual([]);
    });
  });
}
