/**
 * Reads what the JavaScript API does not tell about a WebAssembly module: the types of its function imports and exports,
 * the limits of its memory and tables, and how much there is to compile. Source: WebAssembly core specification 2.0,
 * section 5 (binary format). A module that is not understood has no outline: it must not run, its limits would not hold.
 */

import { checkCodeLimit } from './code-limits.ts';
import { type CodeFigures, type FunctionShapes, readCode, skipConstant } from './code-section.ts';
import { MalformedError, WasmReader } from './wasm-reader.ts';

const MAGIC = 0x6d736100; // "\0asm", section 5.5.16
const SECTION_TYPE = 1;
const SECTION_IMPORT = 2;
const SECTION_FUNCTION = 3;
const SECTION_TABLE = 4;
const SECTION_MEMORY = 5;
const SECTION_GLOBAL = 6;
const SECTION_EXPORT = 7;
const SECTION_CODE = 10;
/** The last of WebAssembly 2.0, section 5.5.2. */
const LAST_SECTION = 12;
/** Tags, exception handling proposal: what is thrown is on the engine's heap, where no limit of the app holds. */
const SECTION_TAG = 13;
const EXPORT_FUNCTION = 0x00; // section 5.5.10
const FUNCTION_TYPE = 0x60; // section 5.3.6
/** What can be imported, section 5.5.5: in the words of the JavaScript API, in the order of their numbers. */
const IMPORT_KINDS = ['function', 'table', 'memory', 'global'] as const;
export const LIMITS_HAS_MAXIMUM = 0x01; // section 5.3.7
const LIMITS_SHARED = 0x02; // threads proposal
const LIMITS_64_BIT = 0x04; // memory64 proposal

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
export interface Limits extends Place {
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
export interface Section extends Place {
  readonly of: 'pages' | 'elements';
  /** Of its size field; `start` is behind it. */
  readonly sizeStart: number;
}

/** One import, as `WebAssembly.Module.imports` has it. */
export interface OutlinedImport {
  readonly module: string;
  readonly name: string;
  readonly kind: (typeof IMPORT_KINDS)[number];
}

export interface WasmOutline {
  /** In the order of the module. */
  readonly imports: readonly OutlinedImport[];
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
  readonly code: CodeFigures;
}

interface ExportSection {
  readonly sizeStart: number;
  /** Behind the count of entries, and behind the last of them. */
  readonly entries: Place;
  readonly names: readonly string[];
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

/**
 * Throws MalformedError for bytes that are no module, or one with a part that is not understood, and CodeLimitError for a
 * module with more code than may be compiled.
 */
export function readOutline(bytes: Uint8Array): WasmOutline {
  const reader = new WasmReader(bytes, 8);
  const signatures: string[] = [];
  const parameters: number[] = [];
  const results: number[] = [];
  const imports: OutlinedImport[] = [];
  const functionImports = new Map<string, string>();
  const functionExports = new Map<string, string>();
  /** Type of each function, imported ones first (section 5.5.1). */
  const typeOfFunction: number[] = [];
  const memories: MemoryLimits[] = [];
  const tableElements: number[] = [];
  const sections: { section: Section; own: Limits[] }[] = [];
  let importedFunctions = 0;
  let exports: ExportSection | undefined;
  let code: CodeFigures = { functions: 0, branches: 0, work: 0 };
  while (!reader.atEnd) {
    const at = reader.position;
    const id = reader.byte();
    const sizeStart = reader.position;
    const size = reader.unsigned();
    const start = reader.position;
    const end = start + size;
    if (end > reader.length) {
      throw new MalformedError(`section ${id} goes beyond the end of the file`, at);
    }
    // Whether all of it was looked at; of the others nothing has to be known.
    let isRead = true;
    if (id === SECTION_TYPE) {
      readTypes(reader, signatures, parameters, results);
    } else if (id === SECTION_IMPORT) {
      readImports(reader, signatures, { imports, functionImports, typeOfFunction, memories });
      importedFunctions = typeOfFunction.length;
    } else if (id === SECTION_FUNCTION) {
      const count = reader.count();
      checkCodeLimit('functions', count, count);
      for (let left = count; left > 0; left -= 1) typeOfFunction.push(reader.unsigned());
    } else if (id === SECTION_EXPORT) {
      const { names, entriesStart } = readExports(reader, signatures, typeOfFunction, functionExports);
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
    } else if (id === SECTION_GLOBAL) {
      readGlobals(reader, bytes);
    } else if (id === SECTION_CODE) {
      const shapes: FunctionShapes = { parameters, results, typeOfFunction, importedFunctions };
      code = readCode(reader, bytes, shapes);
    } else if (id === SECTION_TAG) {
      throw new MalformedError('exceptions (a section of tags), which are not supported,', at);
    } else if (id > LAST_SECTION) {
      throw new MalformedError(`section ${id}, which is not supported,`, at);
    } else {
      isRead = false;
    }
    // Else this reader and the engine would see different things behind it.
    if (isRead && reader.position !== end) {
      throw new MalformedError(`section ${id} ends elsewhere than it says`, reader.position);
    }
    reader.position = end;
  }
  return {
    imports,
    functionImports,
    functionExports,
    memories,
    tableElements,
    sections,
    exports,
    code,
  };
}

function readTypes(reader: WasmReader, signatures: string[], parameters: number[], results: number[]): void {
  const count = reader.count();
  checkCodeLimit('types', count, count);
  for (let index = 0; index < count; index += 1) {
    if (reader.byte() !== FUNCTION_TYPE) {
      // Arrays and structures (garbage collection proposal) live on the engine's heap: no limit holds, and a large one ends the process.
      throw new MalformedError(
        'a type that is no function type, which is not supported,',
        reader.position - 1,
      );
    }
    const taken = readValueTypes(reader, index);
    const given = readValueTypes(reader, index);
    signatures.push(`(${taken})${given}`);
    parameters.push(taken.length);
    results.push(given.length);
  }
}

function readValueTypes(reader: WasmReader, index: number): string {
  const count = reader.unsigned();
  checkCodeLimit('parameters', count, index);
  let letters = '';
  for (let left = count; left > 0; left -= 1) {
    letters += valueTypeLetter[reader.valueType()] ?? '?';
  }
  return letters;
}

interface ImportsRead {
  readonly imports: OutlinedImport[];
  readonly functionImports: Map<string, string>;
  readonly typeOfFunction: number[];
  readonly memories: MemoryLimits[];
}

function readImports(reader: WasmReader, signatures: readonly string[], read: ImportsRead): void {
  for (let count = reader.count(); count > 0; count -= 1) {
    const module = reader.name();
    const name = reader.name();
    const kind = IMPORT_KINDS[reader.byte()];
    if (kind === undefined) {
      throw new MalformedError('an import of a kind that is not supported', reader.position - 1);
    }
    switch (kind) {
      case 'function': {
        const type = reader.unsigned();
        const signature = signatures[type] ?? '?';
        // The engine takes one function for every import of that name: with two types there is none that fits both.
        const key = `${module}.${name}`;
        const earlier = read.functionImports.get(key) ?? signature;
        read.functionImports.set(key, earlier === signature ? signature : '?');
        read.typeOfFunction.push(type);
        break;
      }
      case 'table':
        reader.referenceType();
        readLimits(reader);
        break;
      case 'memory':
        read.memories.push({ ...memoryOf(readLimits(reader)), imported: true, module, name });
        break;
      case 'global':
        reader.valueType();
        readMutability(reader);
        break;
    }
    read.imports.push({ module, name, kind });
  }
}

function readExports(
  reader: WasmReader,
  signatures: readonly string[],
  typeOfFunction: readonly number[],
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
      functionExports.set(name, signatures[typeOfFunction[index] ?? -1] ?? '?');
    }
  }
  return { names, entriesStart };
}

/** Section 5.5.7. A table with an initial value (typed function references proposal) begins with no reference type. */
function readTables(reader: WasmReader): Limits[] {
  const tables: Limits[] = [];
  for (let count = reader.count(); count > 0; count -= 1) {
    reader.referenceType();
    tables.push(readLimits(reader));
  }
  return tables;
}

/** Section 5.5.9. */
function readGlobals(reader: WasmReader, bytes: Uint8Array): void {
  for (let count = reader.count(); count > 0; count -= 1) {
    reader.valueType();
    readMutability(reader);
    skipConstant(reader, bytes);
  }
}

function readMutability(reader: WasmReader): void {
  if (reader.byte() > 1) {
    throw new MalformedError('a global of a kind that is not supported', reader.position - 1);
  }
}

function readLimits(reader: WasmReader): Limits {
  const start = reader.position;
  const flags = reader.byte();
  if (flags > (LIMITS_HAS_MAXIMUM | LIMITS_SHARED | LIMITS_64_BIT)) {
    throw new MalformedError('limits of a kind that is not supported', start);
  }
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
