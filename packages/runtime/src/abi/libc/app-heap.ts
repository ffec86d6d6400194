import type { GuestMemory } from '../../guest/guest-memory.ts';
import { GuestTrap } from '../../guest/guest-trap.ts';

/** Bytes before the first block and in front of each block (WAMR 2.4.3, ems_gc_internal.h): results are 8-aligned. */
const POOL_PADDING_BYTES = 4;
const HEADER_BYTES = 4;
const ALIGNMENT_BYTES = 8;
/** Block for the smallest request: 4 bytes of header and 8 of data, aligned. */
const SMALLEST_BLOCK_BYTES = 16;
/** Most blocks that can be live at a time; the host keeps a record of each. Allocation fails beyond. */
export const MAX_HEAP_BLOCKS = 65_536;

/** Where in guest memory the app heap is. Zero bytes: there is none, and each allocation fails. */
export interface HeapRegion {
  readonly base: number;
  readonly byteLength: number;
}

interface FreeBlock {
  start: number;
  byteLength: number;
}

/**
 * The heap behind `malloc` of the small libc, inside guest memory, first fit from the low end with coalescing.
 *
 * Block sizes and the first address are those of WAMR, so a program sees the same pointers. The records of blocks are
 * on the host's side: a guest that scribbles over its heap damages its own data and nothing else. Pointers that are
 * not a live block's are ignored by `free`.
 */
export class AppHeap {
  readonly #memory: GuestMemory;
  readonly #onFailure: (byteLength: number) => void;
  /** Live blocks: pointer as the guest has it to block length, header included. */
  readonly #live = new Map<number, number>();
  /** Sorted by start; never two that touch. */
  #free: FreeBlock[] = [];
  #failedAllocations = 0;

  /** `onFailure` is told of each allocation that failed, with the bytes that were asked for. */
  constructor(memory: GuestMemory, onFailure: (byteLength: number) => void = () => {}) {
    this.#memory = memory;
    this.#onFailure = onFailure;
  }

  /** Gives the heap its place, empty. Until then each allocation fails. The region must be inside guest memory. */
  place(region: HeapRegion): void {
    const start = alignUp(region.base, ALIGNMENT_BYTES) + POOL_PADDING_BYTES;
    const byteLength = alignDown(region.base + region.byteLength - start);
    this.#live.clear();
    this.#free = byteLength < SMALLEST_BLOCK_BYTES ? [] : [{ start, byteLength }];
  }

  get failedAllocations(): number {
    return this.#failedAllocations;
  }

  get liveBlocks(): number {
    return this.#live.size;
  }

  /** Bytes in free blocks, headers included. */
  get freeBytes(): number {
    return this.#free.reduce((sum, block) => sum + block.byteLength, 0);
  }

  /** Pointer to `byteLength` bytes, 8-aligned, content undefined; 0 when there is no room. */
  allocate(byteLength: number): number {
    const pointer = this.#take(blockBytes(byteLength >>> 0));
    if (pointer === 0) {
      this.#fail(byteLength >>> 0);
    }
    return pointer;
  }

  /** Like `allocate`, zeroed; 0 also when the product exceeds 32 bits. */
  allocateZeroed(call: string, count: number, elementBytes: number): number {
    const byteLength = (count >>> 0) * (elementBytes >>> 0);
    if (byteLength > 0xffff_ffff) {
      this.#fail(byteLength);
      return 0;
    }
    const pointer = this.allocate(byteLength);
    if (pointer !== 0) {
      this.#memory.view(call, pointer, byteLength).fill(0);
    }
    return pointer;
  }

  /** Grows or shrinks a block, moving it when it must. Traps with "out of memory" when that fails. */
  reallocate(call: string, pointer: number, byteLength: number): number {
    const start = pointer >>> 0;
    const wanted = byteLength >>> 0;
    const owned = this.#live.get(start);
    if (start !== 0 && owned === undefined) {
      throw new GuestTrap(call, `out of memory: 0x${start.toString(16)} is not a block of the app heap`);
    }
    if (owned !== undefined && this.#growInPlace(start, owned, blockBytes(wanted))) {
      return start;
    }
    const moved = this.allocate(wanted);
    if (moved === 0) {
      throw new GuestTrap(call, `out of memory: no room for ${wanted} bytes in the app heap`);
    }
    if (owned !== undefined) {
      this.#memory.write(call, moved, this.#memory.read(call, start, owned - HEADER_BYTES));
      this.release(start);
    }
    return moved;
  }

  /** Frees a block; anything that is not a live block's pointer is ignored. */
  release(pointer: number): void {
    const start = pointer >>> 0;
    const owned = this.#live.get(start);
    if (owned === undefined) {
      return;
    }
    this.#live.delete(start);
    this.#insertFree(start - HEADER_BYTES, owned);
  }

  #fail(byteLength: number): void {
    this.#failedAllocations += 1;
    this.#onFailure(byteLength);
  }

  /** Pointer, or 0. */
  #take(byteLength: number): number {
    const index = this.#free.findIndex((block) => block.byteLength >= byteLength);
    const block = this.#free[index];
    if (block === undefined || this.#live.size >= MAX_HEAP_BLOCKS) {
      return 0;
    }
    const taken = this.#shorten(block, index, byteLength);
    const pointer = taken.start + HEADER_BYTES;
    this.#live.set(pointer, taken.byteLength);
    return pointer;
  }

  /** Cuts the low end off a free block; a rest too small to be a block goes with it. */
  #shorten(block: FreeBlock, index: number, byteLength: number): { start: number; byteLength: number } {
    const { start } = block;
    const rest = block.byteLength - byteLength;
    if (rest < SMALLEST_BLOCK_BYTES) {
      this.#free.splice(index, 1);
      return { start, byteLength: block.byteLength };
    }
    block.start += byteLength;
    block.byteLength = rest;
    return { start, byteLength };
  }

  #growInPlace(pointer: number, owned: number, wanted: number): boolean {
    if (wanted <= owned) {
      return true;
    }
    const end = pointer - HEADER_BYTES + owned;
    const index = this.#indexAtOrAfter(end);
    const next = this.#free[index];
    if (next === undefined || next.start !== end || owned + next.byteLength < wanted) {
      return false;
    }
    const taken = this.#shorten(next, index, wanted - owned);
    this.#live.set(pointer, owned + taken.byteLength);
    return true;
  }

  #insertFree(start: number, byteLength: number): void {
    const index = this.#indexAtOrAfter(start);
    const before = this.#free[index - 1];
    const after = this.#free[index];
    const joinsBefore = before !== undefined && before.start + before.byteLength === start;
    const joinsAfter = after !== undefined && start + byteLength === after.start;
    if (joinsBefore && joinsAfter) {
      before.byteLength += byteLength + after.byteLength;
      this.#free.splice(index, 1);
    } else if (joinsBefore) {
      before.byteLength += byteLength;
    } else if (joinsAfter) {
      after.start = start;
      after.byteLength += byteLength;
    } else {
      this.#free.splice(index, 0, { start, byteLength });
    }
  }

  /** Index of the first free block that begins at or after `address`. */
  #indexAtOrAfter(address: number): number {
    let low = 0;
    let high = this.#free.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#free[middle] as FreeBlock).start < address) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

/** Length of the block for a request (WAMR 2.4.3, ems_gc_internal.h). */
export function blockBytes(byteLength: number): number {
  return alignUp(HEADER_BYTES + Math.max(byteLength, ALIGNMENT_BYTES), ALIGNMENT_BYTES);
}

/** Exact for any sum of 32-bit numbers, where bit operators are not. */
export function alignUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}

function alignDown(value: number): number {
  return Math.floor(value / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
}
