import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HalEvent } from '../contract/event.ts';
import { HalError } from '../error.ts';
import { TestBroker } from './broker.test-support.ts';
import { BrokerConnection } from './broker-connection.ts';
import { createDoorbell, requestStop } from './channel.ts';
import { RemoteClock } from './remote-clock.ts';
import { RemoteHal } from './remote-hal.ts';

const line = { offset: 22, consumer: 'test', direction: 'output' } as const;

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof HalError) return error.code;
    throw error;
  }
  return 'done';
}

describe('broker in a thread of its own', () => {
  let broker: TestBroker;

  beforeEach(() => {
    broker = new TestBroker();
  });

  afterEach(async () => {
    await broker.stop();
  });

  async function startClient(mode: string, clientId: string) {
    const channel = broker.createChannel();
    broker.connection.attach(clientId, channel);
    const worker = new Worker(new URL('./fixtures/client.mjs', import.meta.url), {
      workerData: { channel, mode },
      execArgv: [],
    });
    await once(worker, 'message');
    return { worker, channel };
  }

  it('serves clients that are attached while it runs', () => {
    const first = broker.connect().hal;
    using one = first.openGpioLine(line);
    const second = broker.connect().hal;
    using other = second.openGpioLine({ ...line, offset: 24, initialLevel: 1 });
    expect([one.read(), other.read()]).toEqual([0, 1]);
    expect(second.info()).toMatchObject({ backend: 'mock', simulated: true });
    expect(second.capabilities.gpio).toBe(true);
  });

  it('names the owner in another thread when a line is taken', () => {
    const first = broker.connect().hal;
    using _line = first.openGpioLine({ ...line, consumer: 'the-owner' });
    const second = broker.connect().hal;
    let error: unknown;
    try {
      second.openGpioLine(line);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(HalError);
    expect(error).toMatchObject({ code: 'HAL_BUSY', kind: 'already-in-use', errno: 'EBUSY' });
    expect(error).toMatchObject({ details: { owner: 'the-owner' } });
  });

  it('lets clients share an input, and goes on with one when the other leaves', async () => {
    const first = broker.connect();
    const second = broker.connect();
    const wanted = { offset: line.offset, direction: 'input' } as const;
    using kept = first.hal.openGpioLine({ ...wanted, consumer: 'first' });
    const left = second.hal.openGpioLine({ ...wanted, consumer: 'second' });
    expect([kept.read(), left.read()]).toEqual([0, 0]);
    await broker.connection.detach(second.clientId);
    expect(kept.read()).toBe(0);
    const third = broker.connect().hal;
    expect(codeOf(() => third.openGpioLine(line))).toBe('HAL_BUSY');
    kept.close();
    third.openGpioLine(line).close();
  });

  it.each(['calls', 'long-call'])(
    'releases the lines of a thread that was terminated in the middle of a call (%s)',
    async (mode) => {
      for (let round = 0; round < 5; round += 1) {
        const { worker } = await startClient(mode, `victim#${round}`);
        await new Promise((resolve) => setTimeout(resolve, 5 * round));
        await worker.terminate();
        await broker.connection.detach(`victim#${round}`);
        const { hal } = broker.connect();
        using next = hal.openGpioLine({ ...line, direction: 'input' });
        // It was 1 while the victim lived; the broker drove the safe level.
        expect(next.read()).toBe(0);
      }
    },
  );

  it('ends a long wait of a client when a stop is asked for', async () => {
    const { worker, channel } = await startClient('wait-for-stop', 'waiter');
    const exited = once(worker, 'exit');
    requestStop(channel);
    const [message] = await once(worker, 'message');
    expect(message).toBe('stopped');
    await broker.connection.detach('waiter');
    await exited;
  });

  it('fails the calls of a client that it let go of, without waiting', async () => {
    const { hal, clientId } = broker.connect();
    const held = hal.openGpioLine(line);
    await broker.connection.detach(clientId);
    expect(codeOf(() => held.read())).toBe('HAL_DISCONNECTED');
    expect(codeOf(() => hal.openGpioLine(line))).toBe('HAL_DISCONNECTED');
    expect(codeOf(() => held.close())).toBe('done');
    expect(hal.openHandleCount()).toBe(0);
  });

  it('refuses a second client with the id or the channel of another', () => {
    const { clientId, channel, hal } = broker.connect();
    const other = broker.createChannel();
    broker.connection.attach(clientId, other);
    expect(codeOf(() => new RemoteHal(other, 'other').info())).toBe('HAL_DISCONNECTED');
    broker.connection.attach('another id', channel);
    expect(hal.info().backend).toBe('mock');
  });

  it('carries edges with their numbers and drops the oldest when nobody drains', () => {
    const { hal } = broker.connect({ eventCapacity: 4 });
    const clock = new RemoteClock(hal);
    const events: HalEvent[] = [];
    using output = hal.openGpioLine({ ...line, offset: 20 });
    using input = hal.openGpioLine({ offset: 21, consumer: 'test', direction: 'input' });
    input.watch({ edges: 'both', token: 7, sink: { push: (event) => events.push(event) } });
    for (let count = 0; count < 5; count += 1) {
      output.write(1);
      output.write(0);
    }
    expect(events).toEqual([]);
    clock.waitUntil(clock.nowNs());
    expect(events.map((event) => event.sequence)).toEqual([7, 8, 9, 10]);
    expect(events.map((event) => event.detail)).toEqual([1, 0, 1, 0]);
    expect(new Set(events.map((event) => event.token))).toEqual(new Set([7]));
    expect(hal.droppedEventCount()).toBe(6);
  });

  it('gives nothing to a sink after unwatch, though events were under way', () => {
    const { hal } = broker.connect();
    const events: HalEvent[] = [];
    using output = hal.openGpioLine({ ...line, offset: 20 });
    using input = hal.openGpioLine({ offset: 21, consumer: 'test', direction: 'input' });
    input.watch({ edges: 'both', token: 1, sink: { push: (event) => events.push(event) } });
    output.write(1);
    input.unwatch();
    expect(hal.drainEvents()).toBe(1);
    expect(events).toEqual([]);
  });

  it('wakes a waiting client when an edge comes', () => {
    const { hal } = broker.connect();
    const clock = new RemoteClock(hal);
    const events: HalEvent[] = [];
    using input = hal.openGpioLine({ offset: 21, consumer: 'test', direction: 'input', bias: 'pull-down' });
    input.watch({ edges: 'rising', token: 1, sink: { push: (event) => events.push(event) } });
    broker.connection.send({ action: 'drive', offset: 21, level: 1 });
    const deadlineNs = clock.nowNs() + 10_000_000_000n;
    while (events.length === 0 && clock.nowNs() < deadlineNs) clock.waitUntil(deadlineNs);
    expect(clock.nowNs()).toBeLessThan(deadlineNs);
    expect(events[0]?.timeNs).toBeLessThanOrEqual(clock.nowNs());
  });

  it('refuses more bytes than the channel holds before anything moves', () => {
    const { hal } = broker.connect({ payloadBytes: 1_024 });
    using bus = hal.openI2cBus({ bus: 1, consumer: 'test' });
    expect(bus.capabilities.maxOperationBytes).toBe(1_016);
    const tooLong = { kind: 'write', bytes: new Uint8Array(1_017).fill(9) } as const;
    expect(codeOf(() => bus.transaction(0x50, [tooLong]))).toBe('HAL_TOO_LONG');
    const buffer = new Uint8Array(4);
    bus.transaction(0x50, [
      { kind: 'write', bytes: Uint8Array.of(0) },
      { kind: 'read', buffer },
    ]);
    expect([...buffer]).toEqual([0, 0, 0, 0]);
  });

  it('lets a stop request end a blocked serial read, and only that', () => {
    const { hal, channel } = broker.connect();
    const clock = new RemoteClock(hal);
    using port = hal.openUartPort({ port: 'bench-serial', consumer: 'test', baud: 115_200 });
    requestStop(channel);
    const deadlineNs = clock.nowNs() + 10_000_000_000n;
    expect(codeOf(() => port.read(new Uint8Array(1), deadlineNs))).toBe('HAL_INTERRUPTED');
    expect(clock.nowNs()).toBeLessThan(deadlineNs);
    expect(port.read(new Uint8Array(1), clock.nowNs())).toBe(0);
    expect(port.write(Uint8Array.of(1, 2, 3), deadlineNs)).toBe(3);
  });
});

describe('broker that does not answer', () => {
  it('times a call out, and closes a handle that was opened too late', async () => {
    const broker = new TestBroker();
    const channel = broker.createChannel();
    const hal = new RemoteHal(channel, 'early', { callTimeoutMs: 30 });
    // Nobody has attached the channel yet.
    expect(() => hal.openGpioLine(line)).toThrow(
      'the hardware broker did not answer openGpioLine within 30 ms',
    );
    broker.connection.attach('early', channel);
    const { hal: witness } = broker.connect();
    // The late open is answered by now; the next call of the client undoes it.
    expect(witness.info().backend).toBe('mock');
    expect(codeOf(() => witness.openGpioLine(line))).toBe('HAL_BUSY');
    expect(hal.info().backend).toBe('mock');
    expect(hal.openHandleCount()).toBe(0);
    witness.openGpioLine(line).close();
    await broker.stop();
  });

  it('rejects detach and stop when the broker was killed', async () => {
    const broker = new TestBroker();
    const { hal, clientId } = broker.connect({ callTimeoutMs: 1_000 });
    expect(hal.info().backend).toBe('mock');
    await broker.kill();
    await expect(broker.connection.detach(clientId)).rejects.toThrow('the hardware broker ended');
    await expect(broker.connection.stop()).rejects.toThrow('the hardware broker ended');
    expect(codeOf(() => hal.openGpioLine(line))).toBe('HAL_TIMEOUT');
  });

  it('does not wait for ever for a broker that is stuck', async () => {
    // Nobody serves the other end.
    const { port1, port2 } = new MessageChannel();
    const connection = new BrokerConnection({ port: port1, doorbell: createDoorbell(), timeoutMs: 20 });
    await expect(connection.detach('somebody')).rejects.toMatchObject({ code: 'HAL_TIMEOUT' });
    await expect(connection.stop()).rejects.toMatchObject({ code: 'HAL_TIMEOUT' });
    port2.close();
  });
});
