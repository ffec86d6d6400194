import type { Hal, WorldClock } from '@kanchi/hal';
import { createLinuxBackend, HeldOutputFile } from '@kanchi/hal/linux';
import { RealTimeClock } from '@kanchi/hal/mock';
import { type KernelFiles, NodeKernelFiles } from '@kanchi/sensor-framework';
import { SimulatedKernelFiles } from '@kanchi/sensor-framework/sim';
import type { LineLevels } from '../live-line.ts';
import { createMockHardware, lineLevels } from '../mock-hardware.ts';
import type { BrokerThreadData } from './broker-thread-message.ts';

/** What a thread that owns hardware has of it. */
export interface BoardHardware {
  readonly hal: Hal;
  readonly clock: WorldClock;
  readonly kernelFiles: KernelFiles;
  /** What the lines show now; empty where looking would mean taking them. */
  readonly levels: () => LineLevels;
}

/** For the thread that was started with this. Throws HalError and RuntimeError KANCHI_BOARD_INVALID. */
export function createBoardHardware(data: BrokerThreadData): BoardHardware {
  const { backend, board, doorbell, uartPort, onoffPort, heldOutputs } = data;
  if (backend === 'linux') {
    const { hal, clock } = createLinuxBackend({
      // Word 0 of a doorbell is what the broker waits on: an edge or a received byte wakes it.
      wake: new Int32Array(doorbell),
      wakeIndex: 0,
      ...(uartPort === undefined ? {} : { uartPort }),
      ...(onoffPort === undefined ? {} : { onoffPort }),
      ...(heldOutputs === undefined ? {} : { heldOutputs: new HeldOutputFile(heldOutputs) }),
    });
    return { hal, clock, kernelFiles: new NodeKernelFiles(), levels: () => ({}) };
  }
  const clock = new RealTimeClock();
  const hal = createMockHardware(board, clock);
  return {
    hal,
    clock,
    kernelFiles: new SimulatedKernelFiles(),
    levels: () => lineLevels(board, hal),
  };
}
