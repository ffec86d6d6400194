import { RealTimeClock } from '@kanchi/hal/mock';
import { SimulatedKernelFiles } from '@kanchi/sensor-framework/sim';
import { createMockHardware, lineLevels } from '../mock-hardware.ts';
import type { BoardHardware } from './board-hardware.ts';
import type { BrokerThreadData } from './broker-thread-message.ts';

/** Mock hardware in real time. Throws HalError and RuntimeError KANCHI_BOARD_INVALID. */
export function createSimulatedHardware({ board }: BrokerThreadData): BoardHardware {
  const clock = new RealTimeClock();
  const hal = createMockHardware(board, clock);
  return {
    hal,
    clock,
    kernelFiles: new SimulatedKernelFiles(),
    levels: () => lineLevels(board, hal),
  };
}
