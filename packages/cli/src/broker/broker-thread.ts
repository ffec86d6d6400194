import { parentPort, workerData } from 'node:worker_threads';
import { HalError } from '@kanchi/hal';
import type { RecordingHal } from '@kanchi/hal/record';
import { DOORBELL_NOTE_OFFSET, serveBroker } from '@kanchi/hal/remote';
import { RuntimeError } from '@kanchi/runtime/extension';
import type { TimelineEvent } from '@kanchi/sensor-framework';
import { RunningStepWriter } from '@kanchi/sensor-framework/hub';
import {
  HostMessageService,
  HubService,
  MessageRouter,
  MessageServices,
} from '@kanchi/sensor-framework/placement';
import { createBoardHub } from '../board-hub.ts';
import { type AppExtension, COMMAND_CLIENT, HOST_CLIENT } from './app-extension.ts';
import { AppServices } from './app-services.ts';
import { type BoardHardware, createBoardHardware } from './board-hardware.ts';
import type { BrokerThreadData, BrokerThreadQuestion, BrokerThreadReport } from './broker-thread-message.ts';
import { endWithoutSupervisor } from './supervisor-lost.ts';

/** Entry of a thread that owns hardware: serves it to the apps' threads and reads its sensors. */
const data = workerData as BrokerThreadData;
const { board, doorbell, port, recordTo } = data;
const tell = (report: BrokerThreadReport): void => parentPort?.postMessage(report);

try {
  const hardware = await createBoardHardware(data);
  if (recordTo === undefined) serve(hardware);
  else await serveRecorded(hardware, recordTo);
} catch (error) {
  if (!(error instanceof HalError) && !(error instanceof RuntimeError)) throw error;
  const code = error instanceof RuntimeError ? error.code : 'KANCHI_BACKEND_UNAVAILABLE';
  tell({ kind: 'failed', code, text: error.message });
  port.close();
}

async function serveRecorded(hardware: BoardHardware, descriptor: number): Promise<void> {
  const { RecordSession } = await import('../record-session.ts');
  const session = new RecordSession(hardware.hal, hardware.clock, board, descriptor);
  try {
    serve({ ...hardware, hal: session.hal }, session.hal);
  } finally {
    tell({ kind: 'recorded', outcome: session.end() });
  }
}

function serve({ hal, clock, kernelFiles, levels }: BoardHardware, recording?: RecordingHal): void {
  const onEvent = (event: TimelineEvent): void => tell({ kind: 'sensor-event', event });
  const runningStep = new RunningStepWriter(doorbell, DOORBELL_NOTE_OFFSET);
  const hub = createBoardHub(board, hal, clock, kernelFiles, onEvent, runningStep);
  /** Of the command itself. */
  let own: HubService | undefined;
  const state = () => ({ levels: levels(), sensors: hub.sensorStates(), clients: hub.clientStates() });
  // Apps send each other messages through the main part's thread only.
  const messages = new MessageServices(
    (onWaiting) =>
      new MessageRouter({
        onWaiting,
        onHostWaiting: () => tell({ kind: 'host-message' }),
        tell: (line) => tell({ kind: 'messages-lost', line }),
      }),
  );
  tell({ kind: 'ready', state: state() });
  serveBroker({
    hal,
    clock,
    doorbell,
    port,
    connectService: (clientId, extension, wake) => {
      // Time before the first app is nothing that a replay has.
      recording?.begin();
      const { samples, mailbox } = extension as AppExtension;
      const sensors = new HubService(hub, clientId, samples, wake);
      if (clientId === COMMAND_CLIENT) own = sensors;
      return new AppServices({
        sensors,
        messages: messages.connect(mailbox, wake),
        ...(clientId === HOST_CLIENT ? { host: new HostMessageService(messages.router) } : {}),
      });
    },
    onStop: () => hub.closeAll(),
    onSupervisorLost: (clientIds, faults) =>
      endWithoutSupervisor({ clientIds, faults, levels: levels() }, clock),
    onMessage: (message) => {
      const { ticket, ask, stopBetweenNs } = message as BrokerThreadQuestion;
      if (stopBetweenNs !== undefined) recording?.noteStop(...stopBetweenNs);
      if (ask !== undefined) {
        const service = own;
        const answers = service === undefined ? [] : ask.requests.map((request) => service.serve(request));
        tell({ kind: 'answers', ticket: ask.ticket, answers });
      }
      if (ticket !== undefined) tell({ kind: 'state', ticket, state: state() });
    },
  });
}
