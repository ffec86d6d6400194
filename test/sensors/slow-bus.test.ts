import { MessageChannel, Worker } from 'node:worker_threads';
import { BrokerConnection, createDoorbell, createRemoteChannel, RemoteHal } from '@kanchi/hal/remote';
import {
  type Board,
  DETACH_UNDER_WAY,
  type HardwareBroker,
  parseBoard,
  WorkerExecutor,
} from '@kanchi/runtime';
import { RemoteSensorPort } from '@kanchi/sensor-framework/placement';
import { afterEach, describe, expect, it } from 'vitest';
import { createAppExtension } from '../../packages/cli/dist/broker/app-extension.js';
import { partsOfBoard } from '../../packages/cli/dist/broker/board-parts.js';
import { appPackage, builtGuest, StartedApp } from '../isolation/worker-bench.ts';
import { repositoryRoot } from '../support/repository.ts';

const boardFile = {
  kanchi: 1,
  name: 'test',
  lines: { lamp: { line: 17, direction: 'output', safeLevel: 0 } },
  i2c: { devices: { one: { bus: 1, address: '0x40' }, two: { bus: 2, address: '0x40' } } },
  sensors: { slow: { driver: 'gated', device: 'one' }, quick: { driver: 'gated', device: 'two' } },
};
const permissions = [
  { kind: 'log', maxBytesPerSecond: 1_000_000 },
  { kind: 'clock', actions: ['monotonic', 'sleep'] },
  { kind: 'sensor', sensor: 'slow', maximumRateHz: 100 },
  { kind: 'sensor', sensor: 'quick', maximumRateHz: 100 },
];

/** Word 0: open; word 1: reads that began. */
class Gate {
  readonly buffer = new SharedArrayBuffer(8);
  readonly #words = new Int32Array(this.buffer);

  open(): void {
    Atomics.store(this.#words, 0, 1);
    Atomics.notify(this.#words, 0);
  }

  get reads(): number {
    return Atomics.load(this.#words, 1);
  }
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

function startThread(board: Board, gate: Gate, readMs?: number): BrokerConnection {
  const doorbell = createDoorbell();
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(new URL('./blocking-broker.mjs', import.meta.url), {
    workerData: { board, doorbell, port: port2, gate: gate.buffer, readMs },
    transferList: [port2],
    execArgv: [],
  });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const connection = new BrokerConnection({ port: port1, doorbell });
  stops.push(async () => {
    gate.open();
    await connection.stop();
    await ended;
  });
  return connection;
}

describe('a read that hangs on one bus', () => {
  it('delays no reading of another bus; its own come when it is over (50)', async () => {
    const app = appPackage({
      name: 'sensor-probe',
      module: builtGuest('sensor-probe'),
      arguments: ['slow:10', 'quick:10'],
      permissions,
      board: boardFile,
    });
    const gates = new Map(['', 'i2c-1', 'i2c-2'].map((name) => [name, new Gate()] as const));
    const parts = partsOfBoard(app.board);
    expect(parts.map(({ name }) => name)).toEqual(['', 'i2c-1', 'i2c-2']);
    const brokers = parts.map((part) => ({
      ...part,
      broker: startThread(part.board, gates.get(part.name) as Gate),
    }));
    gates.get('i2c-2')?.open();
    const executor = new WorkerExecutor({
      brokers,
      workerEntry: new URL(`file://${repositoryRoot}packages/cli/dist/broker/app-worker.js`),
      extend: createAppExtension,
    });
    const started = new StartedApp(executor, app);
    await started.said(' #20 count');
    expect(gates.get('i2c-1')?.reads).toBe(1);
    expect(started.output).not.toContain('slow 1');
    expect(/^slow \d+ ms/mu.test(started.output)).toBe(false);
    gates.get('i2c-1')?.open();
    await started.said('\nslow ');
    await new Promise<void>((resolve) => {
      const look = (): void =>
        /^slow \d+ ms #/mu.test(started.output) ? resolve() : void setImmediate(look);
      look();
    });
    started.execution.requestStop();
    expect(await started.execution.exited).toMatchObject({ reason: 'stopped', exitCode: 0 });
  });
});

describe('a bus whose reads take longer than their interval', () => {
  it('answers calls, the loss of a client and its stop between two reads', async () => {
    const board = parseBoard(boardFile, 'board of the test');
    const gate = new Gate();
    const part = partsOfBoard(board).find(({ name }) => name === 'i2c-1');
    const connection = startThread(part?.board ?? board, gate, 60);
    const channel = createRemoteChannel({ doorbell: connection.doorbell });
    const extension = createAppExtension();
    connection.attach('app', channel, extension);
    const hal = new RemoteHal(channel, 'app');
    const port = new RemoteSensorPort((request) => hal.callService({ request }), extension.samples);
    // Each call finds the thread in a read of 60 ms that is due again at once; 256 of them would be 15 s.
    for (let count = 0; count < 8; count += 1) {
      port.open(
        count,
        'slow',
        { intervalNs: 1_000_000n, firstReading: 'at-once' },
        { shortestIntervalNs: 0n },
      );
    }
    const before = gate.reads;
    await connection.detach('app');
    expect(gate.reads - before).toBeLessThan(4);
  });
});

describe('a thread that hangs when an app ends', () => {
  it('keeps what it shares with that app: the next one has memory of its own', async () => {
    const app = appPackage({
      name: 'sensor-probe',
      module: builtGuest('sensor-probe'),
      arguments: ['quick:10'],
      permissions,
      board: boardFile,
    });
    const channels: unknown[] = [];
    const outcomes = [DETACH_UNDER_WAY, undefined, undefined];
    const brokers = partsOfBoard(app.board).map((part) => {
      const gate = new Gate();
      gate.open();
      const connection = startThread(part.board, gate);
      const broker: HardwareBroker = {
        doorbell: connection.doorbell,
        attach: (clientId, channel, extension) => {
          if (part.name === 'i2c-1') channels.push(channel.control);
          connection.attach(clientId, channel, extension);
        },
        detach: async (clientId) => {
          await connection.detach(clientId);
          return part.name === 'i2c-1' ? outcomes.shift() : undefined;
        },
        revoke: (...parameters) => connection.revoke(...parameters),
      };
      return { ...part, broker };
    });
    const executor = new WorkerExecutor({
      brokers,
      workerEntry: new URL(`file://${repositoryRoot}packages/cli/dist/broker/app-worker.js`),
      extend: createAppExtension,
    });
    for (let run = 0; run < 3; run += 1) {
      const started = new StartedApp(executor, app);
      await started.said(' count');
      started.execution.requestStop();
      expect(await started.execution.exited).toMatchObject({ reason: 'stopped' });
    }
    const [hung, second, third] = channels;
    expect([second === hung, third === second]).toEqual([false, true]);
  });
});
