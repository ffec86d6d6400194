import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CodeLimitError } from './code-limits.ts';
import { limitModule } from './limit-module.ts';
import { readOutline, type WasmOutline, wasmKind } from './wasm-binary.ts';
import { encodeUnsigned, MalformedError } from './wasm-reader.ts';

const HEAD = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
/** (import "kanchi_gpio" "write" (func (param i32 i64) (result f64))), assembled by hand. */
const text = (value: string): number[] => [...new TextEncoder().encode(value)];
const typeSection = [1, 7, 1, 0x60, 2, 0x7f, 0x7e, 1, 0x7c];
const importSection = [2, 21, 1, 11, ...text('kanchi_gpio'), 5, ...text('write'), 0, 0];
const IMPORTING = [...HEAD, ...typeSection, ...importSection];
const ownMemory = (...limits: number[]): Uint8Array =>
  new Uint8Array([...HEAD, 5, limits.length + 1, 1, ...limits]);

/** Undefined for bytes without an outline; every other fault fails the test. */
function outlineOrNone(bytes: readonly number[] | Uint8Array): WasmOutline | undefined {
  try {
    return readOutline(Uint8Array.from(bytes));
  } catch (error) {
    if (error instanceof MalformedError || error instanceof CodeLimitError) return undefined;
    throw error;
  }
}

const section = (id: number, ...content: readonly number[]): number[] => [
  id,
  ...encodeUnsigned(content.length),
  ...content,
];

describe('wasm binary outline', () => {
  it('tells modules, components and other files apart', () => {
    expect(wasmKind(new Uint8Array(HEAD))).toBe('module');
    expect(wasmKind(new Uint8Array([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]))).toBe('component');
    expect(wasmKind(new TextEncoder().encode('#include <stdio.h>'))).toBeUndefined();
    expect(wasmKind(new Uint8Array(HEAD.slice(0, 7)))).toBeUndefined();
  });

  it('reads the type of a function import', () => {
    expect(WebAssembly.validate(new Uint8Array(IMPORTING))).toBe(true);
    expect(readOutline(new Uint8Array(IMPORTING)).functionImports).toEqual(
      new Map([['kanchi_gpio.write', '(iI)F']]),
    );
  });

  it('reads memory limits and sets or lowers the maximum, which the engine then enforces', () => {
    for (const [limits, maximum] of [
      [[0, 1], 3],
      [[1, 1, 2], 2],
      [[1, 1, 0x80, 0x80, 0x04], 3],
    ] as const) {
      const bytes = ownMemory(...limits);
      const outline = readOutline(bytes);
      expect(outline.memories[0]).toMatchObject({
        imported: false,
        initialPages: 1,
        is64Bit: false,
        shared: false,
      });
      const exporting = [7, 10, 1, 6, ...new TextEncoder().encode('memory'), 2, 0];
      const limited = limitModule(bytes, outline, { pages: 3, elements: 0 });
      const { exports } = new WebAssembly.Instance(
        new WebAssembly.Module(new Uint8Array([...limited.bytes, ...exporting])),
      );
      const memory = exports['memory'] as WebAssembly.Memory;
      memory.grow(maximum - 1);
      expect(() => memory.grow(1)).toThrow(RangeError);
    }
  });

  it('gives no outline for a file that ends early, wherever it is cut', () => {
    for (let length = HEAD.length + 1; length < IMPORTING.length; length += 1) {
      const cut = new Uint8Array(IMPORTING.slice(0, length));
      // A cut between two sections leaves a shorter module that is whole; every other cut does not parse.
      expect(outlineOrNone(cut) === undefined || WebAssembly.validate(cut)).toBe(true);
    }
  });

  it('gives no outline for types whose values are on the heap of the engine', () => {
    for (const type of [
      [0x5e, 0x7e, 1],
      [0x5f, 1, 0x7e, 1],
      [0x4e, 1, 0x60, 0, 0],
    ]) {
      const bytes = new Uint8Array([...HEAD, 1, 4 + type.length, 2, 0x60, 0, 0, ...type]);
      expect(() => readOutline(bytes)).toThrow('a type that is no function type');
    }
  });

  it('gives no outline for more imports, functions or exports than an engine takes', () => {
    const many = section(2, ...encodeUnsigned(1_000_001));
    expect(() => readOutline(Uint8Array.from([...HEAD, ...many]))).toThrow('1000001 entries');
  });

  it('gives no outline for types of values that have parts, which a reader of one byte would take for the next type', () => {
    // (ref null ht) and (ref ht) of 3.0, as bytes: the type of one parameter, then what would be seen as its result and more types.
    for (const type of [0x63, 0x64, 0x6e, 0x6d, 0x69, 0x40, 0x00]) {
      const words = `a value type that is not supported (0x${type.toString(16)})`;
      const types = [1, 0x60, 1, type, 0x70, 0];
      expect(() => readOutline(Uint8Array.from([...HEAD, ...section(1, ...types)]))).toThrow(words);
      const imported = [1, 1, ...text('a'), 1, ...text('a'), 3, type, 0x70, 0];
      expect(() => readOutline(Uint8Array.from([...HEAD, ...section(2, ...imported)]))).toThrow(words);
      expect(() => readOutline(Uint8Array.from([...HEAD, ...section(6, 1, type, 0x70, 0, 0x0b)]))).toThrow(
        words,
      );
      const local = [...section(1, 1, 0x60, 0, 0), ...section(3, 1, 0)];
      const code = section(10, 1, 5, 1, 1, type, 0x70, 0x0b);
      expect(() => readOutline(Uint8Array.from([...HEAD, ...local, ...code]))).toThrow(words);
    }
    expect(() => readOutline(Uint8Array.from([...HEAD, ...section(4, 1, 0x63, 0x70, 0, 0)]))).toThrow(
      'a reference type that is not supported (0x63)',
    );
  });

  it('gives no outline where what was read ends elsewhere than the section', () => {
    for (const [id, ...content] of [
      [1, 1, 0x60, 0, 0, 0],
      [2, 0, 0],
      [3, 0, 0],
      [4, 1, 0x70, 0, 0, 0],
      [5, 1, 0, 1, 0],
      [6, 1, 0x7f, 0, 0x41, 0, 0x0b, 0],
      [7, 0, 0],
      [10, 0, 0],
    ] as const) {
      const bytes = [...HEAD, ...section(id, ...content)];
      expect(() => readOutline(Uint8Array.from(bytes))).toThrow(`section ${id} ends elsewhere than it says`);
      expect(outlineOrNone([...HEAD, ...section(id, ...content.slice(0, -1))])).toBeDefined();
    }
  });

  it('gives no outline for sections that are not known, nor for exceptions', () => {
    expect(() => readOutline(Uint8Array.from([...HEAD, ...section(13, 1, 0, 0)]))).toThrow('exceptions');
    expect(() => readOutline(Uint8Array.from([...HEAD, ...section(14, 0)]))).toThrow('section 14');
    const tag = [1, 1, ...text('a'), 1, ...text('b'), 4, 0, 0];
    expect(() => readOutline(Uint8Array.from([...HEAD, ...section(2, ...tag)]))).toThrow(
      'an import of a kind',
    );
  });

  it('never fails otherwise, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const outline = outlineOrNone([...HEAD, ...bytes]);
        expect(outline?.memories.every((memory) => memory.initialPages >= 0)).not.toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('has the imports with the types that the engine has, whatever is in the section of types', () => {
    const codes: Readonly<Record<string, number>> = { i: 0x7f, I: 0x7e, f: 0x7d, F: 0x7c };
    // Value types, those of later proposals, their heap types, and what begins a type or a group of them.
    const oneByte = fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(0x7f, 0x7e, 0x7d, 0x7c) },
      fc.constantFrom(0x7b, 0x70, 0x6f, 0x63, 0x64, 0x6e, 0x6b, 0x60, 0x4e, 0x50, 0x5e, 0x5f, 0, 1, 2),
    );
    const list = fc.array(oneByte, { maxLength: 4 }).map((types) => [types.length, ...types]);
    const type = fc.tuple(list, list).map(([taken, given]) => [0x60, ...taken, ...given]);
    const noise = fc.array(oneByte, { maxLength: 6 });
    let linked = 0;
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 6, arbitrary: type }, noise), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 0, max: 4 }),
        (types, used) => {
          const typesOf = section(1, types.length, ...types.flat());
          const imports = section(2, 1, 1, ...text('a'), 1, ...text('b'), 0, used);
          const bytes = Uint8Array.from([...HEAD, ...typesOf, ...imports]);
          const signature = outlineOrNone(bytes)?.functionImports.get('a.b');
          const isNamed = signature !== undefined && !signature.includes('?');
          if (!isNamed || !WebAssembly.validate(bytes)) return;
          const [taken = '', given = ''] = signature.slice(1).split(')');
          const bytesOf = (of: string): number[] => [of.length, ...Array.from(of, (one) => codes[one] ?? 0)];
          expect(taken + given).toMatch(/^[iIfF]*$/u);
          // A function of that very type, which an engine links to nothing else.
          const far = new WebAssembly.Instance(
            new WebAssembly.Module(
              Uint8Array.from([
                ...HEAD,
                ...section(1, 1, 0x60, ...bytesOf(taken), ...bytesOf(given)),
                ...section(3, 1, 0),
                ...section(7, 1, 1, ...text('b'), 0, 0),
                ...section(10, 1, 3, 0, 0, 0x0b),
              ]),
            ),
          );
          expect(
            () => new WebAssembly.Instance(new WebAssembly.Module(bytes), { a: far.exports }),
          ).not.toThrow();
          linked += 1;
        },
      ),
      { numRuns: 3000 },
    );
    expect(linked).toBeGreaterThan(300);
  });
});
