import { type MessagePort, workerData } from 'node:worker_threads';
import { RealTimeClock } from '@kanchi/hal/mock';
import { serveBroker } from '@kanchi/hal/remote';
import { createBenchHardware } from './bench-hardware.ts';

/**
 * Broker thread of the benchmarks. It serves in real time as always; the board behind it has a time of its own, so that
 * the simulated bus time (480 us for the I2C transaction at 100 kHz) is not waited for and does not hide what the way costs.
 */
const { doorbell, port } = workerData as { doorbell: SharedArrayBuffer; port: MessagePort };
serveBroker({ hal: createBenchHardware().board, clock: new RealTimeClock(), doorbell, port });
