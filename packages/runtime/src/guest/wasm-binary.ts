/**
 * Reads what the JavaScript API does not tell about a WebAssembly module: the types of its function imports and exports
 * and the limits of its memory and tables, and writes lower maxima into it. Source: WebAssembly core specification 2.0,
 * section 5 (binary format). A module that is not understood has no outline: it must not run, its limits would not hold.
 */

import { encodeUnsigned, MalformedError, WasmReader } from './wasm-reader.ts';

const MAGIC = 0x6d736100; // "\0asm", section 5.5.16
const SECTION_TYPE = 1;
const SECTION_IMPORT = 2;
const SECTION_FUNCTION = 3;
const SECTION_TABLE = 4;
const SECTION_MEMORY = 5;
const SECTION_EXPORT = 7;
const EXPORT_FUNCTION = 0x00; // section 5.5.10
const EXPORT_TABLE = 0x01;
const FUNCTION_TYPE = 0x60; // section 5.3.6
const LIMITS_HAS_MAXIMUM = 0x01; // section 5.3.7
const LIMITS_SHARED = 0x02; // threads proposal
const LIMITS_64_BIT = 0x04; // memory64 proposal

/** A reference type of two parts, typed function references proposal: (ref null ht) and (ref ht). */
const REFERENCE_WITH_HEAP_TYPE: readonly number[] = [0x63, 0x64];
/** A table with an initial value, of the same proposal. */
const TABLE_WITH_VALUE = 0x40;

/** Letters for value types, section 5.3.1; a type that no host function uses is `?`. */
const valueTypeLetter: Readonly<Record<number, string | undefined>> = {
  127: 'i',
  126: 'I',
  125: 'f',
  124: 'F',
};

/** Where something stands in the file. */
interface Place {
  readonly start: number;
  readonly end: number;
}

/** From the flags byte to behind the last limit. */
interface Limits extends Place {
  readonly flags: number;
  readonly initial: number;
  readonly maximum: number | undefined;
}

export interface MemoryLimits {
  readonly imported: boolean;
  readonly module: string;
  readonly name: string;
  readonly initialPages: number;
  readonly maximumPages: number | undefined;
  readonly shared: boolean;
  readonly is64Bit: boolean;
  readonly limits: Limits;
}

/** The memory or table section. */
interface Section extends Place {
  readonly of: 'pages' | 'elements';
  /** Of its size field; `start` is behind it. */
  readonly sizeStart: number;
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
  /** Elements at start of each table of the module's own; imported ones are never provided. */
  readonly tableElements: readonly number[];
  /** Where the limits are that `limitModule` writes. */
  readonly sections: readonly { readonly section: Section; readonly own: readonly Limits[] }[];
  readonly exports: ExportSection | undefined;
}

interface ExportSection {
  readonly sizeStart: number;
  /** Behind the count of entries, and behind the last of them. */
  readonly entries: Place;
  readonly names: readonly string[];
}

/** A table that the limit keeps from growing, as the host can look at it. */
export interface LimitedTable {
  readonly index: number;
  /** The name that it is exported by. */
  readonly exportName: string;
  readonly maximumElements: number;
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
    return outline(new WasmReader(bytes, 8));
  } catch (error) {
    if (error instanceof MalformedError) {
      return undefined;
    }
    throw error;
  }
}

/**
 * The same module with lower maxima: together its own memories grow to `pages` at most, its own tables to `elements`. Where there
 * are several, each can take an equal part of what is left over. Expects that they begin with no more. The tables that
 * this holds down are exported, by names that it does not use: the engine tells nobody that it refused to let one grow.
 */
export function limitModule(
  bytes: Uint8Array,
  outlined: WasmOutline,
  most: { readonly pages: number; readonly elements: number },
): { readonly bytes: Uint8Array; readonly tables: readonly LimitedTable[] } {
  const pieces: Uint8Array[] = [];
  const tables: LimitedTable[] = [];
  const taken = new Set(outlined.exports?.names);
  let done = 0;
  for (const { section, own } of outlined.sections) {
    const maxima = maximaOf(own, most[section.of]);
    const content = limitSection(bytes, section, own, maxima);
    pieces.push(bytes.subarray(done, section.sizeStart), sized(content));
    done = section.end;
    if (section.of === 'elements') {
      for (const [index, { initial, maximum }] of own.entries()) {
        const most = maxima[index] ?? initial;
        // One that its own maximum holds down never meets the limit.
        if (maximum !== undefined && maximum <= most) continue;
        tables.push({ index, exportName: freeName(index, taken), maximumElements: most });
      }
    }
  }
  const { exports } = outlined;
  // Sections that are not in their order are for the engine to refuse, as they are.
  const isExported = exports !== undefined && exports.sizeStart >= done && tables.length > 0;
  if (isExported) {
    const { sizeStart, entries, names } = exports;
    const added = tables.map(tableExport);
    const count = Uint8Array.from(encodeUnsigned(names.length + added.length));
    const content = joined([count, bytes.subarray(entries.start, entries.end), ...added]);
    pieces.push(bytes.subarray(done, sizeStart), sized(content));
    done = entries.end;
  }
  pieces.push(bytes.subarray(done));
  return { bytes: joined(pieces), tables: isExported ? tables : [] };
}

function maximaOf(own: readonly Limits[], total: number): number[] {
  const left = total - own.reduce((sum, { initial }) => sum + initial, 0);
  const share = Math.floor(left / own.length);
  return own.map(({ initial, maximum }) => Math.min(maximum ?? Number.POSITIVE_INFINITY, initial + share));
}

/** The section's content with the limits of everything in it lowered. */
function limitSection(
  bytes: Uint8Array,
  section: Section,
  own: readonly Limits[],
  maxima: readonly number[],
): Uint8Array {
  const pieces: Uint8Array[] = [];
  let done = section.start;
  for (const [index, { start, end, flags, initial }] of own.entries()) {
    const most = maxima[index] ?? initial;
    pieces.push(
      bytes.subarray(done, start),
      Uint8Array.from([flags | LIMITS_HAS_MAXIMUM, ...encodeUnsigned(initial), ...encodeUnsigned(most)]),
    );
    done = end;
  }
  pieces.push(bytes.subarray(done, section.end));
  return joined(pieces);
}

function freeName(index: number, taken: ReadonlySet<string>): string {
  let name = `kanchi.table.${index}`;
  while (taken.has(name)) name += '_';
  return name;
}

/** An entry of the export section (section 5.5.10). */
function tableExport({ exportName, index }: LimitedTable): Uint8Array {
  const text = new TextEncoder().encode(exportName);
  return Uint8Array.from([...encodeUnsigned(text.length), ...text, EXPORT_TABLE, ...encodeUnsigned(index)]);
}

/** A section's content behind its size. */
function sized(content: Uint8Array): Uint8Array {
  return joined([Uint8Array.from(encodeUnsigned(content.length)), content]);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}

function outline(reader: WasmReader): WasmOutline {
  const signatures: string[] = [];
  const functionImports = new Map<string, string>();
  const functionExports = new Map<string, string>();
  /** Signature of each function, imported ones first (section 5.5.1). */
  const functions: string[] = [];
  const memories: MemoryLimits[] = [];
  const tableElements: number[] = [];
  const sections: { section: Section; own: Limits[] }[] = [];
  let exports: ExportSection | undefined;
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
      for (let count = reader.count(); count > 0; count -= 1) {
        functions.push(signatures[reader.unsigned()] ?? '?');
      }
    } else if (id === SECTION_EXPORT) {
      const { names, entriesStart } = readExports(reader, functions, functionExports);
      // What is added goes behind the last entry, so that nothing else may be there.
      if (reader.position !== end) throw new MalformedError();
      exports = { sizeStart, entries: { start: entriesStart, end }, names };
    } else if (id === SECTION_TABLE) {
      const own = readTables(reader);
      // One by one: a call with a parameter for each would leave no stack.
      for (const { initial } of own) tableElements.push(initial);
      sections.push({ section: { of: 'elements', sizeStart, start, end }, own });
    } else if (id === SECTION_MEMORY) {
      const own: Limits[] = [];
      for (let count = reader.count(); count > 0; count -= 1) {
        const memory = memoryOf(readLimits(reader));
        own.push(memory.limits);
        memories.push(memory);
      }
      sections.push({ section: { of: 'pages', sizeStart, start, end }, own });
    }
    reader.position = end;
  }
  return { functionImports, functionExports, memories, tableElements, sections, exports };
}

function readTypes(reader: WasmReader, signatures: string[]): void {
  for (let count = reader.count(); count > 0; count -= 1) {
    if (reader.byte() !== FUNCTION_TYPE) {
      // Arrays and structures (garbage collection proposal) live on the engine's heap: no limit holds, and a large one ends the process.
      throw new MalformedError();
    }
    const parameters = readValueTypes(reader);
    signatures.push(`(${parameters})${readValueTypes(reader)}`);
  }
}

function readValueTypes(reader: WasmReader): string {
  let letters = '';
  for (let count = reader.count(); count > 0; count -= 1) {
    letters += valueTypeLetter[reader.byte()] ?? '?';
  }
  return letters;
}

function readImports(
  reader: WasmReader,
  signatures: readonly string[],
  functionImports: Map<string, string>,
  functions: string[],
  memories: MemoryLimits[],
): void {
  for (let count = reader.count(); count > 0; count -= 1) {
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
        readValueType(reader);
        readLimits(reader);
        break;
      case 0x02:
        memories.push({ ...memoryOf(readLimits(reader)), imported: true, module, name });
        break;
      case 0x03:
        readValueType(reader);
        reader.byte();
        break;
      default:
        throw new MalformedError();
    }
  }
}

function readExports(
  reader: WasmReader,
  functions: readonly string[],
  functionExports: Map<string, string>,
): { readonly names: readonly string[]; readonly entriesStart: number } {
  const names: string[] = [];
  let count = reader.count();
  const entriesStart = reader.position;
  for (; count > 0; count -= 1) {
    const name = reader.name();
    names.push(name);
    const kind = reader.byte();
    const index = reader.unsigned();
    if (kind === EXPORT_FUNCTION) {
      functionExports.set(name, functions[index] ?? '?');
    }
  }
  return { names, entriesStart };
}

/** Section 5.5.7. */
function readTables(reader: WasmReader): Limits[] {
  const tables: Limits[] = [];
  for (let count = reader.count(); count > 0; count -= 1) {
    if (readValueType(reader) === TABLE_WITH_VALUE) {
      throw new MalformedError();
    }
    tables.push(readLimits(reader));
  }
  return tables;
}

/** Reads a value or reference type; returns its first byte. */
function readValueType(reader: WasmReader): number {
  const type = reader.byte();
  if (REFERENCE_WITH_HEAP_TYPE.includes(type)) {
    reader.unsigned();
  }
  return type;
}

function readLimits(reader: WasmReader): Limits {
  const start = reader.position;
  const flags = reader.byte();
  const initial = reader.unsigned();
  const maximum = (flags & LIMITS_HAS_MAXIMUM) === 0 ? undefined : reader.unsigned();
  return { flags, initial, maximum, start, end: reader.position };
}

/** An own memory with these limits. */
function memoryOf(limits: Limits): MemoryLimits {
  return {
    imported: false,
    module: '',
    name: '',
    initialPages: limits.initial,
    maximumPages: limits.maximum,
    shared: (limits.flags & LIMITS_SHARED) !== 0,
    is64Bit: (limits.flags & LIMITS_64_BIT) !== 0,
    limits,
  };
}
