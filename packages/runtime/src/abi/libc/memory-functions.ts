import type { LibcContext, LibcFunctions } from './libc-context.ts';

/** memcpy and its relatives. Both ranges are checked whole before a byte moves. */
export function memoryFunctions(context: LibcContext): LibcFunctions {
  const { memory } = context;

  // Typed arrays copy overlapping ranges as memmove does, which memcpy may.
  const copy =
    (call: string) =>
    (target: number, source: number, count: number): number => {
      const from = memory.view(call, source, count);
      memory.view(call, target, count).set(from);
      return target;
    };

  return {
    memcpy: copy('env.memcpy'),
    memmove: copy('env.memmove'),
    emscripten_memcpy_big: copy('env.emscripten_memcpy_big'),

    memset: (target: number, value: number, count: number): number => {
      memory.view('env.memset', target, count).fill(value & 0xff);
      return target;
    },

    memcmp: (one: number, other: number, count: number): number => {
      const call = 'env.memcmp';
      return compareBytes(memory.view(call, one, count), memory.view(call, other, count));
    },

    memchr: (pointer: number, value: number, count: number): number => {
      const index = memory.view('env.memchr', pointer, count).indexOf(value & 0xff);
      return index < 0 ? 0 : ((pointer >>> 0) + index) | 0;
    },
  };
}

/** Difference of the first bytes that differ, else 0. Compares the length of `one`. */
export function compareBytes(one: Uint8Array, other: Uint8Array): number {
  for (let index = 0; index < one.length; index += 1) {
    const difference = (one[index] as number) - (other[index] as number);
    if (difference !== 0) {
      return difference;
    }
  }
  return 0;
}
