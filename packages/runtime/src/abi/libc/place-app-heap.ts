import type { GuestMemory } from '../../guest/guest-memory.ts';
import { GuestTrap } from '../../guest/guest-trap.ts';
import { type AppHeap, alignUp, type HeapRegion } from './app-heap.ts';

/** Heap of WAMR's app framework when the app asks for none (WAMR 2.4.3, config.h). */
export const DEFAULT_HEAP_BYTES = 8192;
/** Largest heap that can be asked for; the framework clamps to the same. */
export const MAX_HEAP_BYTES = 1024 * 1024 * 1024;

/** Size of a WebAssembly page (core specification, section 4.2.8). */
const PAGE_BYTES = 65_536;

/**
 * Finds the heap's place: at `__heap_base`, rounded up to 8, or behind the end of memory when the module does not
 * export it. Memory grows only when the heap does not fit. When it cannot grow, the heap is what fits, perhaps nothing:
 * an app that never allocates needs none. Never place one in an app that brings its own allocator.
 */
export function placeAppHeap(options: {
  /** Value of the exported `__heap_base`; undefined when there is none. */
  readonly heapBase: number | undefined;
  readonly memory: WebAssembly.Memory;
  /** Bytes, clamped to 0 .. MAX_HEAP_BYTES. */
  readonly byteLength?: number;
}): HeapRegion {
  const { memory } = options;
  const wanted = Math.min(Math.max(options.byteLength ?? DEFAULT_HEAP_BYTES, 0), MAX_HEAP_BYTES);
  const end = memory.buffer.byteLength;
  // A heap base outside memory is a broken module's; its heap goes to the end like that of a module without one.
  const exported = options.heapBase === undefined ? end : options.heapBase >>> 0;
  const base = alignUp(Math.min(exported, end), 8);
  const missing = base + wanted - end;
  if (missing > 0) {
    try {
      memory.grow(Math.ceil(missing / PAGE_BYTES));
    } catch (error) {
      if (!(error instanceof RangeError)) {
        throw error;
      }
      return { base, byteLength: Math.max(0, end - base) };
    }
  }
  return { base, byteLength: wanted };
}

/**
 * Puts `argv` into the app heap as WAMR does: one block, the strings first, the pointers behind them. Returns the two
 * arguments of `main`. Traps when the heap has no room.
 */
export function placeArguments(
  heap: AppHeap,
  memory: GuestMemory,
  commandLine: readonly string[],
): readonly [argumentCount: number, argumentPointers: number] {
  const call = 'main';
  const encoder = new TextEncoder();
  const texts = commandLine.map((text) => encoder.encode(`${text}\0`));
  const textBytes = alignUp(
    texts.reduce((sum, text) => sum + text.length, 0),
    4,
  );
  const block = heap.allocate(textBytes + 4 * texts.length);
  if (block === 0) {
    throw new GuestTrap(call, 'allocate memory failed: the app heap has no room for the arguments');
  }
  let pointer = block;
  for (const [index, text] of texts.entries()) {
    memory.write(call, pointer, text);
    memory.writeU32(call, block + textBytes + 4 * index, pointer);
    pointer += text.length;
  }
  return [texts.length, block + textBytes];
}
