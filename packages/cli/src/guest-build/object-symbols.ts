/**
 * Names of the functions that a relocatable WebAssembly object file defines, from its `linking` section
 * (WebAssembly tool conventions, Linking.md, WASM_SYMBOL_TABLE). Undefined when the bytes are no such file.
 */
export function definedFunctions(object: Uint8Array): ReadonlySet<string> | undefined {
  try {
    const section = linkingSection(new ByteReader(object));
    return section === undefined ? undefined : readSymbolTable(section);
  } catch (error) {
    if (error instanceof RangeError) {
      return undefined;
    }
    throw error;
  }
}

const PREAMBLE_BYTES = 8;
const SECTION_CUSTOM = 0;
const LINKING_VERSION = 2;
const SUBSECTION_SYMBOL_TABLE = 8;
const SYMBOL_FUNCTION = 0;
const SYMBOL_DATA = 1;
const SYMBOL_SECTION = 3;
const FLAG_UNDEFINED = 0x10;
const FLAG_EXPLICIT_NAME = 0x40;

function linkingSection(reader: ByteReader): ByteReader | undefined {
  reader.skip(PREAMBLE_BYTES);
  while (!reader.atEnd) {
    const id = reader.byte();
    const section = reader.part(reader.unsigned());
    if (id === SECTION_CUSTOM && section.text() === 'linking') {
      return section;
    }
  }
  return undefined;
}

function readSymbolTable(section: ByteReader): ReadonlySet<string> | undefined {
  if (section.unsigned() !== LINKING_VERSION) {
    return undefined;
  }
  const names = new Set<string>();
  while (!section.atEnd) {
    const id = section.byte();
    const subsection = section.part(section.unsigned());
    if (id !== SUBSECTION_SYMBOL_TABLE) {
      continue;
    }
    for (let left = subsection.unsigned(); left > 0; left -= 1) {
      readSymbol(subsection, names);
    }
  }
  return names;
}

function readSymbol(reader: ByteReader, names: Set<string>): void {
  const kind = reader.byte();
  const flags = reader.unsigned();
  const defined = (flags & FLAG_UNDEFINED) === 0;
  if (kind === SYMBOL_DATA) {
    reader.text();
    if (defined) {
      reader.unsigned();
      reader.unsigned();
      reader.unsigned();
    }
    return;
  }
  reader.unsigned();
  if (kind === SYMBOL_SECTION) {
    return;
  }
  const name = defined || (flags & FLAG_EXPLICIT_NAME) !== 0 ? reader.text() : '';
  if (kind === SYMBOL_FUNCTION && defined) {
    names.add(name);
  }
}

/** Reads the binary format's integers and names; every step past the end is a RangeError. */
class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  skip(count: number): void {
    this.part(count);
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) {
      throw new RangeError('the file ends too early');
    }
    this.#at += 1;
    return value;
  }

  /** An unsigned LEB128 number of at most 32 bits. */
  unsigned(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if ((byte & 0x80) === 0) {
        return value;
      }
    }
    throw new RangeError('a number is longer than 32 bits');
  }

  part(length: number): ByteReader {
    if (length > this.#bytes.length - this.#at) {
      throw new RangeError('the file ends too early');
    }
    const part = new ByteReader(this.#bytes.subarray(this.#at, this.#at + length));
    this.#at += length;
    return part;
  }

  text(): string {
    const length = this.unsigned();
    return new TextDecoder().decode(this.part(length).#bytes);
  }
}
