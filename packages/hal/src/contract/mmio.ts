export type MmioWidth = 8 | 16 | 32;

export interface MmioWindowRequest {
  /** Device file to map (`/dev/gpiomem`), or the name of a simulated block. */
  readonly device: string;
  /** Where the window starts in the device file, bytes. */
  readonly base: number;
  readonly byteLength: number;
  readonly consumer: string;
}

/**
 * A window of memory-mapped registers. Every call makes exactly one access of that width (volatile semantics), except
 * `modify`, which is one read and one write that no other call of this backend can come between.
 *
 * Errors: HAL_MMIO_OUT_OF_RANGE, HAL_MMIO_MISALIGNED, HAL_NOT_SUPPORTED (width), HAL_CLOSED. Nothing is accessed then.
 */
export interface MmioWindow {
  readonly byteLength: number;
  readonly widths: readonly MmioWidth[];
  /** The value, unsigned. */
  read(offset: number, width: MmioWidth): number;
  /** `value` is taken modulo 2^width. */
  write(offset: number, width: MmioWidth, value: number): void;
  /** Bits in `mask` take the value of `value`, the others keep theirs. */
  modify(offset: number, width: MmioWidth, mask: number, value: number): void;
  close(): void;
  [Symbol.dispose](): void;
}
