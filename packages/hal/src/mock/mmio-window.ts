import type { MmioWidth, MmioWindow, MmioWindowRequest } from '../contract/mmio.ts';
import { HalError } from '../error.ts';
import type { HandleSet } from '../handle-set.ts';
import { closedError } from '../handle-set.ts';
import type { MmioBlock } from './chip.ts';
import type { Trace } from './trace.ts';

/** Offsets that a trace entry can hold (the width takes 6 of 32 bits); far above any block of interest. */
export const MAX_MMIO_BLOCK_BYTES = 0x200_0000;
const WIDTH_BITS = 6;

/**
 * A window into a simulated register block. Several windows may show one block, as several processes may map one
 * device; the operating system does not keep them apart either.
 */
export class MockMmioWindow implements MmioWindow {
  readonly byteLength: number;
  readonly widths: readonly MmioWidth[];
  readonly description: string;
  readonly #block: MmioBlock;
  readonly #base: number;
  readonly #handles: HandleSet;
  readonly #trace: Trace;
  readonly #traceSource: number;
  #closed = false;

  constructor(block: MmioBlock, request: MmioWindowRequest, handles: HandleSet, trace: Trace) {
    const { base, byteLength, device } = request;
    const fits =
      Number.isInteger(base) &&
      Number.isInteger(byteLength) &&
      base >= 0 &&
      byteLength >= 1 &&
      base % 4 === 0;
    if (!fits || base + byteLength > block.byteLength) {
      throw new HalError(
        'HAL_BAD_ARGUMENT',
        `a window of ${byteLength} bytes from ${base} is not in ${device}, which has ${block.byteLength} bytes`,
        { details: { device, base, byteLength, blockByteLength: block.byteLength }, errno: 'EINVAL' },
      );
    }
    handles.checkRoom();
    this.byteLength = byteLength;
    this.widths = block.widths;
    this.description = `mmio ${device}+0x${base.toString(16)} (${request.consumer})`;
    this.#block = block;
    this.#base = base;
    this.#handles = handles;
    this.#trace = trace;
    this.#traceSource = trace.number(device);
    handles.add(this);
  }

  read(offset: number, width: MmioWidth): number {
    this.#check(offset, width);
    return this.#read(this.#base + offset, width);
  }

  write(offset: number, width: MmioWidth, value: number): void {
    this.#check(offset, width);
    this.#write(this.#base + offset, width, value);
  }

  modify(offset: number, width: MmioWidth, mask: number, value: number): void {
    this.#check(offset, width);
    const before = this.#read(this.#base + offset, width);
    this.#write(this.#base + offset, width, (before & ~mask) | (value & mask));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#handles.delete(this);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #read(offset: number, width: MmioWidth): number {
    const value = toWidth(this.#block.read(offset, width), width);
    this.#trace.record('mmio-read', this.#traceSource, (offset << WIDTH_BITS) | width, value);
    return value;
  }

  #write(offset: number, width: MmioWidth, value: number): void {
    const written = toWidth(value, width);
    this.#trace.record('mmio-write', this.#traceSource, (offset << WIDTH_BITS) | width, written);
    this.#block.write(offset, width, written);
  }

  #check(offset: number, width: MmioWidth): void {
    if (this.#closed) throw closedError(this.description);
    if (!this.widths.includes(width)) {
      throw new HalError(
        'HAL_NOT_SUPPORTED',
        `${this.description} takes accesses of ${this.widths.join(', ')} bits, not ${String(width)}`,
        { details: { width } },
      );
    }
    const bytes = width / 8;
    if (!Number.isInteger(offset) || offset < 0 || offset + bytes > this.byteLength) {
      throw new HalError(
        'HAL_MMIO_OUT_OF_RANGE',
        `${bytes} bytes at ${offset} are not within the ${this.byteLength} bytes of ${this.description}`,
        { details: { offset, width, byteLength: this.byteLength } },
      );
    }
    if (offset % bytes !== 0) {
      throw new HalError('HAL_MMIO_MISALIGNED', `offset ${offset} is not a multiple of ${bytes} bytes`, {
        details: { offset, width },
      });
    }
  }
}

/** Modulo 2^width, unsigned. */
function toWidth(value: number, width: MmioWidth): number {
  return width === 32 ? value >>> 0 : value & (2 ** width - 1);
}
