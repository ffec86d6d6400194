import { parentPort, workerData } from 'node:worker_threads';
import { RealTimeClock } from '@kanchi/hal/mock';
import { serveBroker } from '@kanchi/hal/remote';
import { HostMessageService, HubService, MessageServices } from '@kanchi/sensor-framework/placement';
import { MessageRouter } from '@kanchi/sensor-framework/wamr';
import { createBoardHub } from '../board-hub.ts';
import { createMockHardware, lineLevels } from '../mock-hardware.ts';
import { type AppExtension, HOST_CLIENT } from './app-extension.ts';
import { AppServices } from './app-services.ts';
import type { BrokerThreadData, BrokerThreadReport } from './broker-thread-message.ts';
import { endWithoutSupervisor } from './supervisor-lost.ts';

/** Entry of a thread that owns simulated hardware: serves it to the apps' threads and reads its sensors. */
const { board, doorbell, port } = workerData as BrokerThreadData;
const tell = (report: BrokerThreadReport): void => parentPort?.postMessage(report);
const clock = new RealTimeClock();
const hardware = createMockHardware(board, clock);
const hub = createBoardHub(board, hardware, clock, (event) => tell({ kind: 'sensor-event', event }));
// Apps send each other messages through the main part's thread only.
const messages = new MessageServices(
  (onWaiting) => new MessageRouter({ onWaiting, onHostWaiting: () => tell({ kind: 'host-message' }) }),
);

serveBroker({
  hal: hardware,
  clock,
  doorbell,
  port,
  connectService: (clientId, extension, wake) => {
    const { samples, mailbox } = extension as AppExtension;
    return new AppServices({
      sensors: new HubService(hub, clientId, samples, wake),
      messages: messages.connect(mailbox, wake),
      ...(clientId === HOST_CLIENT ? { host: new HostMessageService(messages.router) } : {}),
    });
  },
  onStop: () => hub.closeAll(),
  onSupervisorLost: (clientIds, faults) =>
    endWithoutSupervisor({ clientIds, faults, levels: lineLevels(board, hardware) }, clock),
  // The only message is the question what there is to see.
  onMessage: (ticket) => {
    const levels = lineLevels(board, hardware);
    const state = { levels, sensors: hub.sensorStates(), clients: hub.clientStates() };
    tell({ kind: 'state', ticket: Number(ticket), state });
  },
});
