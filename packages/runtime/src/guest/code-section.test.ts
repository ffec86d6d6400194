import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CodeLimitError, type CodeLimitName, codeLimits } from './code-limits.ts';
import type { CodeFigures } from './code-section.ts';
import {
  bulkInstructions,
  Immediate,
  type InstructionTable,
  plainInstructions,
  vectorInstructions,
} from './instruction-table.ts';
import { readOutline } from './wasm-binary.ts';
import { encodeUnsigned } from './wasm-reader.ts';

const HEAD = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const I32 = 0x7f;
const V128 = 0x7b;
const END = 0x0b;

function section(id: number, ...content: readonly (readonly number[])[]): number[] {
  const bytes = content.flat();
  return [id, ...encodeUnsigned(bytes.length), ...bytes];
}

const repeated = (count: number, ...bytes: readonly number[]): number[] =>
  Array.from({ length: count }, () => bytes).flat();

/** A body with so many local variables of type i32. */
const body = (locals: number, ...code: readonly number[]): number[] => [
  ...(locals === 0 ? [0] : [1, ...encodeUnsigned(locals), I32]),
  ...code,
  END,
];

/** A module of functions of the first type, `()`, unless given, with a table, a memory, a global and data. */
function moduleOf(
  bodies: readonly (readonly number[])[],
  types: readonly (readonly number[])[] = [],
): Uint8Array {
  const all = [[0x60, 0, 0], ...types];
  return Uint8Array.from([
    ...HEAD,
    ...section(1, encodeUnsigned(all.length), ...all),
    ...section(
      3,
      encodeUnsigned(bodies.length),
      bodies.map(() => 0),
    ),
    ...section(4, [1, 0x70, 0, 1]),
    ...section(5, [1, 0, 1]),
    ...section(6, [1, I32, 1, 0x41, 0, END]),
    ...section(9, [1, 1, 0, 1, 0]),
    ...section(12, [1]),
    ...section(
      10,
      encodeUnsigned(bodies.length),
      ...bodies.map((bytes) => [...encodeUnsigned(bytes.length), ...bytes]),
    ),
    ...section(11, [1, 1, 0]),
  ]);
}

const figuresOf = (...code: readonly number[]): CodeFigures => readOutline(moduleOf([body(0, ...code)])).code;

function excessOf(bytes: Uint8Array): CodeLimitError {
  try {
    readOutline(bytes);
  } catch (error) {
    if (error instanceof CodeLimitError) return error;
    throw error;
  }
  throw new Error('it is within the limits');
}

/** Values of each type that an instruction can take. */
const operands: readonly (readonly number[])[] = [
  [0x41, 0],
  [0x42, 0],
  [0x43, 0, 0, 0, 0],
  [0x44, 0, 0, 0, 0, 0, 0, 0, 0],
  [0xfd, 12, ...repeated(16, 0)],
  [0xd0, 0x70],
];

/** All lists of `count` operands. */
function operandLists(count: number): (readonly number[])[] {
  if (count === 0) return [[]];
  return operandLists(count - 1).flatMap((list) => operands.map((operand) => [...list, ...operand]));
}

const immediateBytes: Readonly<Record<number, readonly number[] | undefined>> = {
  [Immediate.none]: [],
  [Immediate.number]: [0],
  [Immediate.callWithNumber]: [0],
  [Immediate.callWithTwoNumbers]: [0, 0],
  [Immediate.memory]: [0, 0],
  [Immediate.memoryAndLane]: [0, 0, 0],
  [Immediate.oneByte]: [0],
  [Immediate.fourBytes]: repeated(4, 0),
  [Immediate.eightBytes]: repeated(8, 0),
  [Immediate.sixteenBytes]: repeated(16, 0),
  [Immediate.referenceType]: [0x70],
};

/** What an instruction leaves on the stack, by whether the engine finds it valid behind operands and before drops. */
function effectInEngine(instruction: readonly number[]): number | undefined {
  for (let taken = 0; taken <= 3; taken += 1) {
    for (const list of operandLists(taken)) {
      for (const given of [0, 1]) {
        const code = [1, 1, I32, ...list, ...instruction, ...repeated(given, 0x1a), END];
        if (WebAssembly.validate(moduleOf([code]) as Uint8Array<ArrayBuffer>)) return given - taken;
      }
    }
  }
  return undefined;
}

describe('the table of instructions', () => {
  const kinds: readonly (readonly [string, readonly number[], InstructionTable])[] = [
    ['plain', [], plainInstructions],
    ['bulk', [0xfc], bulkInstructions],
    ['vector', [0xfd], vectorInstructions],
  ];
  for (const [kind, prefix, table] of kinds) {
    it(`knows of each ${kind} one what stands behind it and what it leaves, as the engine does`, () => {
      let known = 0;
      for (const [opcode, immediate] of table.immediates.entries()) {
        const behind = immediateBytes[immediate];
        if (behind === undefined) continue;
        const instruction = [
          ...prefix,
          ...(prefix.length > 0 ? encodeUnsigned(opcode) : [opcode]),
          ...behind,
        ];
        expect([opcode, effectInEngine(instruction)]).toEqual([opcode, table.effects[opcode]]);
        known += 1;
      }
      expect(known).toBe({ plain: 170, bulk: 18, vector: 236 }[kind]);
    }, 120_000);
  }
});

describe('the figures of code', () => {
  it('add up local variables and operands at each instruction', () => {
    // Nothing, one, two, one of them are there before each.
    expect(figuresOf(0x41, 1, 0x41, 2, 0x6a, 0x1a)).toEqual({
      functions: 1,
      branches: 1,
      work: 0 + 1 + 2 + 1,
    });
    const parameters = [[0x60, 3, I32, I32, V128, 0]] as const;
    const bytes = moduleOf([body(5, 0x01)], parameters);
    // The function section has a type for it: the one with the parameters.
    bytes[bytes.indexOf(3, 20) + 3] = 0;
    expect(readOutline(bytes).code).toEqual({ functions: 1, branches: 1, work: 10 });
  });

  it('count each branch, each target of a table, and what is a call in machine code', () => {
    // block, br_table with three labels and the one that is left, end; memory.grow; memory.fill; the last end.
    expect(figuresOf(0x02, 0x40, 0x41, 0, 0x0e, 3, 0, 0, 0, 0, END).branches).toBe(1 + 4 + 1 + 1);
    expect(figuresOf(0x41, 0, 0x40, 0, 0x1a).branches).toBe(2);
    expect(figuresOf(0x41, 0, 0x41, 0, 0x41, 0, 0xfc, 11, 0).branches).toBe(2);
  });

  it('know that nothing is left above a block behind a branch out of it', () => {
    const before = [0x41, 0, 0x41, 0, 0x41, 0];
    // block, three operands, br 0, a drop of what is not there, end, then one instruction without an operand.
    const { work } = figuresOf(0x02, 0x40, ...before, 0x0c, 0, 0x1a, END, 0x01);
    expect(work).toBe(0 + 0 + 1 + 2 + 3 + 0 + 0 + 0 + 0);
  });

  it('know the operands that blocks and calls take and give', () => {
    const type = [0x60, 1, I32, 2, I32, I32];
    // i32.const, block (param i32) (result i32 i32), i32.const, end, drop, drop.
    const block = moduleOf([body(0, 0x41, 0, 0x02, 1, 0x41, 0, END, 0x1a, 0x1a)], [type]);
    expect(WebAssembly.validate(block as Uint8Array<ArrayBuffer>)).toBe(true);
    expect(readOutline(block).code.work).toBe(0 + 1 + 1 + 2 + 2 + 1 + 0);
    // i32.const, i32.const, call_indirect of that type, drop, drop.
    const call = moduleOf([body(0, 0x41, 0, 0x41, 0, 0x11, 1, 0, 0x1a, 0x1a)], [type]);
    expect(WebAssembly.validate(call as Uint8Array<ArrayBuffer>)).toBe(true);
    expect(readOutline(call).code.work).toBe(0 + 1 + 2 + 2 + 1 + 0);
  });
});

describe('code that is not read', () => {
  for (const [what, code, words] of [
    ['an instruction of the garbage collection proposal', [0xfb, 0x1c], 'not supported (0xfb)'],
    ['an atomic instruction', [0xfe, 0x03, 0], 'not supported (0xfe)'],
    ['a throw', [0x08, 0], 'not supported (0x8)'],
    ['a block that catches by tag', [0x1f, 0x40, 0, END], 'not supported (0x1f)'],
    ['a vector instruction of a later proposal', [0xfd, 0x80, 0x02], 'not supported (0x100)'],
    ['an access to another memory', [0x41, 0, 0x28, 0x42, 1, 0, 0x1a], 'an alignment that is not supported'],
    ['a reference of a later proposal', [0xd0, 0x6e, 0x1a], 'a reference type that is not supported (0x6e)'],
    [
      'a block with a type of a later proposal',
      [0x02, 0x63, 0x70, END],
      'a value type that is not supported',
    ],
    ['code without its end', [0x02, 0x40], 'code without its end'],
    ['code behind its end', [END, 0x01], 'ends elsewhere than it says'],
  ] as const) {
    it(`(${what}) is refused`, () => {
      expect(() => figuresOf(...code)).toThrow(words);
    });
  }
});

describe('the limits of code', () => {
  const cases: Readonly<Record<CodeLimitName, readonly [fits: () => Uint8Array, exceeds: () => Uint8Array]>> =
    {
      functions: [
        () => moduleOf(repeated(codeLimits.functions, 0).map(() => body(0))),
        () => moduleOf(repeated(codeLimits.functions + 1, 0).map(() => body(0))),
      ],
      types: [
        () =>
          moduleOf(
            [],
            repeated(codeLimits.types - 1, 0).map(() => [0x60, 0, 0]),
          ),
        () =>
          moduleOf(
            [],
            repeated(codeLimits.types, 0).map(() => [0x60, 0, 0]),
          ),
      ],
      parameters: [
        () => moduleOf([], [[0x60, ...encodeUnsigned(128), ...repeated(128, I32), 0]]),
        () => moduleOf([], [[0x60, 0, ...encodeUnsigned(129), ...repeated(129, I32)]]),
      ],
      locals: [() => moduleOf([body(4096)]), () => moduleOf([body(4097)])],
      bodyBytes: [
        () => moduleOf([[0, ...repeated(codeLimits.bodyBytes - 2, 0x01), END]]),
        () => moduleOf([[0, ...repeated(codeLimits.bodyBytes - 1, 0x01), END]]),
      ],
      loopDepth: [
        () => moduleOf([body(0, 0x02, 0x40, ...repeated(64, 0x03, 0x40), ...repeated(65, END))]),
        () => moduleOf([body(0, ...repeated(65, 0x03, 0x40), ...repeated(65, END))]),
      ],
      // Each is a block and its end, and there is the last end.
      branches: [
        () => moduleOf([body(0, ...repeated(8191, 0x03, 0x40, END))]),
        () => moduleOf([body(0, ...repeated(8192, 0x03, 0x40, END))]),
      ],
      work: [
        () => moduleOf([body(4096, ...repeated(2047, 0x01))]),
        () => moduleOf([body(4096, ...repeated(2048, 0x01))]),
      ],
      moduleBranches: [
        () => moduleOf(repeated(127, 0).map(() => body(0, ...repeated(8191, 0x03, 0x40, END)))),
        () => moduleOf(repeated(129, 0).map(() => body(0, ...repeated(8191, 0x03, 0x40, END)))),
      ],
      moduleWork: [
        () => moduleOf(repeated(32, 0).map(() => body(4096, ...repeated(2047, 0x01)))),
        () => moduleOf(repeated(33, 0).map(() => body(4096, ...repeated(2047, 0x01)))),
      ],
    };
  for (const [name, [fits, exceeds]] of Object.entries(cases)) {
    it(`has an end of ${name}, up to which code is read and above which it is named`, () => {
      expect(() => readOutline(fits())).not.toThrow();
      const error = excessOf(exceeds());
      const most = codeLimits[name as CodeLimitName];
      expect(error.excess).toMatchObject({ limit: name });
      expect(error.excess.value).toBeGreaterThan(most);
      expect(error.message).toContain(`at most ${most} are compiled; `);
    });
  }

  it('say which function it is, with the imported ones counted, and what to do', () => {
    expect(excessOf(moduleOf([body(0), body(49_990)])).message).toBe(
      '49990 local variables in function 1, at most 4096 are compiled; compile it with optimisation, which merges them, or with less inlining',
    );
  });

  it('are those of docs/code-limits.md', () => {
    const page = readFileSync(new URL('../../../../docs/code-limits.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| `(\w+)` \| (\d+) \|/gmu)].map(([, name, most]) => [
      name,
      Number(most),
    ]);
    expect(rows).toEqual(Object.entries(codeLimits));
  });
});
