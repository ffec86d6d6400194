/**
 * What stands behind each opcode and what it does to the operand stack, for a walk over code that neither validates nor runs it.
 * Source: WebAssembly core specification 2.0, sections 5.4 (binary format) and 3.3 (types); the first exception handling
 * proposal for `try`, `catch_all`, `delegate` and `rethrow`; the tail call proposal. An opcode that is not here is not run.
 */

/** What stands behind an opcode. */
export const Immediate = {
  /** The opcode is not known. */
  unknown: 0,
  none: 1,
  /** A LEB128 number of any width: index, constant or label. */
  number: 2,
  /** Alignment and offset. */
  memory: 3,
  /** The same, and the number of a lane. */
  memoryAndLane: 4,
  oneByte: 5,
  fourBytes: 6,
  eightBytes: 7,
  sixteenBytes: 8,
  /** A reference type, one byte. */
  referenceType: 9,
  /** One number, or two, of an instruction that is a call in machine code. */
  callWithNumber: 10,
  callWithTwoNumbers: 11,
  /** What the walk itself has to look at: control instructions, calls, a selection with types. */
  control: 12,
} as const;

/** For opcodes of one kind (plain, or behind a prefix): the immediate and what is on the stack more than before. */
export interface InstructionTable {
  readonly immediates: Uint8Array;
  readonly effects: Int8Array;
}

type Row = readonly [
  immediate: number,
  effect: number,
  opcodes: readonly (number | readonly [number, number])[],
];

function table(size: number, rows: readonly Row[]): InstructionTable {
  const immediates = new Uint8Array(size);
  const effects = new Int8Array(size);
  for (const [immediate, effect, opcodes] of rows) {
    for (const opcode of opcodes) {
      const [first, last] = typeof opcode === 'number' ? [opcode, opcode] : opcode;
      immediates.fill(immediate, first, last + 1);
      effects.fill(effect, first, last + 1);
    }
  }
  return { immediates, effects };
}

/** Section 5.4.1 to 5.4.7. */
export const plainInstructions: InstructionTable = table(256, [
  [Immediate.control, 0, [[0x02, 0x06], 0x09, [0x0b, 0x0f], [0x10, 0x13], 0x18, 0x19, 0x1c, 0x00]],
  [Immediate.none, 0, [0x01, 0x45, 0x50, [0x67, 0x69], [0x79, 0x7b], [0x8b, 0x91], [0x99, 0x9f]]],
  [Immediate.none, 0, [[0xa7, 0xc4], 0xd1]],
  [Immediate.none, -1, [0x1a, [0x46, 0x4f], [0x51, 0x66], [0x6a, 0x78], [0x7c, 0x8a], [0x92, 0x98]]],
  [Immediate.none, -1, [[0xa0, 0xa6]]],
  [Immediate.none, -2, [0x1b]],
  [Immediate.number, 1, [0x20, 0x23, 0x3f, 0x41, 0x42]],
  [Immediate.number, 0, [0x22]],
  [Immediate.number, -1, [0x21, 0x24]],
  [Immediate.callWithNumber, 1, [0xd2]],
  [Immediate.callWithNumber, 0, [0x25, 0x40]],
  [Immediate.callWithNumber, -2, [0x26]],
  [Immediate.memory, 0, [[0x28, 0x35]]],
  [Immediate.memory, -2, [[0x36, 0x3e]]],
  [Immediate.fourBytes, 1, [0x43]],
  [Immediate.eightBytes, 1, [0x44]],
  [Immediate.referenceType, 1, [0xd0]],
]);

/** Behind 0xfc: conversions, memory and table instructions. */
export const bulkInstructions: InstructionTable = table(18, [
  [Immediate.none, 0, [[0, 7]]],
  [Immediate.callWithTwoNumbers, -3, [8, 10, 12, 14]],
  [Immediate.callWithNumber, -3, [11, 17]],
  [Immediate.callWithNumber, 0, [9, 13]],
  [Immediate.callWithNumber, -1, [15]],
  [Immediate.callWithNumber, 1, [16]],
]);

/** Behind 0xfd, section 5.4.8: vectors. */
export const vectorInstructions: InstructionTable = table(256, [
  [Immediate.memory, 0, [[0x00, 0x0a], 0x5c, 0x5d]],
  [Immediate.memory, -2, [0x0b]],
  [Immediate.sixteenBytes, 1, [0x0c]],
  [Immediate.sixteenBytes, -1, [0x0d]],
  [Immediate.memoryAndLane, -1, [[0x54, 0x57]]],
  [Immediate.memoryAndLane, -2, [[0x58, 0x5b]]],
  [Immediate.oneByte, 0, [0x15, 0x16, 0x18, 0x19, 0x1b, 0x1d, 0x1f, 0x21]],
  [Immediate.oneByte, -1, [0x17, 0x1a, 0x1c, 0x1e, 0x20, 0x22]],
  // One operand.
  [Immediate.none, 0, [[0x0f, 0x14], 0x4d, 0x53, [0x5e, 0x64], [0x67, 0x6a], 0x74, 0x75, 0x7a]],
  [Immediate.none, 0, [[0x7c, 0x81], 0x83, 0x84, [0x87, 0x8a], 0x94, 0xa0, 0xa1, 0xa3, 0xa4]],
  [Immediate.none, 0, [[0xa7, 0xaa], 0xc0, 0xc1, 0xc3, 0xc4, [0xc7, 0xca], 0xe0, 0xe1, 0xe3]],
  [Immediate.none, 0, [0xec, 0xed, 0xef, [0xf8, 0xff]]],
  // Two operands.
  [Immediate.none, -1, [0x0e, [0x23, 0x4c], [0x4e, 0x51], 0x65, 0x66, [0x6b, 0x73], [0x76, 0x79], 0x7b]],
  [Immediate.none, -1, [0x82, 0x85, 0x86, [0x8b, 0x93], [0x95, 0x99], [0x9b, 0x9f], [0xab, 0xae]]],
  [Immediate.none, -1, [0xb1, [0xb5, 0xba], [0xbc, 0xbf], [0xcb, 0xce], 0xd1, [0xd5, 0xdf]]],
  [
    Immediate.none,
    -1,
    [
      [0xe4, 0xeb],
      [0xf0, 0xf7],
    ],
  ],
  // Three operands.
  [Immediate.none, -2, [0x52]],
]);
