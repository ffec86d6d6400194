import type { GuestMemory } from '../../guest/guest-memory.ts';
import { GuestTrap } from '../../guest/guest-trap.ts';
import { findBytes } from './find-bytes.ts';
import type { LibcContext, LibcFunctions } from './libc-context.ts';

/** `str...`: a string without an end before the end of memory traps; address 0 is a string like any other. */
export function stringFunctions(context: LibcContext): LibcFunctions {
  const { heap, memory } = context;

  const duplicate =
    (call: string) =>
    (source: number): number => {
      const length = cString(memory, call, source).length + 1;
      const copy = heap.allocate(length);
      if (copy !== 0) {
        memory.write(call, copy, memory.view(call, source, length));
      }
      return copy;
    };

  const span =
    (call: string, whileInSet: boolean) =>
    (text: number, set: number): number => {
      const members = new Set(cString(memory, call, set));
      const bytes = cString(memory, call, text);
      const end = bytes.findIndex((byte) => members.has(byte) !== whileInSet);
      return end < 0 ? bytes.length : end;
    };

  return {
    strlen: (text: number): number => cString(memory, 'env.strlen', text).length,

    strchr: (text: number, character: number): number => {
      const call = 'env.strchr';
      // The NUL belongs to the string: strchr(s, 0) finds it.
      const bytes = memory.view(call, text, cString(memory, call, text).length + 1);
      return pointerTo(text, bytes.indexOf(character & 0xff));
    },

    strstr: (text: number, wanted: number): number => {
      const call = 'env.strstr';
      return pointerTo(text, findBytes(cString(memory, call, text), cString(memory, call, wanted)));
    },

    strcmp: (one: number, other: number): number => {
      const call = 'env.strcmp';
      return compareStrings(
        cString(memory, call, one),
        cString(memory, call, other),
        Number.POSITIVE_INFINITY,
        same,
      );
    },

    strncmp: (one: number, other: number, count: number): number => {
      const call = 'env.strncmp';
      const limit = count >>> 0;
      return compareStrings(
        boundedString(memory, call, one, limit),
        boundedString(memory, call, other, limit),
        limit,
        same,
      );
    },

    strncasecmp: (one: number, other: number, count: number): number => {
      const call = 'env.strncasecmp';
      const limit = count >>> 0;
      return compareStrings(
        boundedString(memory, call, one, limit),
        boundedString(memory, call, other, limit),
        limit,
        lowerCase,
      );
    },

    strcpy: (target: number, source: number): number => {
      const call = 'env.strcpy';
      const bytes = memory.view(call, source, cString(memory, call, source).length + 1);
      memory.view(call, target, bytes.length).set(bytes);
      return target;
    },

    strncpy: (target: number, source: number, count: number): number => {
      const call = 'env.strncpy';
      const bytes = boundedString(memory, call, source, count >>> 0);
      const room = memory.view(call, target, count);
      room.set(bytes);
      room.fill(0, bytes.length);
      return target;
    },

    strspn: span('env.strspn', true),
    strcspn: span('env.strcspn', false),
    strdup: duplicate('env.strdup'),
    _strdup: duplicate('env._strdup'),
  };
}

/** The bytes of a string without its NUL, live. */
function cString(memory: GuestMemory, call: string, pointer: number): Uint8Array {
  const rest = restOfMemory(memory, call, pointer);
  const end = rest.indexOf(0);
  if (end < 0) {
    throw noEnd(call, pointer);
  }
  return rest.subarray(0, end);
}

/** The bytes up to a NUL or `limit`, live; traps when memory ends before either. */
function boundedString(memory: GuestMemory, call: string, pointer: number, limit: number): Uint8Array {
  const rest = restOfMemory(memory, call, pointer);
  const end = rest.subarray(0, limit).indexOf(0);
  if (end < 0 && rest.length < limit) {
    throw noEnd(call, pointer);
  }
  return rest.subarray(0, end < 0 ? limit : end);
}

function restOfMemory(memory: GuestMemory, call: string, pointer: number): Uint8Array {
  const start = memory.check(call, pointer, 0);
  return memory.view(call, start, memory.byteLength - start);
}

function noEnd(call: string, pointer: number): GuestTrap {
  return new GuestTrap(
    call,
    `out of bounds memory access: no end of the string at 0x${(pointer >>> 0).toString(16)}`,
  );
}

/** As the guest's i32; 0 when nothing was found. */
function pointerTo(text: number, index: number): number {
  return index < 0 ? 0 : ((text >>> 0) + index) | 0;
}

/** Compares at most `limit` bytes; the end of a string counts as a NUL. */
function compareStrings(
  one: Uint8Array,
  other: Uint8Array,
  limit: number,
  fold: (byte: number) => number,
): number {
  const length = Math.min(Math.max(one.length, other.length), limit);
  for (let index = 0; index < length; index += 1) {
    const difference = fold(one[index] ?? 0) - fold(other[index] ?? 0);
    if (difference !== 0) {
      return difference;
    }
  }
  return 0;
}

function same(byte: number): number {
  return byte;
}

function lowerCase(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}
