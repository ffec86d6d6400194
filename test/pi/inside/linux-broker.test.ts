import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { MessageChannel, Worker } from 'node:worker_threads';
import { createLinuxBackend } from '@kanchi/hal/linux';
import { BrokerConnection, createDoorbell, createRemoteChannel, RemoteHal } from '@kanchi/hal/remote';
import { expect, it } from 'vitest';

const ROUNDS = 1_000;
const GIVEN_UP = 10;

it('1,000 clients that hold devices come and go, some of them killed; descriptors, lines and memory are as before', async () => {
  const doorbell = createDoorbell();
  const { port1, port2 } = new MessageChannel();
  const world = new SharedArrayBuffer(8);
  const words = new Int32Array(world);
  const thread = new Worker(new URL('./linux-broker-thread.js', import.meta.url), {
    workerData: { doorbell, port: port2, world },
    transferList: [port2],
  });
  // The emulator takes seconds to start a thread.
  await once(thread, 'message');
  const broker = new BrokerConnection({ port: port1, doorbell });
  const openHandles = (): number => {
    const before = Atomics.load(words, 0);
    broker.send('count');
    // A late notification is of an earlier answer.
    while (Atomics.load(words, 0) === before) Atomics.wait(words, 0, before, 10_000);
    return Atomics.load(words, 1);
  };
  const descriptors = (): number => readdirSync('/proc/self/fd').length;

  const round = async (number: number): Promise<void> => {
    const id = `app#${number}`;
    const channel = createRemoteChannel({ doorbell });
    broker.attach(id, channel);
    const hal = new RemoteHal(channel, id);
    const line = hal.openGpioLine({
      offset: 17,
      consumer: id,
      direction: 'output',
      initialLevel: 1,
      safeLevel: 0,
    });
    hal.openI2cBus({ bus: 1, consumer: id });
    hal.openSpiDevice({ bus: 0, chipSelect: 1, consumer: id });
    line.write(0);
    if (number % 100 === 0) expect(openHandles()).toBe(3);
    // As when its thread was terminated: nobody closes anything.
    await broker.detach(id);
  };

  for (let number = 0; number < GIVEN_UP; number += 1) await round(number);
  const before = { descriptors: descriptors(), residentBytes: process.memoryUsage.rss() };
  for (let number = GIVEN_UP; number < ROUNDS; number += 1) await round(number);
  expect(openHandles()).toBe(0);
  expect(descriptors()).toBe(before.descriptors);
  expect(process.memoryUsage.rss() - before.residentBytes).toBeLessThan(64 * 1024 * 1024);
  const ended = once(thread, 'exit');
  await broker.stop();
  await ended;
}, 900_000);

it('an app whose thread is killed in the middle of a call leaves its line free', async () => {
  const doorbell = createDoorbell();
  const { port1, port2 } = new MessageChannel();
  const thread = new Worker(new URL('./linux-broker-thread.js', import.meta.url), {
    workerData: { doorbell, port: port2, world: new SharedArrayBuffer(8) },
    transferList: [port2],
  });
  // The emulator takes seconds to start a thread.
  await once(thread, 'message');
  const broker = new BrokerConnection({ port: port1, doorbell });
  for (let number = 0; number < 20; number += 1) {
    const id = `killed#${number}`;
    const channel = createRemoteChannel({ doorbell });
    broker.attach(id, channel);
    const app = new Worker(new URL('./linux-app-thread.js', import.meta.url), {
      workerData: { channel, id },
    });
    await once(app, 'message');
    await app.terminate();
    await broker.detach(id);
  }
  // Nobody has the line any more: it can be taken again.
  const { hal } = createLinuxBackend();
  const line = hal.openGpioLine({ offset: 17, consumer: 'test', direction: 'input' });
  expect(line.read()).toBe(0);
  hal.close();
  const ended = once(thread, 'exit');
  await broker.stop();
  await ended;
}, 300_000);
