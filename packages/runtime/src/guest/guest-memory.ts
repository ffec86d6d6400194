import { GuestTrap } from './guest-trap.ts';

/** WebAssembly core specification 2.0, section 4.2.8. */
export const PAGE_BYTES = 65_536;

/** A byte order mark is a character like any other: a name with one is another name. */
const textDecoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * The only way from host code into a guest's linear memory.
 *
 * Pointers and lengths come from the guest and are hostile: each range is taken unsigned, checked whole (offset plus
 * length, no wrap) against the memory as it is now, and only then touched. A range that leaves the memory ends the
 * guest with a GuestTrap that names the call. A zero-length range is valid anywhere from 0 to the end of memory.
 *
 * The view of the whole memory is kept between calls only while the memory's buffer is the same object: growing
 * the memory replaces the buffer, which every access checks.
 */
export class GuestMemory {
  readonly #onGrown: (byteLength: number) => void;
  #memory: WebAssembly.Memory | undefined;
  #buffer: ArrayBufferLike | undefined;
  #bytes: Uint8Array = new Uint8Array(0);
  #data: DataView = new DataView(new ArrayBuffer(0));

  /** `onGrown` is told when the memory is seen to have grown, at the latest by the next host call. */
  constructor(onGrown: (byteLength: number) => void = () => {}) {
    this.#onGrown = onGrown;
  }

  /** Binds the instance's memory. Before that the memory has no bytes and every non-empty range traps. */
  attach(memory: WebAssembly.Memory): void {
    this.#memory = memory;
    this.#buffer = undefined;
    this.#current();
  }

  /** Looks whether the memory has grown since the last call. */
  noteGrowth(): void {
    this.#current();
  }

  get byteLength(): number {
    return this.#current().byteLength;
  }

  /** The bytes of a range, live. Use it within the call and do not keep it. */
  view(call: string, pointer: number, length: number): Uint8Array {
    const bytes = this.#current();
    const start = this.#check(call, pointer, length);
    return bytes.subarray(start, start + (length >>> 0));
  }

  /** A copy of a range. */
  read(call: string, pointer: number, length: number): Uint8Array {
    return this.view(call, pointer, length).slice();
  }

  write(call: string, pointer: number, bytes: Uint8Array): void {
    this.view(call, pointer, bytes.length).set(bytes);
  }

  /** Checks a range without touching it; returns its start as an unsigned number. */
  check(call: string, pointer: number, length: number): number {
    this.#current();
    return this.#check(call, pointer, length);
  }

  /** Like `check`, and the start must be a multiple of `alignment`. */
  checkAligned(call: string, pointer: number, length: number, alignment: number): number {
    const start = this.check(call, pointer, length);
    if (start % alignment !== 0) {
      throw new GuestTrap(call, `pointer 0x${start.toString(16)} is not a multiple of ${alignment}`);
    }
    return start;
  }

  readU8(call: string, pointer: number): number {
    this.#current();
    return this.#data.getUint8(this.#check(call, pointer, 1));
  }

  readU32(call: string, pointer: number): number {
    this.#current();
    return this.#data.getUint32(this.#check(call, pointer, 4), true);
  }

  readI32(call: string, pointer: number): number {
    return this.readU32(call, pointer) | 0;
  }

  readU64(call: string, pointer: number): bigint {
    this.#current();
    return this.#data.getBigUint64(this.#check(call, pointer, 8), true);
  }

  readF64(call: string, pointer: number): number {
    this.#current();
    return this.#data.getFloat64(this.#check(call, pointer, 8), true);
  }

  writeU8(call: string, pointer: number, value: number): void {
    this.#current();
    this.#data.setUint8(this.#check(call, pointer, 1), value);
  }

  writeU32(call: string, pointer: number, value: number): void {
    this.#current();
    this.#data.setUint32(this.#check(call, pointer, 4), value, true);
  }

  writeU64(call: string, pointer: number, value: bigint): void {
    this.#current();
    this.#data.setBigUint64(this.#check(call, pointer, 8), value, true);
  }

  writeF64(call: string, pointer: number, value: number): void {
    this.#current();
    this.#data.setFloat64(this.#check(call, pointer, 8), value, true);
  }

  /**
   * The bytes up to, not including, the first NUL at or after `pointer`, live as those of `view`: a string can be all of the memory.
   * Traps when no NUL comes before the end.
   */
  readCString(call: string, pointer: number): Uint8Array {
    const bytes = this.#current();
    const start = this.#check(call, pointer, 0);
    const end = bytes.indexOf(0, start);
    if (end < 0) {
      throw new GuestTrap(
        call,
        `out of bounds memory access: no end of the string at 0x${start.toString(16)}`,
      );
    }
    return bytes.subarray(start, end);
  }

  /**
   * The text up to its NUL, without what is beyond `mostBytes`: a text that is looked for among shorter ones is not found then. Every text that a
   * guest gives has such an end, because one that does not fit on the engine's heap ends the whole process. Traps as `readCString`.
   */
  readText(call: string, pointer: number, mostBytes: number): string {
    const bytes = this.readCString(call, pointer);
    return textDecoder.decode(bytes.subarray(0, mostBytes));
  }

  #current(): Uint8Array {
    const buffer = this.#memory?.buffer;
    if (buffer !== undefined && buffer !== this.#buffer) {
      const isGrown = this.#buffer !== undefined;
      this.#buffer = buffer;
      this.#bytes = new Uint8Array(buffer);
      this.#data = new DataView(buffer);
      if (isGrown) {
        this.#onGrown(buffer.byteLength);
      }
    }
    return this.#bytes;
  }

  #check(call: string, pointer: number, length: number): number {
    const start = pointer >>> 0;
    const count = length >>> 0;
    // Both are below 2^32, so the sum is exact in a double and cannot wrap.
    if (start + count > this.#bytes.length) {
      if (this.#memory === undefined) {
        throw new GuestTrap(
          call,
          'called before the module has started, so its memory is out of reach: call it from _initialize, main or on_init',
        );
      }
      throw new GuestTrap(
        call,
        `out of bounds memory access: ${count} bytes at 0x${start.toString(16)}, memory has ${this.#bytes.length}`,
      );
    }
    return start;
  }
}
