import { describe, expect } from 'vitest';
import type { UartPort, UartPortRequest } from '../contract/uart.ts';
import { NS_PER_MS } from '../units.ts';
import type { ConformanceSetup, ConformanceUart } from './fixture.ts';
import {
  codeOf,
  consumer,
  errorOf,
  type GroupBench,
  KeptEvents,
  need,
  PATIENCE_NS,
  pass,
  SETTLE_NS,
  testsOf,
  waitFor,
} from './fixture-test.ts';

type Bench = GroupBench<ConformanceUart>;

const NO_PEER = 'nothing is connected to the serial port';
const NOT_PACED = 'bytes take no time on this serial port';
const NO_UNPLUG = 'the serial peer cannot be disconnected';

function open(bench: Bench, fields: Partial<UartPortRequest> = {}): UartPort {
  const { port, baud } = bench.wiring;
  return bench.hal.openUartPort({ port, baud, consumer, ...fields });
}

function peerOf(bench: Bench): NonNullable<ConformanceUart['peer']> {
  need(bench, bench.wiring.peer, NO_PEER);
  return bench.wiring.peer;
}

/** Reads until that many bytes are there. */
function readAll(bench: Bench, port: UartPort, length: number): number[] {
  const bytes: number[] = [];
  const deadlineNs = bench.clock.nowNs() + PATIENCE_NS;
  while (bytes.length < length && bench.clock.nowNs() < deadlineNs) {
    const buffer = new Uint8Array(length - bytes.length);
    bytes.push(...buffer.subarray(0, port.read(buffer, deadlineNs)));
  }
  return bytes;
}

export function defineUartSuite(setup: ConformanceSetup): void {
  const test = testsOf(setup, 'uart');

  describe('uart: open and close', () => {
    test('a port closes once, and every call after close throws HAL_CLOSED', (bench) => {
      const port = open(bench);
      port.close();
      port.close();
      port[Symbol.dispose]();
      const sink = new KeptEvents();
      const calls = [
        () => port.read(new Uint8Array(1), 0n),
        () => port.write(Uint8Array.of(1), 0n),
        () => port.flush(0n),
        () => port.available(),
        () => port.watch({ sink, token: 1 }),
        () => port.unwatch(),
      ];
      expect(calls.map(codeOf)).toEqual(calls.map(() => 'HAL_CLOSED'));
    });

    test('a second consumer is told who owns the port, and gets it after close', (bench) => {
      const first = open(bench, { consumer: 'first-owner' });
      const error = errorOf(() => open(bench, { consumer: 'second-owner' }));
      expect(error.code).toBe('HAL_BUSY');
      expect(`${error.message} ${JSON.stringify(error.details)}`).toContain('first-owner');
      first.close();
      open(bench, { consumer: 'second-owner' }).close();
    });

    test('a port that does not exist is HAL_NO_SUCH_DEVICE, a speed that does not is HAL_BAD_ARGUMENT', (bench) => {
      const { missingPort } = bench.wiring;
      expect(codeOf(() => open(bench, { port: missingPort }))).toBe('HAL_NO_SUCH_DEVICE');
      expect(codeOf(() => open(bench, { baud: -9600 }))).toBe('HAL_BAD_ARGUMENT');
      expect(bench.hal.openHandleCount()).toBe(0);
    });
  });

  describe('uart: bytes', () => {
    test('a read with a deadline in the past does not wait', (bench) => {
      using port = open(bench);
      const buffer = new Uint8Array(4).fill(0xaa);
      const startNs = bench.clock.nowNs();
      expect(port.read(buffer, startNs - 1n)).toBe(0);
      expect(bench.clock.nowNs() - startNs).toBeLessThan(1_000n * NS_PER_MS);
      expect([...buffer]).toEqual([0xaa, 0xaa, 0xaa, 0xaa]);
    });

    test('a read without bytes ends at its deadline with 0', (bench) => {
      using port = open(bench);
      const deadlineNs = bench.clock.nowNs() + 30n * NS_PER_MS;
      expect(port.read(new Uint8Array(4), deadlineNs)).toBe(0);
      expect(bench.clock.nowNs()).toBeGreaterThanOrEqual(deadlineNs);
    });

    test('a read waits for the first byte and takes no more than fit', (bench) => {
      const peer = peerOf(bench);
      using port = open(bench);
      peer.send(Uint8Array.of(1, 2, 3, 4, 5));
      const deadlineNs = bench.clock.nowNs() + PATIENCE_NS;
      const buffer = new Uint8Array(2);
      const count = port.read(buffer, deadlineNs);
      expect(count).toBeGreaterThanOrEqual(1);
      expect(bench.clock.nowNs()).toBeLessThan(deadlineNs);
      const bytes = [...buffer.subarray(0, count), ...readAll(bench, port, 5 - count)];
      expect(bytes).toEqual([1, 2, 3, 4, 5]);
    });

    test('available counts what can be read without waiting', (bench) => {
      const peer = peerOf(bench);
      using port = open(bench);
      expect(port.available()).toBe(0);
      peer.send(Uint8Array.of(7, 8, 9));
      waitFor(bench.clock, 'three bytes are available', () => port.available() === 3);
      const buffer = new Uint8Array(8);
      expect(port.read(buffer, 0n)).toBe(3);
      expect([...buffer.subarray(0, 3)]).toEqual([7, 8, 9]);
      expect(port.available()).toBe(0);
    });

    test('written bytes have left after flush and arrive in order', (bench) => {
      const peer = peerOf(bench);
      using port = open(bench);
      const bytes = Uint8Array.from({ length: 300 }, (_, index) => index & 0xff);
      const deadlineNs = bench.clock.nowNs() + PATIENCE_NS;
      expect(port.write(bytes, deadlineNs)).toBe(300);
      bytes.fill(0);
      port.flush(deadlineNs);
      waitFor(bench.clock, '300 bytes arrived', () => peer.received().length === 300);
      expect([...peer.received()]).toEqual(Array.from({ length: 300 }, (_, index) => index & 0xff));
    });

    test('a write that nobody waits for takes what fits and counts it', (bench) => {
      using port = open(bench);
      const taken = port.write(new Uint8Array(100_000), bench.clock.nowNs());
      expect(taken).toBeGreaterThanOrEqual(1);
      expect(taken).toBeLessThanOrEqual(100_000);
    });

    test('flush that cannot end in time throws HAL_TIMEOUT', (bench) => {
      need(bench, bench.wiring.paced !== false, NOT_PACED);
      using port = open(bench, { baud: 1_200 });
      // 100 characters of 10 bits at 1200 baud take 833 ms.
      expect(port.write(new Uint8Array(100), bench.clock.nowNs() + PATIENCE_NS)).toBe(100);
      expect(codeOf(() => port.flush(bench.clock.nowNs() + 10n * NS_PER_MS))).toBe('HAL_TIMEOUT');
    });
  });

  describe('uart: events', () => {
    test('the first byte is told once, and again after everything was read', (bench) => {
      const peer = peerOf(bench);
      using port = open(bench);
      const sink = new KeptEvents();
      port.watch({ sink, token: 5 });
      const startNs = bench.clock.nowNs();
      for (let round = 1; round <= 2; round += 1) {
        peer.send(Uint8Array.of(1, 2, 3));
        waitFor(bench.clock, 'an event for the first byte', () => sink.events.length >= round);
        pass(bench.clock, SETTLE_NS);
        expect(sink.events).toHaveLength(round);
        expect(readAll(bench, port, 3)).toEqual([1, 2, 3]);
      }
      expect(sink.events.map(({ kind, token }) => [kind, token])).toEqual([
        ['uart-readable', 5],
        ['uart-readable', 5],
      ]);
      expect(sink.events.map((event) => event.sequence)).toEqual([1, 2]);
      expect(sink.events.every((event) => event.detail >= 1 && event.timeNs >= startNs)).toBe(true);
    });

    test('bytes that came before the watch are told, once and not from inside it', (bench) => {
      const peer = peerOf(bench);
      using port = open(bench);
      peer.send(Uint8Array.of(1, 2));
      waitFor(bench.clock, 'two bytes are available', () => port.available() === 2);
      for (let round = 1; round <= 2; round += 1) {
        const sink = new KeptEvents();
        port.watch({ sink, token: round });
        expect(sink.events).toEqual([]);
        waitFor(bench.clock, 'an event for what waits', () => sink.events.length > 0);
        pass(bench.clock, SETTLE_NS);
        expect(sink.events.map(({ kind, token, detail }) => [kind, token, detail])).toEqual([
          ['uart-readable', round, 2],
        ]);
      }
      expect(readAll(bench, port, 2)).toEqual([1, 2]);
      const sink = new KeptEvents();
      port.watch({ sink, token: 3 });
      pass(bench.clock, SETTLE_NS);
      expect(sink.events).toEqual([]);
    });

    test('a new watch replaces the earlier one, and unwatch ends it', (bench) => {
      const peer = peerOf(bench);
      using port = open(bench);
      const [earlier, later] = [new KeptEvents(), new KeptEvents()];
      port.watch({ sink: earlier, token: 1 });
      port.watch({ sink: later, token: 2 });
      peer.send(Uint8Array.of(1));
      expect(readAll(bench, port, 1)).toEqual([1]);
      waitFor(bench.clock, 'an event of the later watch', () => later.events.length >= 1);
      expect([earlier.events.length, later.events.length]).toEqual([0, 1]);
      port.unwatch();
      port.unwatch();
      peer.send(Uint8Array.of(2));
      expect(readAll(bench, port, 1)).toEqual([2]);
      pass(bench.clock, SETTLE_NS);
      expect(later.events).toHaveLength(1);
    });

    test('after the far end went, its bytes are read, then HAL_DISCONNECTED', (bench) => {
      const peer = peerOf(bench);
      const { disconnect } = peer;
      need(bench, disconnect, NO_UNPLUG);
      using port = open(bench);
      peer.send(Uint8Array.of(1, 2));
      waitFor(bench.clock, 'two bytes are available', () => port.available() === 2);
      disconnect();
      pass(bench.clock, SETTLE_NS);
      expect(readAll(bench, port, 2)).toEqual([1, 2]);
      const deadlineNs = bench.clock.nowNs() + PATIENCE_NS;
      expect(codeOf(() => port.read(new Uint8Array(1), deadlineNs))).toBe('HAL_DISCONNECTED');
      expect(codeOf(() => port.write(Uint8Array.of(1), deadlineNs))).toBe('HAL_DISCONNECTED');
      expect(bench.clock.nowNs()).toBeLessThan(deadlineNs);
    });

    test('the far end going is told once, not from inside watch', (bench) => {
      const peer = peerOf(bench);
      const { disconnect } = peer;
      need(bench, disconnect, NO_UNPLUG);
      using port = open(bench);
      const sink = new KeptEvents();
      port.watch({ sink, token: 6 });
      disconnect();
      pass(bench.clock, SETTLE_NS);
      expect(sink.events.map(({ kind, token }) => [kind, token])).toEqual([['uart-closed', 6]]);
      const late = new KeptEvents();
      port.watch({ sink: late, token: 7 });
      expect(late.events).toEqual([]);
    });

    test('a wait for bytes ends when the far end goes', (bench) => {
      const peer = peerOf(bench);
      const { disconnect } = peer;
      need(bench, disconnect, NO_UNPLUG);
      using port = open(bench);
      disconnect();
      const deadlineNs = bench.clock.nowNs() + PATIENCE_NS;
      expect(codeOf(() => port.read(new Uint8Array(1), deadlineNs))).toBe('HAL_DISCONNECTED');
      expect(bench.clock.nowNs()).toBeLessThan(deadlineNs);
    });
  });
}
