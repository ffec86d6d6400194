import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GuestMemory } from './guest-memory.ts';
import { GuestTrap } from './guest-trap.ts';

const PAGE_BYTES = 65_536;

function onePage(): { memory: WebAssembly.Memory; guest: GuestMemory } {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 });
  const guest = new GuestMemory();
  guest.attach(memory);
  return { memory, guest };
}

/** `toEqual` takes seconds for a page in every run of a property. */
function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

/** Numbers as a guest can pass them: any i32, with the edges more often. */
const anyI32 = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.constantFrom(0, 1, -1, PAGE_BYTES - 1, PAGE_BYTES, PAGE_BYTES + 1, 2 ** 31 - 1, -(2 ** 31)),
  fc.integer({ min: 0, max: PAGE_BYTES + 8 }),
);

describe('guest memory', () => {
  it('gives exactly the bytes of a range that fits and traps for every range that does not', () => {
    const { memory, guest } = onePage();
    const all = new Uint8Array(memory.buffer);
    for (const [index] of all.entries()) {
      all[index] = (index * 31) & 0xff;
    }
    fc.assert(
      fc.property(anyI32, anyI32, (pointer, length) => {
        const start = BigInt.asUintN(32, BigInt(pointer));
        const count = BigInt.asUintN(32, BigInt(length));
        const fits = start + count <= BigInt(PAGE_BYTES);
        if (fits) {
          const expected = all.subarray(Number(start), Number(start + count));
          expect(sameBytes(guest.read('test.call', pointer, length), expected)).toBe(true);
        } else {
          expect(() => guest.read('test.call', pointer, length)).toThrow(GuestTrap);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('writes nothing when a range leaves the memory', () => {
    const { memory, guest } = onePage();
    fc.assert(
      fc.property(anyI32, fc.uint8Array({ minLength: 1, maxLength: 16 }), (pointer, bytes) => {
        const before = new Uint8Array(memory.buffer).slice();
        const start = pointer >>> 0;
        if (start + bytes.length <= PAGE_BYTES) {
          guest.write('test.call', pointer, bytes);
          before.set(bytes, start);
        } else {
          expect(() => guest.write('test.call', pointer, bytes)).toThrow(GuestTrap);
        }
        expect(sameBytes(new Uint8Array(memory.buffer), before)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('accepts an empty range at the very end and refuses it one byte behind', () => {
    const { guest } = onePage();
    expect(guest.read('test.call', PAGE_BYTES, 0)).toHaveLength(0);
    expect(() => guest.read('test.call', PAGE_BYTES + 1, 0)).toThrow(GuestTrap);
  });

  it('names the call, the address and the memory size in the trap', () => {
    const { guest } = onePage();
    expect(() => guest.read('kanchi_i2c.write', 0xfffffff0, 32)).toThrow(
      'kanchi_i2c.write: out of bounds memory access: 32 bytes at 0xfffffff0, memory has 65536',
    );
  });

  it('sees memory that grew since the last call', () => {
    const { memory, guest } = onePage();
    expect(() => guest.writeU8('test.call', PAGE_BYTES, 7)).toThrow(GuestTrap);
    memory.grow(1);
    guest.writeU8('test.call', PAGE_BYTES, 7);
    expect(guest.readU8('test.call', PAGE_BYTES)).toBe(7);
    expect(guest.byteLength).toBe(2 * PAGE_BYTES);
  });

  it('reads and writes numbers little-endian at any alignment up to the last byte', () => {
    const { memory, guest } = onePage();
    guest.writeU64('test.call', PAGE_BYTES - 8, 0x0102030405060708n);
    expect([...new Uint8Array(memory.buffer, PAGE_BYTES - 8)]).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    guest.writeU32('test.call', 3, 0x89abcdef);
    expect(guest.readU32('test.call', 3)).toBe(0x89abcdef);
    expect(guest.readI32('test.call', 3)).toBe(0x89abcdef | 0);
    guest.writeF64('test.call', 13, -0.1);
    expect(guest.readF64('test.call', 13)).toBe(-0.1);
    expect(() => guest.readU64('test.call', PAGE_BYTES - 7)).toThrow(GuestTrap);
    expect(() => guest.readF64('test.call', PAGE_BYTES - 7)).toThrow(GuestTrap);
    expect(() => guest.readU32('test.call', PAGE_BYTES - 3)).toThrow(GuestTrap);
  });

  it('refuses a misaligned record and a string without an end', () => {
    const { memory, guest } = onePage();
    expect(() => guest.checkAligned('kanchi_event.wait', 12, 32, 8)).toThrow(
      'kanchi_event.wait: pointer 0xc is not a multiple of 8',
    );
    new Uint8Array(memory.buffer).fill(65);
    expect(() => guest.readCString('env.puts', 0)).toThrow(GuestTrap);
    new Uint8Array(memory.buffer)[PAGE_BYTES - 1] = 0;
    expect(guest.readCString('env.puts', PAGE_BYTES - 3)).toEqual(new Uint8Array([65, 65]));
    expect(guest.readCString('env.puts', PAGE_BYTES - 1)).toHaveLength(0);
  });

  it('gives no text that is longer than the call has use for', () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const guest = new GuestMemory();
    guest.attach(memory);
    new Uint8Array(memory.buffer).fill(65, 0, 1000);
    expect(guest.readText('test.call', 0, 4)).toBe('AAAA');
    expect(guest.readText('test.call', 998, 4)).toBe('AA');
    // Half a character, and a byte order mark.
    new Uint8Array(memory.buffer).set([0xc3, 0xa4, 0xef, 0xbb, 0xbf]);
    expect(guest.readText('test.call', 0, 1)).toBe('\ufffd');
    expect(guest.readText('test.call', 2, 3)).toBe('\ufeff');
    new Uint8Array(memory.buffer).fill(65);
    expect(() => guest.readText('test.call', 0, 4)).toThrow(GuestTrap);
  });

  it('has no bytes before a memory is attached', () => {
    const guest = new GuestMemory();
    expect(() => guest.readU8('test.call', 0)).toThrow(GuestTrap);
  });
});
