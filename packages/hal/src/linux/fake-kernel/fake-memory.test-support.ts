import type { NativeMemory } from '../sys.ts';

/** Freed pieces that are still looked at: a write to one of them is a write after free. */
const KEPT_FREED = 256;
const POISON = 0xdd;
/** Unmapped room behind each piece, so that an address behind its end is nobody's. */
const GUARD_BYTES = 4096n;

/**
 * Memory of a process, by address. A misuse throws a plain Error, which no code under test takes for a failed call, and is kept in
 * `misuses` for the case that somebody swallows it.
 */
export class FakeMemory {
  readonly misuses: string[] = [];
  readonly #live = new Map<bigint, NativeMemory>();
  readonly #freed: NativeMemory[] = [];
  #next: bigint;

  constructor(pointerBytes: 4 | 8) {
    // Above 4 GiB, so that a pointer that was cut to 32 bits is found; or just below it, so that a sign is.
    this.#next = pointerBytes === 8 ? 0x7f12_3456_0000n : 0xb000_0000n;
  }

  get count(): number {
    return this.#live.size;
  }

  allocate(byteLength: number): NativeMemory {
    if (!Number.isInteger(byteLength) || byteLength < 1)
      throw this.misuse(`allocation of ${byteLength} bytes`);
    const memory = { address: this.#next, bytes: new Uint8Array(byteLength) };
    this.#next += ((BigInt(byteLength) + 15n) / 16n) * 16n + GUARD_BYTES;
    this.#live.set(memory.address, memory);
    return memory;
  }

  free({ address }: NativeMemory): void {
    const memory = this.#live.get(address);
    if (memory === undefined) throw this.misuse(`free of 0x${address.toString(16)}, which is not allocated`);
    this.#live.delete(address);
    memory.bytes.fill(POISON);
    this.#freed.push(memory);
    if (this.#freed.length > KEPT_FREED) this.#checkFreed(this.#freed.shift() as NativeMemory);
  }

  /** What the kernel sees at an address: the memory itself. */
  at(address: bigint, byteLength: number): Uint8Array {
    for (const { address: start, bytes } of this.#live.values()) {
      const offset = address - start;
      if (offset < 0n || offset > BigInt(bytes.length)) continue;
      if (offset + BigInt(byteLength) > BigInt(bytes.length)) {
        throw this.misuse(`${byteLength} bytes at 0x${address.toString(16)} leave their allocation`);
      }
      return bytes.subarray(Number(offset), Number(offset) + byteLength);
    }
    throw this.misuse(`EFAULT: 0x${address.toString(16)} is not allocated`);
  }

  /** Throws for what was written after it was freed, and for every earlier misuse. */
  check(): void {
    for (const memory of this.#freed) this.#checkFreed(memory);
    if (this.misuses.length > 0) throw new Error(this.misuses.join('\n'));
  }

  misuse(text: string): Error {
    this.misuses.push(text);
    return new Error(`fake kernel: ${text}`);
  }

  #checkFreed({ address, bytes }: NativeMemory): void {
    if (Buffer.compare(bytes, Buffer.alloc(bytes.length, POISON)) === 0) return;
    throw this.misuse(`0x${address.toString(16)} was written after it was freed`);
  }
}
