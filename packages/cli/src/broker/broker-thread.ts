import { parentPort, workerData } from 'node:worker_threads';
import { RealTimeClock } from '@kanchi/hal/mock';
import { serveBroker } from '@kanchi/hal/remote';
import { createMockHardware, lineLevels } from '../mock-hardware.ts';
import type { BrokerThreadData, BrokerThreadReport } from './broker-thread-message.ts';

/** Entry of the thread that owns the simulated hardware and serves it to the apps' threads. */
const { board, doorbell, port } = workerData as BrokerThreadData;
const clock = new RealTimeClock();
const hardware = createMockHardware(board, clock);

serveBroker({
  hal: hardware,
  clock,
  doorbell,
  port,
  // The only message is the question what the lines show.
  onMessage: (ticket) => {
    const report: BrokerThreadReport = { ticket: Number(ticket), levels: lineLevels(board, hardware) };
    parentPort?.postMessage(report);
  },
});
