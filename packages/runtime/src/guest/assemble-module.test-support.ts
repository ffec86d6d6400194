/**
 * Writes small WebAssembly modules for tests, byte by byte: what no compiler makes on purpose. Source: WebAssembly core
 * specification 2.0, section 5 (binary format). Names, sizes and constants are small, nothing is validated.
 */

/** Magic and version, section 5.5.16. */
const HEAD = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

const typeOfLetter: Readonly<Record<string, number>> = { i: 0x7f, I: 0x7e, f: 0x7d, F: 0x7c };

/** Instructions, section 5.4; the exception ones are those of the proposal's first version, which every engine has. */
export const op = {
  unreachable: [0x00],
  /** `try`, without a result, up to `catchAll` and `end`. */
  try: [0x06, 0x40],
  catchAll: [0x19],
  loop: [0x03, 0x40],
  if: [0x04, 0x40],
  end: [0x0b],
  branch: (depth: number) => [0x0c, depth],
  branchIf: (depth: number) => [0x0d, depth],
  notEqual32: [0x47],
  return: [0x0f],
  drop: [0x1a],
  i32: (value: number) => [0x41, ...signed(BigInt(value | 0))],
  i64: (value: bigint) => [0x42, ...signed(value)],
  f64Zero: [0x44, 0, 0, 0, 0, 0, 0, 0, 0],
  f32Zero: [0x43, 0, 0, 0, 0],
  local: (index: number) => [0x20, index],
  /** Address and value are on the stack. */
  store32: [0x36, 2, 0],
  load32: [0x28, 2, 0],
  add32: [0x6a],
  less32: [0x48],
  less64: [0x53],
  memoryGrow: [0x40, 0],
  /** Value and count are on the stack; reference types, WebAssembly 2.0. */
  tableGrow: (table: number) => [0xfc, 15, ...unsigned(table)],
  nullFunction: [0xd0, 0x70],
} as const;

export interface AssembledImport {
  readonly module: string;
  readonly name: string;
  /** E.g. `(iiI)i`. */
  readonly type: string;
}

export interface AssembledFunction {
  /** Names under which it is exported. */
  readonly exports?: readonly string[];
  readonly type: string;
  /** Local variables of type i32; default none. */
  readonly locals?: number;
  /** Instructions without the last `end`; `call` gives the instruction that calls an import, e.g. `kanchi_log.write`. */
  readonly body: (call: (name: string) => readonly number[]) => readonly (readonly number[])[];
}

export interface AssembledModule {
  readonly imports?: readonly AssembledImport[];
  readonly functions: readonly AssembledFunction[];
  /** Flags, then limits, as bytes; default one page. `null`: no memory. */
  readonly memory?: readonly number[] | null;
  /** Whether the memory is imported as `env.memory` instead of exported as `memory`. */
  readonly memoryImported?: boolean;
  /** Each of them: element type, flags, then limits, as bytes; default none. */
  readonly tables?: readonly (readonly number[])[];
  /** Names under which they are exported, the first table's first. */
  readonly tableExports?: readonly string[];
  /** Index among `functions` of the start function. */
  readonly start?: number;
  readonly data?: Readonly<Record<number, string>>;
}

export function assembleModule(module: AssembledModule): Uint8Array<ArrayBuffer> {
  const {
    imports = [],
    functions,
    memory = [0, 1],
    memoryImported = false,
    tables = [],
    tableExports = [],
    start,
    data = {},
  } = module;
  const types = [...new Set([...imports, ...functions].map(({ type }) => type))];
  const call = (name: string): readonly number[] => {
    const index = imports.findIndex((entry) => `${entry.module}.${entry.name}` === name);
    if (index < 0) throw new Error(`${name} is not imported`);
    return [0x10, ...unsigned(index)];
  };
  const importEntries = imports.map(({ module: from, name, type }) => [
    ...text(from),
    ...text(name),
    0,
    ...unsigned(types.indexOf(type)),
  ]);
  const exportEntries = functions.flatMap(({ exports = [] }, index) =>
    exports.map((name) => [...text(name), 0, ...unsigned(imports.length + index)]),
  );
  if (memory !== null && memoryImported) {
    importEntries.push([...text('env'), ...text('memory'), 2, ...memory]);
  } else if (memory !== null) {
    exportEntries.push([...text('memory'), 2, 0]);
  }
  exportEntries.push(...tableExports.map((name, index) => [...text(name), 1, ...unsigned(index)]));
  const bodies = functions.map(({ body, locals = 0 }) => {
    const declared = locals === 0 ? [0] : [1, ...unsigned(locals), 0x7f];
    const code = [...declared, ...body(call).flat(), ...op.end];
    return [...unsigned(code.length), ...code];
  });
  const segments = Object.entries(data).map(([offset, content]) => [
    0,
    ...op.i32(Number(offset)),
    ...op.end,
    ...text(content),
  ]);
  return Uint8Array.from([
    ...HEAD,
    ...section(1, types.map(functionType)),
    ...section(2, importEntries),
    ...section(
      3,
      functions.map(({ type }) => unsigned(types.indexOf(type))),
    ),
    ...section(4, tables),
    ...section(5, memory === null || memoryImported ? [] : [memory]),
    ...section(7, exportEntries),
    ...(start === undefined ? [] : [8, 1, imports.length + start]),
    ...section(10, bodies),
    ...section(11, segments),
  ]);
}

/** A vector of entries in its section; none when there are no entries. */
function section(id: number, entries: readonly (readonly number[])[]): number[] {
  const content = [...unsigned(entries.length), ...entries.flat()];
  return entries.length === 0 ? [] : [id, ...unsigned(content.length), ...content];
}

function functionType(type: string): number[] {
  const [parameters = '', results = ''] = type.slice(1).split(')');
  const list = (letters: string): number[] => [
    letters.length,
    ...Array.from(letters, (letter) => typeOfLetter[letter] as number),
  ];
  return [0x60, ...list(parameters), ...list(results)];
}

function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value);
  return [...unsigned(bytes.length), ...bytes];
}

/** LEB128, section 5.2.2. */
export function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(Math.floor(value / 128))];
}

function signed(value: bigint): number[] {
  const low = Number(value & 0x7fn);
  const rest = value >> 7n;
  const ends = (rest === 0n && low < 0x40) || (rest === -1n && low >= 0x40);
  return ends ? [low] : [low | 0x80, ...signed(rest)];
}
