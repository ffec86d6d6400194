import { describe, expect, it } from 'vitest';
import { benchWiring, createMockBench } from '../conformance/mock-bench.test-support.ts';
import { HOST_WATCH_TOKEN } from '../contract/event.ts';
import type { UartPort } from '../contract/uart.ts';
import { HalError } from '../error.ts';
import { VirtualClock } from '../mock/index.ts';
import { createReplayHal, parseRecording, type ReplayHal, recordHal } from './index.ts';

const PAST_NS = 0n;
const request = { port: benchWiring.port, baud: 9_600, consumer: 'app' } as const;

interface BrokersPort {
  readonly port: UartPort;
  readonly clock: VirtualClock;
  /** The far end sends. */
  readonly send: (bytes: Uint8Array) => void;
}

/** Records what a broker does for an app: it watches the port for itself and asks, but never waits. */
function recordBroker(session: (broker: BrokersPort) => void, isStopped = false): ReplayHal {
  const clock = new VirtualClock();
  const bench = createMockBench(clock);
  let text = '';
  const hal = recordHal(bench.board, clock, { write: (line) => (text += line) });
  clock.advanceTo(1_000n);
  hal.begin();
  const port = hal.openUartPort(request);
  port.watch({ sink: { push: () => {} }, token: HOST_WATCH_TOKEN });
  session({ port, clock, send: bench.send });
  if (isStopped) hal.noteStop(clock.nowNs());
  port.close();
  hal.finish();
  return createReplayHal(parseRecording(text));
}

const MS = 1_000_000n;
/** Ten bits at 9600 baud, ns. */
const CHARACTER_NS = 1_041_667n;

describe('a serial port that a broker asked again and again', () => {
  it('replays as one call that waits, with its bytes at their time', () => {
    const hal = recordBroker(({ port, clock, send }) => {
      const buffer = new Uint8Array(8);
      send(Uint8Array.of(7));
      for (let count = 0; count === 0; ) {
        count = port.read(buffer, PAST_NS);
        if (count === 0) clock.spend(MS);
      }
    });
    const port = hal.openUartPort(request);
    const buffer = new Uint8Array(8);
    expect(port.read(buffer, hal.clock.nowNs() + 50n * MS)).toBe(1);
    expect(buffer[0]).toBe(7);
    // The first poll after the character was there: the third, 2 ms after the start.
    expect(hal.clock.nowNs()).toBe(1_000n + 2n * MS);
    expect(2n * MS).toBeGreaterThan(CHARACTER_NS);
    port.close();
    hal.finish();
  });

  it('replays as a call that ends at its deadline with nothing, and as one that does not wait', () => {
    const hal = recordBroker(({ port, clock }) => {
      const buffer = new Uint8Array(8);
      for (let poll = 0; poll < 4; poll += 1) {
        port.read(buffer, PAST_NS);
        clock.spend(MS);
      }
      port.available();
      port.read(buffer, PAST_NS);
    });
    const port = hal.openUartPort(request);
    const buffer = new Uint8Array(8);
    const deadlineNs = hal.clock.nowNs() + 3n * MS + 500_000n;
    expect(port.read(buffer, deadlineNs)).toBe(0);
    expect(hal.clock.nowNs()).toBe(deadlineNs);
    expect(port.available()).toBe(0);
    expect(port.read(buffer, PAST_NS)).toBe(0);
    hal.finish();
  });

  it('replays a flush that was asked for until it was done, and one that was not', () => {
    const hal = recordBroker(({ port, clock }) => {
      expect(port.write(Uint8Array.of(1, 2, 3), PAST_NS)).toBe(3);
      for (let done = false; !done; ) {
        try {
          port.flush(PAST_NS);
          done = true;
        } catch (error) {
          expect(error).toBeInstanceOf(HalError);
          clock.spend(MS);
        }
      }
      port.write(Uint8Array.of(4), PAST_NS);
      expect(() => port.flush(PAST_NS)).toThrow(HalError);
    });
    const port = hal.openUartPort(request);
    expect(port.write(Uint8Array.of(1, 2, 3), hal.clock.nowNs() + MS)).toBe(3);
    port.flush(hal.clock.nowNs() + 100n * MS);
    // Three characters are 3.1 ms: the fifth time it is asked.
    expect(hal.clock.nowNs()).toBe(1_000n + 4n * MS);
    port.write(Uint8Array.of(4), PAST_NS);
    expect(() => port.flush(PAST_NS)).toThrow(expect.objectContaining({ code: 'HAL_TIMEOUT' }) as Error);
    hal.finish();
  });

  it('replays a wait that a stop ended as the client of a broker had it', () => {
    const hal = recordBroker(({ port, clock }) => {
      for (let poll = 0; poll < 3; poll += 1) {
        port.read(new Uint8Array(4), PAST_NS);
        clock.spend(MS);
      }
    }, true);
    expect(hal.stopNs).toBe(3_000_000);
    const port = hal.openUartPort(request);
    expect(() => port.read(new Uint8Array(4), hal.clock.nowNs() + 100n * MS)).toThrow(
      expect.objectContaining({ code: 'HAL_INTERRUPTED' }) as Error,
    );
    expect(hal.clock.nowNs()).toBe(1_000n + 3n * MS);
    port.close();
    hal.finish();
  });

  it("leaves the broker's own watch out, and takes its return for the end of the app's", () => {
    const hal = recordBroker(({ port, clock, send }) => {
      const sink = { push: () => {} };
      port.watch({ sink, token: 3 });
      send(Uint8Array.of(1));
      clock.spend(5n * MS);
      port.watch({ sink, token: HOST_WATCH_TOKEN });
      port.read(new Uint8Array(4), PAST_NS);
      send(Uint8Array.of(2));
      clock.spend(5n * MS);
    });
    const port = hal.openUartPort(request);
    const kinds: string[] = [];
    port.watch({ sink: { push: ({ kind, token }) => kinds.push(`${kind} ${token}`) }, token: 8 });
    hal.clock.advanceTo(hal.clock.nowNs() + 5n * MS);
    port.unwatch();
    expect(port.read(new Uint8Array(4), PAST_NS)).toBe(1);
    hal.clock.advanceTo(hal.clock.nowNs() + 5n * MS);
    expect(kinds).toEqual(['uart-readable 8']);
    hal.finish();
  });
});
