/**
 * Walks over the code section: how much there is to compile, and that nothing is in it that is not known. It does not
 * validate, which the engine does; for code that is valid the height of the operand stack is the engine's.
 */

import { checkCodeLimit } from './code-limits.ts';
import { bulkInstructions, Immediate, plainInstructions, vectorInstructions } from './instruction-table.ts';
import { MalformedError, type WasmReader } from './wasm-reader.ts';

/** Numbers of parameters and results of each type, and the type of each function, imported ones first. */
export interface FunctionShapes {
  readonly parameters: readonly number[];
  readonly results: readonly number[];
  readonly typeOfFunction: readonly number[];
  readonly importedFunctions: number;
}

/** What one function costs to compile; see `codeLimits`. */
export interface FunctionFigures {
  readonly locals: number;
  readonly loopDepth: number;
  readonly branches: number;
  readonly work: number;
}

/** What all functions cost to compile. */
export interface CodeFigures {
  readonly functions: number;
  readonly branches: number;
  readonly work: number;
}

/** Section 5.5.13. Throws MalformedError, and CodeLimitError at the first function that has more than its limit. */
export function readCode(reader: WasmReader, bytes: Uint8Array, shapes: FunctionShapes): CodeFigures {
  const functions = reader.count();
  let branches = 0;
  let work = 0;
  for (let own = 0; own < functions; own += 1) {
    const index = shapes.importedFunctions + own;
    const type = shapes.typeOfFunction[index];
    if (type === undefined) {
      throw new MalformedError('code of a function that is not declared');
    }
    const size = reader.unsigned();
    const end = reader.position + size;
    if (end > bytes.length) {
      throw new MalformedError(`function ${index} goes beyond the end of the file`);
    }
    checkCodeLimit('bodyBytes', size, index);
    const figures = readFunction(reader, bytes, end, type, shapes, index);
    checkCodeLimit('loopDepth', figures.loopDepth, index);
    checkCodeLimit('branches', figures.branches, index);
    checkCodeLimit('work', figures.work, index);
    branches += figures.branches;
    work += figures.work;
    checkCodeLimit('moduleBranches', branches, index);
    checkCodeLimit('moduleWork', work, index);
  }
  return { functions, branches, work };
}

function readFunction(
  reader: WasmReader,
  bytes: Uint8Array,
  end: number,
  type: number,
  shapes: FunctionShapes,
  index: number,
): FunctionFigures {
  let locals = shapes.parameters[type] ?? 0;
  for (let groups = reader.count(); groups > 0; groups -= 1) {
    locals += reader.unsigned();
    checkCodeLimit('locals', locals, index);
    reader.valueType();
  }
  const walk = new BodyWalk(reader, bytes, end, locals, shapes);
  walk.run(shapes.results[type] ?? 0);
  if (reader.position !== end) {
    throw new MalformedError(`function ${index} ends elsewhere than it says`, reader.position);
  }
  return walk;
}

/** Of a global: a constant expression up to its `end`, section 5.4.9. */
export function skipConstant(reader: WasmReader, bytes: Uint8Array): void {
  new BodyWalk(reader, bytes, bytes.length, 0, noShapes).run(1);
}

const noShapes: FunctionShapes = { parameters: [], results: [], typeOfFunction: [], importedFunctions: 0 };

/** Opcodes that the walk looks at itself, section 5.4.1; exceptions as in the proposal's first version, tail calls. */
const Op = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  try: 0x06,
  rethrow: 0x09,
  end: 0x0b,
  branch: 0x0c,
  branchIf: 0x0d,
  branchTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  returnCall: 0x12,
  returnCallIndirect: 0x13,
  delegate: 0x18,
  catchAll: 0x19,
  selectWithTypes: 0x1c,
  bulkPrefix: 0xfc,
  vectorPrefix: 0xfd,
} as const;
const CONTINUED = 0x80; // of a LEB128 number, section 5.2.2
/** Of an alignment: a number of a memory follows, multiple memories proposal. */
const HAS_MEMORY_NUMBER = 0x40;
/** A block type without a type, section 5.4.1. */
const NO_TYPE = 0x40;
/** Bits of a block type of one byte that is a negative number: no type, or a value type. */
const NEGATIVE = 0x40;

/** From the first instruction of a body, or of a constant, to behind its last `end`. */
class BodyWalk implements FunctionFigures {
  readonly locals: number;
  loopDepth = 0;
  branches = 0;
  work = 0;
  readonly #reader: WasmReader;
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #shapes: FunctionShapes;
  /** For each open block four numbers: operands below it, loops around it, its parameters, its results. */
  readonly #blocks: number[] = [];
  /** Operands below the innermost block, and all of them. Behind an unconditional branch none is known above the block. */
  #base = 0;
  #height = 0;

  constructor(reader: WasmReader, bytes: Uint8Array, end: number, locals: number, shapes: FunctionShapes) {
    this.#reader = reader;
    this.#bytes = bytes;
    this.#end = end;
    this.locals = locals;
    this.#shapes = shapes;
  }

  run(results: number): void {
    const bytes = this.#bytes;
    const reader = this.#reader;
    const blocks = this.#blocks;
    const { locals } = this;
    blocks.push(0, 0, 0, results);
    // In variables of its own: this is the time that it takes to start an app.
    let at = reader.position;
    let base = this.#base;
    let height = this.#height;
    let work = 0;
    while (blocks.length > 0) {
      if (at >= this.#end) throw new MalformedError('code without its end', at);
      let opcode = bytes[at] as number;
      at += 1;
      let table = plainInstructions;
      if (opcode === Op.bulkPrefix || opcode === Op.vectorPrefix) {
        table = opcode === Op.bulkPrefix ? bulkInstructions : vectorInstructions;
        reader.position = at;
        opcode = reader.unsigned();
        at = reader.position;
      }
      work += locals + height;
      const immediate = table.immediates[opcode] ?? Immediate.unknown;
      switch (immediate) {
        case Immediate.control:
          reader.position = at;
          this.branches += 1;
          this.#height = height;
          this.#control(opcode);
          at = reader.position;
          base = this.#base;
          height = this.#height;
          continue;
        case Immediate.unknown:
          throw new MalformedError(`an instruction that is not supported (0x${opcode.toString(16)})`, at);
        case Immediate.memory:
        case Immediate.memoryAndLane:
          if ((bytes[at] as number) >= HAS_MEMORY_NUMBER) {
            throw new MalformedError('an alignment that is not supported', at);
          }
          at += 1;
          while ((bytes[at++] as number) >= CONTINUED);
          if (immediate === Immediate.memoryAndLane) at += 1;
          break;
        case Immediate.callWithTwoNumbers:
          this.branches += 1;
          while ((bytes[at++] as number) >= CONTINUED);
          while ((bytes[at++] as number) >= CONTINUED);
          break;
        case Immediate.callWithNumber:
          this.branches += 1;
          while ((bytes[at++] as number) >= CONTINUED);
          break;
        case Immediate.number:
          while ((bytes[at++] as number) >= CONTINUED);
          break;
        case Immediate.referenceType:
          reader.position = at;
          reader.referenceType();
          at += 1;
          break;
        default:
          at += bytesBehind[immediate] as number;
      }
      height = Math.max(base, height + (table.effects[opcode] as number));
    }
    reader.position = at;
    this.work += work;
  }

  /** Operands that are gone, or come, above those below the block. */
  #move(by: number): void {
    const height = this.#height + by;
    this.#height = Math.max(height, this.#base);
  }

  #control(opcode: number): void {
    const reader = this.#reader;
    const { parameters, results } = this.#shapes;
    switch (opcode) {
      case Op.if:
        this.#move(-1);
        this.#open(0);
        break;
      case Op.loop:
        this.#open(1);
        break;
      case Op.block:
      case Op.try:
        this.#open(0);
        break;
      case Op.else:
        this.#height = this.#base + (this.#blocks.at(-2) ?? 0);
        break;
      case Op.catchAll:
        this.#height = this.#base;
        break;
      case Op.delegate:
        reader.unsigned();
        this.#close();
        break;
      case Op.end:
        this.#close();
        break;
      case Op.branchIf:
        reader.unsigned();
        this.#move(-1);
        break;
      case Op.branch:
      case Op.rethrow:
        reader.unsigned();
        this.#height = this.#base;
        break;
      case Op.branchTable:
        this.#branchTable();
        break;
      case Op.unreachable:
      case Op.return:
        this.#height = this.#base;
        break;
      case Op.call:
      case Op.returnCall: {
        const type = this.#shapes.typeOfFunction[reader.unsigned()] ?? -1;
        this.#move(-(parameters[type] ?? 0));
        this.#height += results[type] ?? 0;
        break;
      }
      case Op.callIndirect:
      case Op.returnCallIndirect: {
        const type = reader.unsigned();
        reader.unsigned();
        this.#move(-1 - (parameters[type] ?? 0));
        this.#height += results[type] ?? 0;
        break;
      }
      case Op.selectWithTypes:
        for (let types = reader.count(); types > 0; types -= 1) reader.valueType();
        this.#move(-2);
        break;
      default:
        throw new MalformedError(
          `an instruction that is not supported (0x${opcode.toString(16)})`,
          reader.position,
        );
    }
  }

  /** Of `count` labels and the one that is left, each is a branch. */
  #branchTable(): void {
    const reader = this.#reader;
    const count = reader.count();
    for (let labels = count; labels >= 0; labels -= 1) reader.unsigned();
    this.branches += count;
    this.work += count * (this.locals + this.#height);
    this.#height = this.#base;
  }

  #open(loops: 0 | 1): void {
    const first = this.#bytes[this.#reader.position] ?? 0;
    let parameters = 0;
    let results = 0;
    if (first === NO_TYPE) {
      this.#reader.byte();
    } else if (first >= NEGATIVE && first < CONTINUED) {
      this.#reader.valueType();
      results = 1;
    } else {
      const type = this.#reader.unsigned();
      parameters = this.#shapes.parameters[type] ?? 0;
      results = this.#shapes.results[type] ?? 0;
    }
    this.#move(-parameters);
    this.#base = this.#height;
    const around = (this.#blocks.at(-3) ?? 0) + loops;
    this.loopDepth = Math.max(this.loopDepth, around);
    this.#blocks.push(this.#base, around, parameters, results);
    this.#height += parameters;
  }

  #close(): void {
    const results = this.#blocks.pop() ?? 0;
    this.#blocks.length -= 2;
    this.#height = (this.#blocks.pop() ?? 0) + results;
    this.#base = this.#blocks.at(-4) ?? 0;
  }
}

/** Behind an opcode, where their number is fixed. */
const bytesBehind: readonly number[] = Object.assign([], {
  [Immediate.none]: 0,
  [Immediate.oneByte]: 1,
  [Immediate.fourBytes]: 4,
  [Immediate.eightBytes]: 8,
  [Immediate.sixteenBytes]: 16,
});
