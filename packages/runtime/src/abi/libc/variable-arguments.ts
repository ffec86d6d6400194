import type { GuestMemory } from '../../guest/guest-memory.ts';
import { GuestTrap } from '../../guest/guest-trap.ts';

const MAX_ADDRESS = 0xffff_ffff;

/**
 * The variable arguments of a C call as clang packs them for wasm32: i32 in 4 bytes, i64 and f64 in 8 bytes that are
 * 8-aligned. An argument past the end of memory traps.
 */
export class VariableArguments {
  readonly #call: string;
  readonly #memory: GuestMemory;
  #pointer: number;

  constructor(call: string, memory: GuestMemory, pointer: number) {
    this.#call = call;
    this.#memory = memory;
    this.#pointer = pointer >>> 0;
  }

  nextU32(): number {
    return this.#memory.readU32(this.#call, this.#next(this.#pointer, 4));
  }

  /** Also the 64 bits of a double. */
  nextU64(): bigint {
    return this.#memory.readU64(this.#call, this.#next(Math.ceil(this.#pointer / 8) * 8, 8));
  }

  #next(slot: number, byteLength: number): number {
    // Guest memory takes addresses modulo 2^32; a list that runs over the top must not begin again at 0.
    if (slot > MAX_ADDRESS) {
      throw new GuestTrap(
        this.#call,
        'out of bounds memory access: the arguments run past the address space',
      );
    }
    this.#pointer = slot + byteLength;
    return slot;
  }
}
