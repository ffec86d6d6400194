import type { Hal, WorldClock } from '@kanchi/hal';
import type { KernelFiles } from '@kanchi/sensor-framework';
import type { LineLevels } from '../live-line.ts';
import type { BrokerThreadData } from './broker-thread-message.ts';

/** What a thread that owns hardware has of it. */
export interface BoardHardware {
  readonly hal: Hal;
  readonly clock: WorldClock;
  readonly kernelFiles: KernelFiles;
  /** What the lines show now; empty where looking would mean taking them. */
  readonly levels: () => LineLevels;
}

/**
 * For the thread that was started with this, which loads the one backend that it has. Rejects with HalError and RuntimeError
 * KANCHI_BOARD_INVALID.
 */
export async function createBoardHardware(data: BrokerThreadData): Promise<BoardHardware> {
  if (data.backend === 'linux') return (await import('./linux-hardware.ts')).createLinuxHardware(data);
  return (await import('./simulated-hardware.ts')).createSimulatedHardware(data);
}
