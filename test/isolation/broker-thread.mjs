// The thread that owns the simulated hardware of a test; answers what the world's side shows.
import { parentPort, workerData } from 'node:worker_threads';
import { RealTimeClock } from '@kanchi/hal/mock';
import { serveBroker } from '@kanchi/hal/remote';
import { createMockHardware, lineLevels } from '../../packages/cli/dist/mock-hardware.js';

const { board, doorbell, port } = workerData;
const clock = new RealTimeClock();
const hardware = createMockHardware(board, clock);

serveBroker({
  hal: hardware,
  clock,
  doorbell,
  port,
  onMessage: ({ drive, level, ticket }) => {
    if (drive !== undefined) {
      hardware.line(drive).drive(level);
      return;
    }
    parentPort.postMessage({
      ticket,
      levels: lineLevels(board, hardware),
      openHandles: hardware.openHandleCount(),
      trace: hardware.trace.toText(),
    });
  },
});
