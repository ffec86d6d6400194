import type { GpioLineRequest, Level, LineBias, LineDirection, LineDrive } from '@kanchi/hal';
import type { BoardLine } from '../app/board.ts';

/** How a client wants a line; what it leaves out is as the board file says. */
export interface LineOpening {
  /** Who asks, for the owner that a busy error names. */
  readonly consumer: string;
  readonly direction: LineDirection;
  readonly initialLevel?: Level | undefined;
  readonly bias?: LineBias | undefined;
  readonly drive?: LineDrive | undefined;
}

/** The request to the HAL for a line of the board file. */
export function lineRequest(wiring: BoardLine, opening: LineOpening): GpioLineRequest {
  const { consumer, direction, initialLevel = wiring.initialLevel } = opening;
  const { bias = wiring.bias, drive = wiring.drive } = opening;
  return {
    ...(wiring.chip === undefined ? {} : { chip: wiring.chip }),
    offset: wiring.line,
    consumer,
    direction,
    activeLow: wiring.activeLow,
    ...(bias === undefined ? {} : { bias }),
    ...(direction === 'output'
      ? { initialLevel, safeLevel: wiring.safeLevel, ...(drive === undefined ? {} : { drive }) }
      : {}),
  };
}

/**
 * Why the board file keeps the line from being opened in that direction, or undefined. Whoever wires the board says what drives
 * the line: an output against a button or a sensor's pin is a short.
 */
export function wiringRefusal(
  label: string,
  wiring: BoardLine,
  direction: LineDirection,
): string | undefined {
  return direction === 'output' && wiring.direction === 'input'
    ? `line "${label}" is an input in the board file and may not be driven; if it is wired as an output, add "direction": "output" there`
    : undefined;
}
