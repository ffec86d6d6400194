import { type MessagePort, workerData } from 'node:worker_threads';
import { MockBoard, RealTimeClock } from '@kanchi/hal/mock';
import { serveBroker } from '@kanchi/hal/remote';

/** Broker thread of `remote-round-trip.ts`: a board of simulated hardware. */
const { doorbell, port } = workerData as { doorbell: SharedArrayBuffer; port: MessagePort };
const clock = new RealTimeClock();
serveBroker({ hal: new MockBoard({ clock }), clock, doorbell, port });
