import type { LibcContext, LibcFunctions } from './libc-context.ts';

/** malloc and its family, on the app heap. */
export function heapFunctions(context: LibcContext): LibcFunctions {
  const { heap } = context;
  return {
    malloc: (byteLength: number): number => heap.allocate(byteLength),
    calloc: (count: number, elementBytes: number): number =>
      heap.allocateZeroed('env.calloc', count, elementBytes),
    realloc: (pointer: number, byteLength: number): number =>
      heap.reallocate('env.realloc', pointer, byteLength),
    free: (pointer: number): undefined => {
      heap.release(pointer);
    },
    __cxa_allocate_exception: (byteLength: number): number => heap.allocate(byteLength),
  };
}
