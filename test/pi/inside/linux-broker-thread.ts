import { parentPort, workerData } from 'node:worker_threads';
import { createLinuxBackend } from '@kanchi/hal/linux';
import { serveBroker } from '@kanchi/hal/remote';

/** A broker of the Linux backend for tests; word 1 of `world` is how many handles it has open. */
const { doorbell, port, world } = workerData;
const { hal, clock } = createLinuxBackend({ wake: new Int32Array(doorbell), wakeIndex: 0 });
const words = new Int32Array(world);
parentPort?.postMessage('ready');
serveBroker({
  hal,
  clock,
  doorbell,
  port,
  onMessage: () => {
    Atomics.store(words, 1, hal.openHandleCount());
    Atomics.add(words, 0, 1);
    Atomics.notify(words, 0);
  },
});
