import type { Hal, WorldClock } from '@kanchi/hal';
import { createLinuxBackend } from '@kanchi/hal/linux';
import { RealTimeClock } from '@kanchi/hal/mock';
import type { Board } from '@kanchi/runtime';
import { type KernelFiles, NodeKernelFiles } from '@kanchi/sensor-framework';
import { SimulatedKernelFiles } from '@kanchi/sensor-framework/sim';
import type { BackendName } from '../backend.ts';
import type { LineLevels } from '../live-line.ts';
import { createMockHardware, lineLevels } from '../mock-hardware.ts';

/** What a thread that owns hardware has of it. */
export interface BoardHardware {
  readonly hal: Hal;
  readonly clock: WorldClock;
  readonly kernelFiles: KernelFiles;
  /** What the lines show now; empty where looking would mean taking them. */
  readonly levels: () => LineLevels;
}

/** `doorbell`: what the thread sleeps on. Throws HalError and RuntimeError KANCHI_BOARD_INVALID. */
export function createBoardHardware(
  backend: BackendName,
  board: Board,
  doorbell: SharedArrayBuffer,
): BoardHardware {
  if (backend === 'linux') {
    // Word 0 of a doorbell is what the broker waits on: an edge wakes it.
    const { hal, clock } = createLinuxBackend({ wake: new Int32Array(doorbell), wakeIndex: 0 });
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
