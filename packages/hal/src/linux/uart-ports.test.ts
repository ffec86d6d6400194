import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { codeOf, errorOf, KeptEvents } from '../conformance/fixture-test.ts';
import { interleave } from '../interleave.test-support.ts';
import type { UartCommand } from './uart-command.ts';
import { UartMemory } from './uart-memory.ts';
import { LinuxUartPort } from './uart-port.ts';
import { UartPorts } from './uart-ports.ts';

const consumer = 'test';

/** A port whose main thread is the test. */
function openPort(): { port: LinuxUartPort; memory: UartMemory; commands: UartCommand[] } {
  const memory = new UartMemory();
  memory.state = 'open';
  const commands: UartCommand[] = [];
  const port = new LinuxUartPort({
    memory,
    key: 4,
    path: '/dev/fake',
    consumer,
    post: (command) => {
      commands.push(command);
      if (command.kind === 'close') memory.state = 'closed';
    },
    onClose: () => {},
    answerMs: 0,
  });
  return { port, memory, commands };
}

function arrive(memory: UartMemory, bytes: readonly number[], timeNs: bigint): void {
  memory.receivedNs = timeNs;
  memory.received.put(Uint8Array.from(bytes));
  memory.signal();
}

describe('a serial port in the thread of the broker', () => {
  it('tells a byte that comes at any moment of the read that takes it', () => {
    for (let step = 1, steps = 1; step <= steps; step += 1) {
      const { port, memory } = openPort();
      const sink = new KeptEvents();
      port.watch({ sink, token: 2 });
      let taken = 0;
      const read = (): void => {
        taken += port.read(new Uint8Array(8), 0n);
      };
      steps = interleave(step, read, () => arrive(memory, [1], 500n));
      if (taken === 0) read();
      port.drain();
      expect([taken, sink.events], `before operation ${step}`).toEqual([
        1,
        [{ kind: 'uart-readable', token: 2, timeNs: 500n, sequence: 1, detail: 1 }],
      ]);
    }
  });

  it('who reads once after each event misses no byte, whenever it comes', () => {
    for (let step = 1, steps = 1; step <= steps; step += 1) {
      const { port, memory } = openPort();
      const sink = new KeptEvents();
      port.watch({ sink, token: 2 });
      const buffer = new Uint8Array(2);
      let taken = 0;
      let told = 0;
      const serve = (): void => {
        port.drain();
        if (sink.events.length === told) return;
        told = sink.events.length;
        taken += port.read(buffer, 0n);
      };
      arrive(memory, [1], 500n);
      steps = interleave(step, serve, () => arrive(memory, [2], 600n));
      serve();
      expect(taken, `before operation ${step}`).toBe(2);
    }
  });

  it('tells the first bytes after none, with their time, also when they were read before anybody drained', () => {
    const { port, memory } = openPort();
    const sink = new KeptEvents();
    port.watch({ sink, token: 2 });
    port.drain();
    expect(sink.events).toEqual([]);
    arrive(memory, [1, 2], 500n);
    port.drain();
    arrive(memory, [3], 600n);
    port.drain();
    expect(port.read(new Uint8Array(8), 0n)).toBe(3);
    arrive(memory, [4], 700n);
    expect(port.read(new Uint8Array(8), 0n)).toBe(1);
    port.drain();
    port.drain();
    expect(sink.events).toEqual([
      { kind: 'uart-readable', token: 2, timeNs: 500n, sequence: 1, detail: 2 },
      { kind: 'uart-readable', token: 2, timeNs: 700n, sequence: 2, detail: 1 },
    ]);
  });

  it('bytes that were there before the watch are its first event, when it is drained', () => {
    const { port, memory } = openPort();
    arrive(memory, [1], 500n);
    const sink = new KeptEvents();
    port.watch({ sink, token: 2 });
    expect(sink.events).toEqual([]);
    port.drain();
    port.drain();
    expect(sink.events).toEqual([{ kind: 'uart-readable', token: 2, timeNs: 500n, sequence: 1, detail: 1 }]);
  });

  it('a far end that went before the watch is told once, when it is drained', () => {
    const { port, memory } = openPort();
    memory.goneNs = 900n;
    memory.state = 'gone';
    const sink = new KeptEvents();
    port.watch({ sink, token: 2 });
    expect(sink.events).toEqual([]);
    port.drain();
    port.drain();
    expect(sink.events).toEqual([{ kind: 'uart-closed', token: 2, timeNs: 900n, sequence: 1, detail: 0 }]);
  });

  it('asks the main thread once for all bytes that it has not looked at', () => {
    const { port, memory, commands } = openPort();
    expect(port.write(Uint8Array.of(1, 2), 0n)).toBe(2);
    expect(port.write(Uint8Array.of(3), 0n)).toBe(1);
    expect(commands).toEqual([{ kind: 'transmit', key: 4 }]);
    memory.startToTransmit();
    port.write(Uint8Array.of(4), 0n);
    expect(commands).toHaveLength(2);
  });

  it('write takes what finds room and no more', () => {
    const { port } = openPort();
    expect(port.write(new Uint8Array(65_536 + 10), 0n)).toBe(65_536);
    expect(port.write(Uint8Array.of(1), 0n)).toBe(0);
  });

  it('flush asks once, however often it is called again, until the main thread has answered', () => {
    const { port, memory, commands } = openPort();
    port.flush(0n);
    expect(commands).toEqual([]);
    port.write(Uint8Array.of(1), 0n);
    expect([codeOf(() => port.flush(0n)), codeOf(() => port.flush(0n))]).toEqual([
      'HAL_TIMEOUT',
      'HAL_TIMEOUT',
    ]);
    expect(commands.filter(({ kind }) => kind === 'drain')).toEqual([{ kind: 'drain', key: 4, ticket: 1 }]);
    memory.drainedTicket = 1;
    port.flush(0n);
  });

  it('wakes a main thread that waits for room', () => {
    const { port, memory, commands } = openPort();
    arrive(memory, [1], 500n);
    memory.pause();
    port.read(new Uint8Array(1), 0n);
    expect(commands).toEqual([{ kind: 'resume', key: 4 }]);
  });

  it('close waits for the main thread, once', () => {
    const { port, commands } = openPort();
    port.close();
    port.close();
    expect(commands).toEqual([{ kind: 'close', key: 4 }]);
  });
});

describe('the serial ports of a backend', () => {
  const files = {
    exists: (path: string) => path.startsWith('/dev/'),
    realPath: (path: string) => path,
    readText: () => '',
    writeText: () => {},
    regularFileBytes: () => undefined,
    list: () => [],
    listFolders: () => [],
    readBytes: () => new Uint8Array(),
  };
  const wake = new Int32Array(new SharedArrayBuffer(4));
  const request = { port: '/dev/fake', consumer, baud: 9600 };

  it('without the part in the main thread are not supported, and that is said', () => {
    const ports = new UartPorts({ port: undefined, files, wake, wakeIndex: 0 });
    const error = errorOf(() => ports.open(request, () => {}));
    expect([ports.isServed, error.code]).toEqual([false, 'HAL_NOT_SUPPORTED']);
    expect(error.message).toContain('serveUartPorts');
  });

  it('refuse what no port can do before anything is asked', () => {
    const { port1, port2 } = new MessageChannel();
    const ports = new UartPorts({ port: port1, files, wake, wakeIndex: 0 });
    const wrong = [
      { baud: 0 },
      { baud: 4_000_001 },
      { baud: 9600.5 },
      { baud: Number.NaN },
      { dataBits: 9 as never },
      { stopBits: 3 as never },
      { parity: 'mark' as never },
      { flowControl: 'xon' as never },
      { port: '/dev/a\0b' },
      { port: 5 as never },
    ];
    const codes = wrong.map((fields) => codeOf(() => ports.open({ ...request, ...fields }, () => {})));
    expect(codes).toEqual(wrong.map(() => 'HAL_BAD_ARGUMENT'));
    expect(codeOf(() => ports.open({ ...request, port: 'ttyUSB0' }, () => {}))).toBe('HAL_NO_SUCH_DEVICE');
    expect(receiveMessageOnPort(port2)).toBeUndefined();
    port1.close();
  });

  it('a main thread that does not answer is HAL_TIMEOUT, and what it opens later is closed', () => {
    const { port1, port2 } = new MessageChannel();
    const ports = new UartPorts({ port: port1, files, wake, wakeIndex: 0, answerMs: 1 });
    expect(codeOf(() => ports.open(request, () => {}))).toBe('HAL_TIMEOUT');
    const kinds = [1, 2].map(() => (receiveMessageOnPort(port2) as { message: UartCommand }).message.kind);
    expect(kinds).toEqual(['open', 'close']);
    // It may still hold the port.
    expect(codeOf(() => ports.open(request, () => {}))).toBe('HAL_BUSY');
    port1.close();
  });
});
