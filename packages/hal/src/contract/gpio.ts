import type { HalError } from '../error.ts';
import type { HalEventSink } from './event.ts';

export type Level = 0 | 1;
export type LineDirection = 'input' | 'output';
export type LineBias = 'as-is' | 'disabled' | 'pull-up' | 'pull-down';
export type LineDrive = 'push-pull' | 'open-drain' | 'open-source';
export type LineEdges = 'rising' | 'falling' | 'both';

export interface GpioLineRequest {
  /** Chip label as the kernel reports it (`pinctrl-bcm2711`); undefined means the chip with the header lines. */
  readonly chip?: string;
  /** Line offset on the chip, from 0. On a Raspberry Pi header chip this is the BCM number. */
  readonly offset: number;
  /** Who asks, for the owner that a busy error names (the kernel keeps 31 bytes). */
  readonly consumer: string;
  readonly direction: LineDirection;
  /** Logical level that an output starts with, applied together with the direction (no glitch). Default 0. */
  readonly initialLevel?: Level;
  /** When true, logical 1 is the low physical level. All levels in this contract are logical. */
  readonly activeLow?: boolean;
  readonly bias?: LineBias;
  readonly drive?: LineDrive;
  /**
   * Logical level that the backend drives an output to before it releases it, in `close()` and when the owner dies.
   * Undefined releases the line as it is.
   */
  readonly safeLevel?: Level;
}

export interface EdgeWatchOptions {
  readonly edges: LineEdges;
  /** Edges closer together than this are taken for contact bounce, microseconds. Default 0 (off). */
  readonly debounceUs?: number;
  readonly sink: HalEventSink;
  /** Echoed in every event of this watch. */
  readonly token: number;
}

/**
 * One requested GPIO line, owned by one consumer until closed. Calls do not block.
 * After `close()` every call but `close` throws HAL_CLOSED.
 */
export interface GpioLine {
  readonly offset: number;
  readonly direction: LineDirection;

  /** Logical level now; on an output, the level that the pad shows. */
  read(): Level;

  /** Drives an output. Throws HAL_GPIO_MODE on an input. */
  write(level: Level): void;

  /**
   * Starts edge events of an input into `options.sink`; replaces an earlier watch. Never pushes from inside this call.
   * Throws HAL_GPIO_MODE on an output, HAL_NOT_SUPPORTED where the chip has no edge detection.
   */
  watch(options: EdgeWatchOptions): void;

  /** Stops edge events; nothing is pushed after it returns. Idempotent. */
  unwatch(): void;

  /** Drives the safe level (outputs), then releases the line. Idempotent. */
  close(): void;
  [Symbol.dispose](): void;
}

/** A line of a board file, by its offset or by the name that the kernel has for it. */
export interface WantedGpioLine {
  /** Label of its chip, where that is said. */
  readonly chip?: string;
  readonly offset?: number;
  readonly name?: string;
}

/** A GPIO chip and what its lines are called. */
export interface GpioChipNames {
  readonly label: string;
  /** Device file, for people. */
  readonly path?: string;
  /** True for the chip that a request without a label means. */
  readonly isHeader: boolean;
  /** By offset; empty for a line without a name. */
  readonly lineNames: readonly string[];
  /** Why the chip could not be asked; `lineNames` and the label are empty then. */
  readonly failure?: HalError;
}

/**
 * Knows lines by name. Names are for board files: they are looked up once, when the file is read, and a request has the chip and
 * the offset that came of it.
 */
export interface GpioLineNames {
  /**
   * All chips, in the order in which a label is looked for. `wanted`: all lines of the board file, for hardware that is made after it.
   * Throws HalError HAL_NOT_SUPPORTED where lines have no names.
   */
  gpioChipNames(wanted: readonly WantedGpioLine[]): readonly GpioChipNames[];
}
