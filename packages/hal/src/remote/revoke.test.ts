import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { benchWiring, createMockBench, type MockBench } from '../conformance/mock-bench.test-support.ts';
import { VirtualClock } from '../mock/index.ts';
import {
  controlWord,
  createDoorbell,
  createRemoteChannel,
  type RemoteChannelBuffers,
  viewChannel,
} from './channel.ts';
import { decodeError, encodeJson, remoteOperation, responseStatus } from './protocol.ts';
import { RemoteHalServer } from './remote-hal-server.ts';
import type { RevokedResource } from './revoked-resource.ts';

const { freeLine, loopbackOutput, i2cBus, spiBus, chipSelect, port, baud, registers } = benchWiring;

describe('a broker that takes resources from one of two clients', () => {
  let bench: MockBench;
  let server: RemoteHalServer;
  const channels = new Map<string, RemoteChannelBuffers>();
  const told: string[][] = [];

  beforeEach(() => {
    const clock = new VirtualClock();
    const doorbell = createDoorbell();
    bench = createMockBench(clock);
    told.splice(0);
    server = new RemoteHalServer({
      hal: bench.board,
      clock,
      doorbell,
      connectService: (clientId) => ({
        serve: () => null,
        revoke: (targets) => told.push([clientId, ...targets]),
        close: () => {},
      }),
    });
    for (const client of ['one', 'other']) {
      const channel = createRemoteChannel({ doorbell });
      channels.set(client, channel);
      server.attach(client, channel);
    }
  });

  afterEach(() => {
    const faults = server.close();
    if (faults.length > 0 || bench.board.openHandleCount() !== 0) throw new Error('handles were left open');
  });

  /** The answer of a call: its first number, or the code of its error. */
  function call(
    client: string,
    operation: keyof typeof remoteOperation,
    handle: number,
    value = 0,
    bytes: Uint8Array = new Uint8Array(0),
  ): number | string {
    const { words, values, payload } = viewChannel(channels.get(client) as RemoteChannelBuffers);
    payload.set(bytes);
    words[controlWord.operation] = remoteOperation[operation];
    words[controlWord.handle] = handle;
    words[controlWord.requestBytes] = bytes.length;
    values[0] = value;
    Atomics.add(words, controlWord.request, 1);
    server.poll();
    return words[controlWord.status] === responseStatus.done
      ? (values[0] as number)
      : decodeError(payload.slice(0, words[controlWord.responseBytes])).code;
  }

  const open = (client: string, operation: keyof typeof remoteOperation, request: object): number => {
    const handle = call(client, operation, 0, 0, encodeJson({ consumer: client, ...request }));
    expect(handle).toBeTypeOf('number');
    return handle as number;
  };
  const lamp = (client: string, offset: number): number =>
    open(client, 'openGpioLine', { offset, direction: 'output', initialLevel: 1, safeLevel: 0 });

  it("drives the line to its safe level, and that client's calls on it are HAL_CLOSED", () => {
    const handle = lamp('one', freeLine);
    expect(bench.board.line(freeLine).level()).toBe(1);
    expect(
      server.revoke('one', {
        resources: [{ kind: 'gpio', chip: undefined, offset: freeLine }],
        targets: ['gpio:lamp'],
      }),
    ).toEqual([]);
    expect(bench.board.line(freeLine).level()).toBe(0);
    expect(server.handleCount('one')).toBe(0);
    expect(call('one', 'gpioWrite', handle, 1)).toBe('HAL_CLOSED');
    expect(bench.board.line(freeLine).level()).toBe(0);
    expect(call('one', 'close', handle)).toBeTypeOf('number');
    expect(told).toEqual([['one', 'gpio:lamp']]);
  });

  it('touches nothing else of that client, and nothing of the other, who uses the same bus', () => {
    const kept = lamp('one', loopbackOutput);
    open('one', 'openI2cBus', { bus: i2cBus });
    const bus = open('other', 'openI2cBus', { bus: i2cBus });
    server.revoke('one', { resources: [{ kind: 'i2c', bus: i2cBus }], targets: [] });
    expect(server.handleCount('one')).toBe(1);
    expect(call('one', 'gpioRead', kept)).toBe(1);
    expect(server.handleCount('other')).toBe(1);
    expect(call('other', 'close', bus)).toBeTypeOf('number');
  });

  it.each<[RevokedResource, keyof typeof remoteOperation, object]>([
    [{ kind: 'spi', bus: spiBus, chipSelect }, 'openSpiDevice', { bus: spiBus, chipSelect }],
    [{ kind: 'uart', port }, 'openUartPort', { port, baud }],
    [
      { kind: 'mmio', device: registers, base: 0 },
      'openMmioWindow',
      { device: registers, base: 0, byteLength: 16 },
    ],
  ])('closes what matches %j and no other', (resource, operation, request) => {
    const kept = lamp('one', freeLine);
    open('one', operation, request);
    expect(server.handleCount('one')).toBe(2);
    server.revoke('one', { resources: [resource], targets: [] });
    expect(server.handleCount('one')).toBe(1);
    expect(call('one', 'gpioRead', kept)).toBe(1);
    // The other may have it at once.
    open('other', operation, request);
  });

  it('takes nothing from a client that is not there, or of a line on another chip', () => {
    lamp('one', freeLine);
    const resources: RevokedResource[] = [{ kind: 'gpio', chip: 'another-chip', offset: freeLine }];
    expect(server.revoke('one', { resources, targets: [] })).toEqual([]);
    expect(server.revoke('nobody', { resources, targets: [] })).toEqual([]);
    expect(server.handleCount('one')).toBe(1);
  });
});
