/**
 * Reads what the JavaScript API does not tell about a WebAssembly module: the types of its function imports and exports
 * and the limits of its memory, and writes a lower memory maximum into it. Source: WebAssembly core specification 2.0,
 * section 5 (binary format). Anything that is not understood is left to the engine's validation.
 */

const MAGIC = 0x6d736100; // "\0asm", section 5.5.16
const SECTION_TYPE = 1;
const SECTION_IMPORT = 2;
const SECTION_FUNCTION = 3;
const SECTION_MEMORY = 5;
const SECTION_EXPORT = 7;
const EXPORT_FUNCTION = 0x00; // section 5.5.10
const FUNCTION_TYPE = 0x60; // section 5.3.6
const LIMITS_HAS_MAXIMUM = 0x01; // section 5.3.7
const LIMITS_SHARED = 0x02; // threads proposal
const LIMITS_64_BIT = 0x04; // memory64 proposal

/** Letters for value types, section 5.3.1; a type that no host function uses is `?`. */
const valueTypeLetter: Readonly<Record<number, string | undefined>> = {
  127: 'i',
  126: 'I',
  125: 'f',
  124: 'F',
};

export interface MemoryLimits {
  readonly imported: boolean;
  readonly module: string;
  readonly name: string;
  readonly initialPages: number;
  readonly maximumPages: number | undefined;
  readonly shared: boolean;
  readonly is64Bit: boolean;
  /** Where the limits stand in the file: from the flags byte to behind the last limit. */
  readonly start: number;
  readonly end: number;
}

export interface WasmOutline {
  /**
   * `module.name` of each function import to its signature, e.g. `(iiI)i`; `i` i32, `I` i64, `f` f32, `F` f64. `?` when the
   * module imports that name with more than one type.
   */
  readonly functionImports: ReadonlyMap<string, string>;
  /** The same for each function export, by its name. */
  readonly functionExports: ReadonlyMap<string, string>;
  readonly memories: readonly MemoryLimits[];
  /** Position of the memory section's size field and content, for rewriting. */
  readonly memorySection:
    | { readonly sizeStart: number; readonly start: number; readonly end: number }
    | undefined;
}

/** First eight bytes: `module`, `component` (layer 1 of the component model), or neither. */
export function wasmKind(bytes: Uint8Array): 'module' | 'component' | undefined {
  if (bytes.length < 8) {
    return undefined;
  }
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (data.getUint32(0, true) !== MAGIC) {
    return undefined;
  }
  const version = data.getUint32(4, true);
  return version === 1 ? 'module' : version >>> 16 === 1 ? 'component' : undefined;
}

/** The outline, or undefined when the bytes are malformed before its end. */
export function readOutline(bytes: Uint8Array): WasmOutline | undefined {
  try {
    return outline(new Reader(bytes, 8));
  } catch (error) {
    if (error instanceof MalformedError) {
      return undefined;
    }
    throw error;
  }
}

/** The same module with every own memory's maximum lowered to `maximumPages` (or set, where it had none). */
export function limitOwnMemories(bytes: Uint8Array, outlined: WasmOutline, maximumPages: number): Uint8Array {
  const section = outlined.memorySection;
  if (section === undefined) {
    return bytes;
  }
  const own = outlined.memories.filter((memory) => !memory.imported);
  const content: number[] = [...encodeUnsigned(own.length)];
  for (const memory of own) {
    const maximum = Math.min(memory.maximumPages ?? maximumPages, maximumPages);
    const flags = LIMITS_HAS_MAXIMUM | (memory.shared ? LIMITS_SHARED : 0);
    content.push(flags, ...encodeUnsigned(memory.initialPages), ...encodeUnsigned(maximum));
  }
  const size = encodeUnsigned(content.length);
  const head = bytes.subarray(0, section.sizeStart);
  const tail = bytes.subarray(section.end);
  const result = new Uint8Array(head.length + size.length + content.length + tail.length);
  result.set(head, 0);
  result.set(size, head.length);
  result.set(content, head.length + size.length);
  result.set(tail, head.length + size.length + content.length);
  return result;
}

function outline(reader: Reader): WasmOutline {
  const signatures: string[] = [];
  const functionImports = new Map<string, string>();
  const functionExports = new Map<string, string>();
  /** Signature of each function, imported ones first (section 5.5.1). */
  const functions: string[] = [];
  const memories: MemoryLimits[] = [];
  let memorySection: WasmOutline['memorySection'];
  while (!reader.atEnd) {
    const id = reader.byte();
    const sizeStart = reader.position;
    const size = reader.unsigned();
    const start = reader.position;
    const end = start + size;
    if (end > reader.length) {
      throw new MalformedError();
    }
    if (id === SECTION_TYPE) {
      readTypes(reader, signatures);
    } else if (id === SECTION_IMPORT) {
      readImports(reader, signatures, functionImports, functions, memories);
    } else if (id === SECTION_FUNCTION) {
      for (let count = reader.unsigned(); count > 0; count -= 1) {
        functions.push(signatures[reader.unsigned()] ?? '?');
      }
    } else if (id === SECTION_EXPORT) {
      readExports(reader, functions, functionExports);
    } else if (id === SECTION_MEMORY) {
      memorySection = { sizeStart, start, end };
      for (let count = reader.unsigned(); count > 0; count -= 1) {
        memories.push({ imported: false, module: '', name: '', ...readMemoryLimits(reader) });
      }
    }
    reader.position = end;
  }
  return { functionImports, functionExports, memories, memorySection };
}

function readTypes(reader: Reader, signatures: string[]): void {
  for (let count = reader.unsigned(); count > 0; count -= 1) {
    if (reader.byte() !== FUNCTION_TYPE) {
      // Recursive and structure types (garbage collection proposal): later imports get no signature and do not link.
      return;
    }
    const parameters = readValueTypes(reader);
    signatures.push(`(${parameters})${readValueTypes(reader)}`);
  }
}

function readValueTypes(reader: Reader): string {
  let letters = '';
  for (let count = reader.unsigned(); count > 0; count -= 1) {
    letters += valueTypeLetter[reader.byte()] ?? '?';
  }
  return letters;
}

function readImports(
  reader: Reader,
  signatures: readonly string[],
  functionImports: Map<string, string>,
  functions: string[],
  memories: MemoryLimits[],
): void {
  for (let count = reader.unsigned(); count > 0; count -= 1) {
    const module = reader.name();
    const name = reader.name();
    switch (reader.byte()) {
      case 0x00: {
        const signature = signatures[reader.unsigned()] ?? '?';
        // The engine takes one function for every import of that name: with two types there is none that fits both.
        const key = `${module}.${name}`;
        const earlier = functionImports.get(key) ?? signature;
        functionImports.set(key, earlier === signature ? signature : '?');
        functions.push(signature);
        break;
      }
      case 0x01:
        reader.byte();
        readMemoryLimits(reader);
        break;
      case 0x02:
        memories.push({ imported: true, module, name, ...readMemoryLimits(reader) });
        break;
      case 0x03:
        reader.byte();
        reader.byte();
        break;
      default:
        throw new MalformedError();
    }
  }
}

function readExports(
  reader: Reader,
  functions: readonly string[],
  functionExports: Map<string, string>,
): void {
  for (let count = reader.unsigned(); count > 0; count -= 1) {
    const name = reader.name();
    const kind = reader.byte();
    const index = reader.unsigned();
    if (kind === EXPORT_FUNCTION) {
      functionExports.set(name, functions[index] ?? '?');
    }
  }
}

function readMemoryLimits(reader: Reader): Omit<MemoryLimits, 'imported' | 'module' | 'name'> {
  const start = reader.position;
  const flags = reader.byte();
  const initialPages = reader.unsigned();
  const maximumPages = (flags & LIMITS_HAS_MAXIMUM) === 0 ? undefined : reader.unsigned();
  return {
    initialPages,
    maximumPages,
    shared: (flags & LIMITS_SHARED) !== 0,
    is64Bit: (flags & LIMITS_64_BIT) !== 0,
    start,
    end: reader.position,
  };
}

/** Unsigned LEB128, section 5.2.2. */
function encodeUnsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest > 0);
  return bytes;
}

class MalformedError extends Error {}

class Reader {
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

  name(): string {
    const length = this.unsigned();
    const end = this.position + length;
    if (end > this.#bytes.length) {
      throw new MalformedError();
    }
    const text = new TextDecoder().decode(this.#bytes.subarray(this.position, end));
    this.position = end;
    return text;
  }
}
