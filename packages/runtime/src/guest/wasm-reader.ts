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

/** Types of values, section 5.3.4: numbers, the vector and the two plain references. Those of later proposals have parts behind them. */
const VALUE_TYPES: ReadonlySet<number> = new Set([0x7f, 0x7e, 0x7d, 0x7c, 0x7b, 0x70, 0x6f]);
const REFERENCE_TYPES: ReadonlySet<number> = new Set([0x70, 0x6f]);

/** The bytes are no module, or one that is not understood: `message` says where, without an end of its own. */
export class MalformedError extends Error {
  constructor(what: string, position?: number) {
    super(position === undefined ? what : `${what} at byte ${position}`);
  }
}

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
      throw new MalformedError('it ends too early', this.position);
    }
    this.position += 1;
    return value;
  }

  /** Unsigned LEB128 of at most ten bytes; large 64-bit limits lose low bits, which no check here depends on. */
  unsigned(): number {
    const first = this.byte();
    if (first < 0x80) {
      return first;
    }
    let value = first & 0x7f;
    for (let index = 1; index < 10; index += 1) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** (7 * index);
      if ((byte & 0x80) === 0) {
        return value;
      }
    }
    throw new MalformedError('a number of more than ten bytes', this.position);
  }

  /** A value type of WebAssembly 2.0, which is one byte. Throws for every other: what stands behind it is not known. */
  valueType(): number {
    return this.#oneOf(VALUE_TYPES, 'a value type');
  }

  /** A reference type, likewise. */
  referenceType(): number {
    return this.#oneOf(REFERENCE_TYPES, 'a reference type');
  }

  #oneOf(known: ReadonlySet<number>, what: string): number {
    const type = this.byte();
    if (!known.has(type)) {
      throw new MalformedError(`${what} that is not supported (0x${type.toString(16)})`, this.position - 1);
    }
    return type;
  }

  /** Of the entries of a section. Throws for more than an engine takes, before each of them costs the host memory. */
  count(): number {
    const count = this.unsigned();
    if (count > MAX_ENTRIES) {
      throw new MalformedError(`${count} entries, which no engine takes,`, this.position);
    }
    return count;
  }

  name(): string {
    const length = this.unsigned();
    const end = this.position + length;
    if (end > this.#bytes.length) {
      throw new MalformedError('a name that goes beyond the end of the file', this.position);
    }
    const text = nameDecoder.decode(this.#bytes.subarray(this.position, end));
    this.position = end;
    return text;
  }
}
