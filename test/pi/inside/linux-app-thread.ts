import { parentPort, workerData } from 'node:worker_threads';
import { RemoteHal } from '@kanchi/hal/remote';

/** An app's thread for tests: takes line 17, says so, and writes it until it is terminated. */
const { channel, id } = workerData;
const hal = new RemoteHal(channel, id);
const line = hal.openGpioLine({ offset: 17, consumer: id, direction: 'output', safeLevel: 0 });
parentPort?.postMessage('opened');
for (let turn = 0; ; turn += 1) line.write((turn & 1) as 0 | 1);
