/** Unsigned LEB128, section 5.2.2. */
export function encodeUnsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest > 0);
  return bytes;
}

/** Types, imports, functions and exports of one module, each: what engines take (WebAssembly JavaScript interface 2.0, section 6.1). */
const MAX_ENTRIES = 1_000_000;

/** As the engine has names: with a byte order mark, which two names may differ by. */
const nameDecoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The bytes are no module, or one that is not understood. */
export class MalformedError extends Error {}

/** Reads the binary format; throws MalformedError where the bytes end or cannot be. */
export class WasmReader {
  position: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, position: number) {
    this.#bytes = bytes;
    this.position = position;
  }

  get length(): number {
    return this.#bytes.length;
  }

  get atEnd(): boolean {
    return this.position >= this.#bytes.length;
  }

  byte(): number {
    const value = this.#bytes[this.position];
    if (value === undefined) {
      throw new MalformedError();
    }
    this.position += 1;
    return value;
  }

  /** Unsigned LEB128 of at most ten bytes; large 64-bit limits lose low bits, which no check here depends on. */
  unsigned(): number {
    let value = 0;
    for (let index = 0; index < 10; index += 1) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** (7 * index);
      if ((byte & 0x80) === 0) {
        return value;
      }
    }
    throw new MalformedError();
  }

  /** Of the entries of a section. Throws for more than an engine takes, before each of them costs the host memory. */
  count(): number {
    const count = this.unsigned();
    if (count > MAX_ENTRIES) {
      throw new MalformedError();
    }
    return count;
  }

  name(): string {
    const length = this.unsigned();
    const end = this.position + length;
    if (end > this.#bytes.length) {
      throw new MalformedError();
    }
    const text = nameDecoder.decode(this.#bytes.subarray(this.position, end));
    this.position = end;
    return text;
  }
}
