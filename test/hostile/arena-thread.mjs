// A thread that owns one part of the arena's board, as a broker's thread of the command does; it also tells what the
// simulated hardware saw.
import { parentPort, workerData } from 'node:worker_threads';
import { RealTimeClock } from '@kanchi/hal/mock';
import { serveBroker } from '@kanchi/hal/remote';
import { HubService, MessageServices } from '@kanchi/sensor-framework/placement';
import { SimulatedKernelFiles } from '@kanchi/sensor-framework/sim';
import { MessageRouter } from '@kanchi/sensor-framework/wamr';
import { createBoardHub } from '../../packages/cli/dist/board-hub.js';
import { AppServices } from '../../packages/cli/dist/broker/app-services.js';
import { createMockHardware, lineLevels } from '../../packages/cli/dist/mock-hardware.js';

const { board, doorbell, port, pulse } = workerData;
const clock = new RealTimeClock();
const hardware = createMockHardware(board, clock);
const hub = createBoardHub(board, hardware, clock, new SimulatedKernelFiles());
const messages = new MessageServices(
  (onWaiting) => new MessageRouter({ onWaiting, onHostWaiting: () => {} }),
);

// A line that the world toggles, in the part that has the lines.
if (pulse !== undefined) {
  const toggle = (timeNs, level) => {
    hardware.line(pulse.line).drive(level);
    clock.schedule(timeNs + pulse.intervalNs, () => toggle(timeNs + pulse.intervalNs, 1 - level));
  };
  toggle(clock.nowNs(), 0);
}

serveBroker({
  hal: hardware,
  clock,
  doorbell,
  port,
  connectService: (clientId, { samples, mailbox }, wake) =>
    new AppServices({
      sensors: new HubService(hub, clientId, samples, wake),
      messages: messages.connect(mailbox, wake),
    }),
  onStop: () => hub.closeAll(),
  onMessage: ({ ticket, clearsTrace }) => {
    const view = {
      ticket,
      levels: lineLevels(board, hardware),
      openHandles: hardware.openHandles(),
      clients: hub.clientStates().map(({ client, counters }) => ({ client, missed: counters.missedCount })),
      trace: hardware.trace.entries(),
    };
    if (clearsTrace) hardware.trace.clear();
    parentPort.postMessage(view);
  },
});
