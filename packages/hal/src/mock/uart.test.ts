import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UartPortRequest } from '../contract/uart.ts';
import type { MockBoardOptions } from './board.ts';
import { MockBoard } from './board.ts';
import type { UartLink, UartPeer } from './chip.ts';
import { codeOf, EventList, errorOf } from './mock.test-support.ts';
import { VirtualClock } from './virtual-clock.ts';

class Peer implements UartPeer {
  readonly received: number[] = [];
  link: UartLink | undefined;
  connect(link: UartLink): void {
    this.link = link;
  }
  receive(bytes: Uint8Array): void {
    this.received.push(...bytes);
  }
  send(...bytes: number[]): void {
    this.link?.send(Uint8Array.from(bytes));
  }
}

const PORT = '/dev/serial0';
/** 8N1 at 10 000 baud: ten bits of 100 us. */
const CHARACTER_NS = 1_000_000n;
const FOREVER = 1_000_000_000_000n;

function setUp(options: Omit<MockBoardOptions, 'clock'> = {}): {
  board: MockBoard;
  clock: VirtualClock;
  peer: Peer;
} {
  const clock = new VirtualClock();
  const board = new MockBoard({ clock, ...options });
  const peer = new Peer();
  board.attachUartPeer(PORT, peer);
  return { board, clock, peer };
}

function request(more: Partial<UartPortRequest> = {}): UartPortRequest {
  return { port: PORT, consumer: 'test', baud: 10_000, ...more };
}

describe('mock UART receive', () => {
  it('lets characters arrive over time, so that a frame is read in pieces', () => {
    const { board, clock, peer } = setUp();
    using port = board.openUartPort(request());
    peer.send(1, 2, 3);
    const buffer = new Uint8Array(8);
    expect([port.read(buffer, 0n), port.available()]).toEqual([0, 0]);
    expect(port.read(buffer, FOREVER)).toBe(1);
    expect(clock.nowNs()).toBe(CHARACTER_NS);
    clock.spend(5n * CHARACTER_NS);
    expect([port.available(), port.read(buffer, 0n)]).toEqual([2, 2]);
    expect([...buffer.subarray(0, 2)]).toEqual([2, 3]);
  });

  it('returns 0 at the deadline and not later', () => {
    const { board, clock, peer } = setUp();
    using port = board.openUartPort(request());
    expect(port.read(new Uint8Array(1), 123n)).toBe(0);
    expect(clock.nowNs()).toBe(123n);
    peer.send(1);
    expect(port.read(new Uint8Array(1), 124n)).toBe(0);
    expect(port.read(new Uint8Array(0), FOREVER)).toBe(0);
    expect(clock.nowNs()).toBe(124n);
  });

  it('counts start, data, parity and stop bits', () => {
    const { board, clock, peer } = setUp();
    using port = board.openUartPort(request({ dataBits: 7, parity: 'even', stopBits: 2 }));
    peer.send(0xff);
    const buffer = new Uint8Array(1);
    port.read(buffer, FOREVER);
    expect([clock.nowNs(), buffer[0]]).toEqual([1_100_000n, 0x7f]);
  });

  it('loses bytes that find no open port, and counts them', () => {
    const { board, peer } = setUp();
    peer.send(1, 2);
    using port = board.openUartPort(request());
    expect(port.read(new Uint8Array(1), 10_000_000n)).toBe(0);
    expect(board.uartLostCount(PORT)).toBe(2);
  });

  it('tells a full receive buffer once, at the place of the loss', () => {
    const { board, clock, peer } = setUp({ uart: { receiveBufferBytes: 4 } });
    using port = board.openUartPort(request());
    peer.send(1, 2, 3, 4, 5, 6);
    clock.spend(10n * CHARACTER_NS);
    peer.send(7);
    const buffer = new Uint8Array(8);
    expect(port.available()).toBe(4);
    expect(port.read(buffer, 0n)).toBe(4);
    const error = errorOf(() => port.read(buffer, 0n));
    expect([error.code, error.details['lost']]).toEqual(['HAL_OVERRUN', 2]);
    expect(port.read(buffer, FOREVER)).toBe(1);
    expect(buffer[0]).toBe(7);
  });

  it('hands over nothing from behind a gap before the gap was told', () => {
    const { board, clock, peer } = setUp({ uart: { receiveBufferBytes: 3 } });
    using port = board.openUartPort(request());
    peer.send(1, 2, 3, 4);
    clock.spend(10n * CHARACTER_NS);
    const buffer = new Uint8Array(8);
    expect(port.read(buffer.subarray(0, 1), 0n)).toBe(1);
    peer.send(5);
    clock.spend(10n * CHARACTER_NS);
    expect([port.read(buffer, 0n), ...buffer.subarray(0, 2)]).toEqual([2, 2, 3]);
    expect(codeOf(() => port.read(buffer, 0n))).toBe('HAL_OVERRUN');
    expect([port.read(buffer, 0n), buffer[0]]).toEqual([1, 5]);
  });

  it('holds the sender back with flow control, so that nothing is lost', () => {
    const { board, clock, peer } = setUp({ uart: { receiveBufferBytes: 2 } });
    using port = board.openUartPort(request({ flowControl: 'rts-cts' }));
    peer.send(1, 2, 3, 4, 5);
    clock.spend(20n * CHARACTER_NS);
    const got: number[] = [];
    const buffer = new Uint8Array(2);
    while (got.length < 5) got.push(...buffer.subarray(0, port.read(buffer, FOREVER)));
    expect(got).toEqual([1, 2, 3, 4, 5]);
  });

  it.each([
    ['parity', 'HAL_UART_PARITY'],
    ['framing', 'HAL_UART_FRAMING'],
    ['noise', 'HAL_UART_NOISE'],
  ] as const)('tells a character with wrong %s at its place', (fault, code) => {
    const { board, clock, peer } = setUp();
    using port = board.openUartPort(request());
    peer.send(1);
    clock.spend(CHARACTER_NS);
    peer.link?.corrupt(fault);
    peer.send(2, 3);
    clock.spend(2n * CHARACTER_NS);
    const buffer = new Uint8Array(8);
    expect([port.available(), port.read(buffer, 0n), buffer[0]]).toEqual([3, 1, 1]);
    expect(codeOf(() => port.read(buffer, 0n))).toBe(code);
    expect([port.read(buffer, 0n), buffer[0]]).toEqual([1, 3]);
  });

  it('reads nothing whole from a peer at another speed', () => {
    const clock = new VirtualClock();
    const board = new MockBoard({ clock });
    const peer = new Peer();
    board.attachUartPeer(PORT, peer, { baud: 9_600 });
    using wrong = board.openUartPort(request({ baud: 115_200 }));
    peer.send(1);
    expect(codeOf(() => wrong.read(new Uint8Array(1), FOREVER))).toBe('HAL_UART_FRAMING');
    wrong.close();
    using close = board.openUartPort(request({ baud: 9_700 }));
    peer.send(1);
    expect(close.read(new Uint8Array(1), FOREVER)).toBe(1);
  });

  it('hands over every byte exactly once, whatever the sizes of frames, reads and pauses', () => {
    const step = fc.record({
      frame: fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 12 }),
      readBytes: fc.integer({ min: 1, max: 6 }),
      pauseNs: fc.bigInt({ min: 0n, max: 8n * CHARACTER_NS }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const { board, clock, peer } = setUp();
        using port = board.openUartPort(request());
        const got: number[] = [];
        for (const { frame, readBytes, pauseNs } of steps) {
          peer.send(...frame);
          clock.spend(pauseNs);
          const buffer = new Uint8Array(readBytes);
          got.push(...buffer.subarray(0, port.read(buffer, clock.nowNs())));
        }
        const buffer = new Uint8Array(7);
        for (let count = 1; count > 0; ) {
          count = port.read(buffer, clock.nowNs() + 2n * CHARACTER_NS);
          got.push(...buffer.subarray(0, count));
        }
        expect(got).toEqual(steps.flatMap(({ frame }) => frame));
      }),
    );
  });
});

describe('mock UART transmit', () => {
  it('lets bytes leave over time and flushes when the last has gone', () => {
    const { board, clock, peer } = setUp();
    using port = board.openUartPort(request());
    expect(port.write(Uint8Array.of(1, 2, 3), 0n)).toBe(3);
    expect(peer.received).toEqual([]);
    clock.spend(CHARACTER_NS);
    expect(peer.received).toEqual([1]);
    port.flush(FOREVER);
    expect([peer.received, clock.nowNs()]).toEqual([[1, 2, 3], 3n * CHARACTER_NS]);
  });

  it('takes only what fits until the deadline, and all of it with time enough', () => {
    const { board, clock, peer } = setUp({ uart: { transmitBufferBytes: 2 } });
    using port = board.openUartPort(request());
    expect(port.write(Uint8Array.of(1, 2, 3, 4), 0n)).toBe(2);
    expect(port.write(Uint8Array.of(3, 4), FOREVER)).toBe(2);
    expect(codeOf(() => port.flush(clock.nowNs()))).toBe('HAL_TIMEOUT');
    port.flush(FOREVER);
    expect(peer.received).toEqual([1, 2, 3, 4]);
  });

  it('drops what has not left when it is closed', () => {
    const { board, clock, peer } = setUp();
    const port = board.openUartPort(request());
    port.write(Uint8Array.of(1), 0n);
    port.close();
    clock.spend(10n * CHARACTER_NS);
    expect([peer.received, clock.scheduledCount()]).toEqual([[], 0]);
  });
});

describe('mock UART events and ends', () => {
  it('tells readable when the buffer stops being empty, not for each byte', () => {
    const { board, clock, peer } = setUp();
    const sink = new EventList();
    using port = board.openUartPort(request());
    peer.send(1);
    clock.spend(CHARACTER_NS);
    port.watch({ sink, token: 4 });
    expect(sink.events).toEqual([]);
    port.read(new Uint8Array(1), 0n);
    peer.send(2, 3);
    clock.spend(2n * CHARACTER_NS);
    expect(sink.events).toEqual([
      { kind: 'uart-readable', token: 4, timeNs: CHARACTER_NS, sequence: 1, detail: 1 },
      { kind: 'uart-readable', token: 4, timeNs: 2n * CHARACTER_NS, sequence: 2, detail: 1 },
    ]);
    port.unwatch();
    port.read(new Uint8Array(2), 0n);
    peer.send(4);
    clock.spend(CHARACTER_NS);
    expect(sink.events.length).toBe(2);
  });

  it('is disconnected after everything that was sent has been read, and tells so once', () => {
    const { board, clock, peer } = setUp();
    const sink = new EventList();
    using port = board.openUartPort(request());
    port.watch({ sink, token: 1 });
    peer.send(1, 2);
    peer.link?.disconnect();
    peer.send(3);
    const buffer = new Uint8Array(8);
    expect(port.read(buffer, FOREVER)).toBe(1);
    clock.spend(2n * CHARACTER_NS);
    expect(port.read(buffer, FOREVER)).toBe(1);
    expect(codeOf(() => port.read(buffer, FOREVER))).toBe('HAL_DISCONNECTED');
    expect(codeOf(() => port.write(buffer, FOREVER))).toBe('HAL_DISCONNECTED');
    expect(clock.nowNs()).toBe(3n * CHARACTER_NS);
    expect(sink.events.map(({ kind }) => kind)).toEqual(['uart-readable', 'uart-readable', 'uart-closed']);
  });

  it('is gone after a close while the far end was about to go', () => {
    const { board, peer } = setUp();
    const port = board.openUartPort(request());
    peer.send(1, 2);
    peer.link?.disconnect();
    port.close();
    expect(board.uartLostCount(PORT)).toBe(2);
    expect(codeOf(() => board.openUartPort(request()))).toBe('HAL_NO_SUCH_DEVICE');
  });

  it('tells a later watch of an end that it missed, but not from inside the call', () => {
    const { board, clock, peer } = setUp();
    const sink = new EventList();
    using port = board.openUartPort(request());
    peer.link?.disconnect();
    port.watch({ sink, token: 1 });
    expect(sink.events).toEqual([]);
    clock.runDue();
    expect(sink.events.map(({ kind }) => kind)).toEqual(['uart-closed']);
  });

  it('sees silence when the peer is taken off', () => {
    const clock = new VirtualClock();
    const board = new MockBoard({ clock });
    const peer = new Peer();
    const detach = board.attachUartPeer(PORT, peer);
    using port = board.openUartPort(request());
    detach();
    peer.send(1);
    port.write(Uint8Array.of(1), 0n);
    expect(port.read(new Uint8Array(1), 10n * CHARACTER_NS)).toBe(0);
    expect(peer.received).toEqual([]);
    board.attachUartPeer(PORT, new Peer());
  });

  it('has one owner, and refuses speeds and formats that it cannot have', () => {
    const { board } = setUp();
    const port = board.openUartPort(request({ consumer: 'gps' }));
    expect(errorOf(() => board.openUartPort(request())).message).toContain('gps');
    port.close();
    port.close();
    expect(codeOf(() => port.read(new Uint8Array(1), 0n))).toBe('HAL_CLOSED');
    expect(codeOf(() => board.openUartPort(request({ port: '/dev/ttyUSB7' })))).toBe('HAL_NO_SUCH_DEVICE');
    for (const change of [
      { baud: 0 },
      { baud: Number.NaN },
      { baud: 1e9 },
      { dataBits: 9 as 8 },
      { stopBits: 3 as 2 },
    ]) {
      expect(codeOf(() => board.openUartPort(request(change)))).toBe('HAL_BAD_ARGUMENT');
    }
    expect(board.openHandleCount()).toBe(0);
  });
});
