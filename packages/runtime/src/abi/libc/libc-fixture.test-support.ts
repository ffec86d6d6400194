import { GuestExit } from '../../guest/guest-exit.ts';
import { GuestMemory } from '../../guest/guest-memory.ts';
import { AppHeap } from './app-heap.ts';
import { createLibc } from './create-libc.ts';
import type { LibcFunctions } from './libc-context.ts';

export const PAGE_BYTES = 65_536;
/** Start of the fixture's heap, 8192 bytes long. */
export const HEAP_BASE = 32_768;

/** Numbers are packed as i32, bigints as i64, `{ f64 }` as double. */
export type PackedValue = number | bigint | { readonly f64: number };

/** A libc over one page of memory, or more. Text is Latin-1, so that each character is one byte. */
export class LibcFixture {
  readonly memory = new GuestMemory();
  readonly heap = new AppHeap(this.memory);
  readonly functions: LibcFunctions;
  nowNs: bigint | undefined = 0n;
  #printed = '';

  constructor(pages = 1) {
    this.memory.attach(new WebAssembly.Memory({ initial: pages }));
    this.heap.place({ base: HEAP_BASE, byteLength: 8192 });
    this.functions = createLibc({
      memory: this.memory,
      heap: this.heap,
      writeStdout: (bytes) => {
        this.#printed += latin1(bytes);
      },
      monotonicNs: () => this.nowNs,
      onExit: (exitCode) => {
        if (exitCode === 0) {
          throw new GuestExit(exitCode);
        }
      },
    });
  }

  call(name: string, ...parameters: readonly (number | bigint)[]): number | bigint | undefined {
    const called = this.functions[name];
    if (called === undefined) {
      throw new Error(`the libc has no ${name}`);
    }
    return called(...parameters);
  }

  /** What was printed since the last call of this. */
  output(): string {
    const text = this.#printed;
    this.#printed = '';
    return text;
  }

  /** Puts a NUL-terminated string at an address; returns the address. */
  place(address: number, text: string): number {
    this.memory.write('test', address, bytesOf(`${text}\0`));
    return address;
  }

  /** Packs variable arguments as clang does for wasm32; returns the address. */
  pack(address: number, values: readonly PackedValue[]): number {
    let slot = address;
    for (const value of values) {
      if (typeof value === 'number') {
        this.memory.writeU32('test', slot, value);
        slot += 4;
        continue;
      }
      slot = Math.ceil(slot / 8) * 8;
      if (typeof value === 'bigint') {
        this.memory.writeU64('test', slot, value);
      } else {
        this.memory.writeF64('test', slot, value.f64);
      }
      slot += 8;
    }
    return address;
  }

  /** Prints with printf and returns what came out. */
  print(format: string, ...values: readonly PackedValue[]): string {
    this.call('printf', this.place(1024, format), this.pack(4096, values));
    return this.output();
  }

  text(address: number): string {
    return latin1(this.memory.readCString('test', address));
  }
}

export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}
