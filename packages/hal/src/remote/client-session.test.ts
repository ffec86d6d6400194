import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { benchWiring, createMockBench, type MockBench } from '../conformance/mock-bench.test-support.ts';
import { VirtualClock } from '../mock/index.ts';
import {
  controlWord,
  createDoorbell,
  createRemoteChannel,
  type RemoteChannelBuffers,
  TRANSACTION_NS_VALUE,
  viewChannel,
} from './channel.ts';
import { encodeJson, remoteOperation, responseStatus } from './protocol.ts';
import { RemoteHalServer } from './remote-hal-server.ts';
import { MAX_HANDLES_PER_CLIENT } from './served-handle.ts';
import { encodeOperations } from './transaction-codec.ts';

const operations = Object.values(remoteOperation);

/** Numbers as a broken client might leave them: small, far out, not numbers. */
const anyNumber = fc.oneof(
  fc.integer({ min: -2, max: 70 }),
  fc.integer(),
  fc.double(),
  fc.constantFrom(8, 16, 32),
);

describe('server with a hostile client', () => {
  let bench: MockBench;
  let server: RemoteHalServer;
  let channel: RemoteChannelBuffers;

  beforeEach(() => {
    const clock = new VirtualClock();
    const doorbell = createDoorbell();
    bench = createMockBench(clock);
    server = new RemoteHalServer({ hal: bench.board, clock, doorbell });
    channel = createRemoteChannel({ doorbell, payloadBytes: 1_024 });
    server.attach('hostile', channel);
  });

  afterEach(() => {
    const faults = server.close();
    if (faults.length > 0 || bench.board.openHandleCount() !== 0) throw new Error('handles were left open');
  });

  function request(
    operation: number,
    handle: number,
    bytes: Uint8Array,
    byteLength: number,
    values: number[],
  ): number {
    const { words, values: shared, payload } = viewChannel(channel);
    payload.set(bytes.subarray(0, payload.length));
    words[controlWord.operation] = operation;
    words[controlWord.handle] = handle;
    words[controlWord.requestBytes] = byteLength;
    shared.set(values.slice(0, shared.length));
    Atomics.add(words, controlWord.request, 1);
    expect(server.poll()).toBe(true);
    return words[controlWord.status] as number;
  }

  function open(operation: number, fields: object): number {
    const bytes = encodeJson({ consumer: 'hostile', ...fields });
    expect(request(operation, 0, bytes, bytes.length, [])).toBe(responseStatus.done);
    return viewChannel(channel).values[0] as number;
  }

  function openAll(): void {
    const { i2cBus, spiBus, chipSelect, port, baud, registers, registerBytes } = benchWiring;
    open(remoteOperation.openGpioLine, { offset: benchWiring.freeLine, direction: 'output', safeLevel: 0 });
    open(remoteOperation.openGpioLine, { offset: benchWiring.loopbackInput, direction: 'input' });
    open(remoteOperation.openI2cBus, { bus: i2cBus });
    open(remoteOperation.openSpiDevice, { bus: spiBus, chipSelect });
    open(remoteOperation.openUartPort, { port, baud });
    open(remoteOperation.openMmioWindow, { device: registers, base: 0, byteLength: registerBytes });
  }

  it('tells how long a transaction took, also one that failed', () => {
    const bus = open(remoteOperation.openI2cBus, { bus: benchWiring.i2cBus });
    const bytes = new Uint8Array(64);
    const byteLength = encodeOperations(bytes, [{ kind: 'read', buffer: new Uint8Array(1) }]);
    const { memoryAddress, absentAddress } = benchWiring;
    for (const address of [memoryAddress, absentAddress]) {
      const status = request(remoteOperation.i2cTransaction, bus, bytes, byteLength, [address, 0, 0, 0]);
      expect(status).toBe(address === absentAddress ? responseStatus.failed : responseStatus.done);
      expect(viewChannel(channel).values[TRANSACTION_NS_VALUE]).toBeGreaterThan(0);
    }
  });

  it('answers every garbage request and goes on serving another client', () => {
    openAll();
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            operation: fc.oneof(fc.constantFrom(...operations), fc.integer()),
            handle: fc.oneof(fc.integer({ min: 0, max: 8 }), fc.integer()),
            bytes: fc.oneof(
              fc.uint8Array({ maxLength: 64 }),
              fc.json().map((text) => new TextEncoder().encode(text)),
            ),
            byteLength: fc.oneof(fc.integer({ min: -1, max: 70 }), fc.integer()),
            values: fc.array(anyNumber, { maxLength: 4 }),
          }),
          { maxLength: 20 },
        ),
        (requests) => {
          for (const { operation, handle, bytes, byteLength, values } of requests) {
            request(operation, handle, bytes, byteLength, values);
            const { words, payload } = viewChannel(channel);
            const responseBytes = words[controlWord.responseBytes] as number;
            expect(responseBytes).toBeGreaterThanOrEqual(0);
            expect(responseBytes).toBeLessThanOrEqual(payload.length);
          }
          const { doorbell } = channel;
          const honest = createRemoteChannel({ doorbell });
          server.attach('honest', honest);
          const { words } = viewChannel(honest);
          words[controlWord.operation] = remoteOperation.info;
          Atomics.add(words, controlWord.request, 1);
          expect(server.poll()).toBe(true);
          expect(words[controlWord.status]).toBe(responseStatus.done);
          server.detach('honest');
        },
      ),
      { numRuns: 200 },
    );
  });

  it('goes on when a client scribbled over the whole of its shared memory', () => {
    openAll();
    const watch = encodeJson({ edges: 'both', token: 1 });
    expect(request(remoteOperation.gpioWatch, 2, watch, watch.length, [])).toBe(responseStatus.done);
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 96, maxLength: 96 }),
        fc.uint8Array({ minLength: 56, maxLength: 56 }),
        (control, events) => {
          new Uint8Array(channel.control).set(control);
          new Uint8Array(channel.events).set(events);
          server.poll();
          bench.board.line(benchWiring.loopbackInput).drive(1);
          bench.board.line(benchWiring.loopbackInput).drive(0);
          expect(server.clientCount).toBe(1);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('drives the safe levels of a client that left garbage behind', () => {
    open(remoteOperation.openGpioLine, {
      offset: benchWiring.freeLine,
      direction: 'output',
      initialLevel: 1,
      safeLevel: 0,
    });
    expect(bench.board.line(benchWiring.freeLine).level()).toBe(1);
    new Uint8Array(channel.control).fill(0xa5);
    new Uint8Array(channel.payload).fill(0xa5);
    expect(server.detach('hostile')).toEqual([]);
    expect(bench.board.line(benchWiring.freeLine).level()).toBe(0);
    expect(bench.board.openHandleCount()).toBe(0);
  });

  it('limits the handles of one client', () => {
    for (let count = 0; count < MAX_HANDLES_PER_CLIENT; count += 1) {
      open(remoteOperation.openI2cBus, { bus: benchWiring.i2cBus });
    }
    const bytes = encodeJson({ consumer: 'hostile', bus: benchWiring.i2cBus });
    expect(request(remoteOperation.openI2cBus, 0, bytes, bytes.length, [])).toBe(responseStatus.failed);
    expect(server.handleCount('hostile')).toBe(MAX_HANDLES_PER_CLIENT);
  });

  it('refuses a channel of another doorbell and one that was attached before', () => {
    const stranger = createRemoteChannel({ doorbell: createDoorbell() });
    expect(() => server.attach('stranger', stranger)).toThrow('doorbell of another broker');
    expect(() => server.attach('again', channel)).toThrow('attached before');
    expect(() => server.attach('hostile', channel)).toThrow('attached already');
    expect(server.clientCount).toBe(1);
  });
});
