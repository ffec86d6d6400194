import type { Hal, WorldClock } from '@kanchi/hal';
import type { Board } from '@kanchi/runtime';
import { createSensorDrivers, type KernelFiles, type TimelineEvent } from '@kanchi/sensor-framework';
import { openBoardSensors, type RunningStepWriter, SensorHub } from '@kanchi/sensor-framework/hub';

/**
 * The hub that reads the sensors of a board, on the thread of its clock.
 * Throws RuntimeError KANCHI_BOARD_INVALID, which names the field of the board file.
 */
export function createBoardHub(
  board: Board,
  hal: Hal,
  clock: WorldClock,
  kernelFiles: KernelFiles,
  onEvent: (event: TimelineEvent) => void = () => {},
  runningStep?: RunningStepWriter,
): SensorHub {
  const drivers = createSensorDrivers({ kernelFiles });
  const sensors = openBoardSensors(board, { hal, clock, drivers });
  return new SensorHub({ clock, sensors, onEvent, ...(runningStep === undefined ? {} : { runningStep }) });
}
