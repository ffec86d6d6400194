import { parentPort, workerData } from 'node:worker_threads';
import { RealTimeClock } from '@kanchi/hal/mock';
import { serveBroker } from '@kanchi/hal/remote';
import { HubService } from '@kanchi/sensor-framework/placement';
import { createBoardHub } from '../board-hub.ts';
import { createMockHardware, lineLevels } from '../mock-hardware.ts';
import type { AppExtension } from './app-extension.ts';
import type { BrokerThreadData, BrokerThreadReport } from './broker-thread-message.ts';

/** Entry of the thread that owns the simulated hardware: serves it to the apps' threads and reads the sensors. */
const { board, doorbell, port } = workerData as BrokerThreadData;
const tell = (report: BrokerThreadReport): void => parentPort?.postMessage(report);
const clock = new RealTimeClock();
const hardware = createMockHardware(board, clock);
const hub = createBoardHub(board, hardware, clock, (event) => tell({ kind: 'sensor-event', event }));

serveBroker({
  hal: hardware,
  clock,
  doorbell,
  port,
  connectService: (clientId, extension, wake) =>
    new HubService(hub, clientId, (extension as AppExtension).samples, wake),
  onStop: () => hub.closeAll(),
  // The only message is the question what the lines show.
  onMessage: (ticket) => {
    tell({ kind: 'levels', ticket: Number(ticket), levels: lineLevels(board, hardware) });
  },
});
