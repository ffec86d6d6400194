import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limitModule, readOutline, wasmKind } from './wasm-binary.ts';

const HEAD = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
/** (import "kanchi_gpio" "write" (func (param i32 i64) (result f64))), assembled by hand. */
const text = (value: string): number[] => [...new TextEncoder().encode(value)];
const typeSection = [1, 7, 1, 0x60, 2, 0x7f, 0x7e, 1, 0x7c];
const importSection = [2, 21, 1, 11, ...text('kanchi_gpio'), 5, ...text('write'), 0, 0];
const IMPORTING = [...HEAD, ...typeSection, ...importSection];
const ownMemory = (...limits: number[]): Uint8Array =>
  new Uint8Array([...HEAD, 5, limits.length + 1, 1, ...limits]);

describe('wasm binary outline', () => {
  it('tells modules, components and other files apart', () => {
    expect(wasmKind(new Uint8Array(HEAD))).toBe('module');
    expect(wasmKind(new Uint8Array([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]))).toBe('component');
    expect(wasmKind(new TextEncoder().encode('#include <stdio.h>'))).toBeUndefined();
    expect(wasmKind(new Uint8Array(HEAD.slice(0, 7)))).toBeUndefined();
  });

  it('reads the type of a function import', () => {
    expect(WebAssembly.validate(new Uint8Array(IMPORTING))).toBe(true);
    expect(readOutline(new Uint8Array(IMPORTING))?.functionImports).toEqual(
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
      expect(outline?.memories[0]).toMatchObject({
        imported: false,
        initialPages: 1,
        is64Bit: false,
        shared: false,
      });
      const exporting = [7, 10, 1, 6, ...new TextEncoder().encode('memory'), 2, 0];
      const limited = limitModule(bytes, outline as NonNullable<typeof outline>, { pages: 3, elements: 0 });
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
      expect(readOutline(cut) === undefined || WebAssembly.validate(cut)).toBe(true);
    }
  });

  it('gives no outline for types whose values are on the heap of the engine', () => {
    for (const type of [
      [0x5e, 0x7e, 1],
      [0x5f, 1, 0x7e, 1],
      [0x4e, 1, 0x60, 0, 0],
    ]) {
      const bytes = new Uint8Array([...HEAD, 1, 4 + type.length, 2, 0x60, 0, 0, ...type]);
      expect(readOutline(bytes)).toBeUndefined();
    }
  });

  it('gives no outline for more types, imports, functions or exports than an engine takes', () => {
    // A million and one function types of three bytes: no parameters, no results.
    const count = [0xc1, 0x84, 0x3d];
    const size = 3 + 3 * 1_000_001;
    const bytes = new Uint8Array(HEAD.length + 5 + size);
    bytes.set([...HEAD, 1, 0xc6, 0x8d, 0xb7, 0x01, ...count]);
    expect(size).toBe(0x46 + 0x0d * 2 ** 7 + 0x37 * 2 ** 14 + 2 ** 21);
    for (let at = HEAD.length + 5 + 3; at < bytes.length; at += 3) bytes[at] = 0x60;
    expect(readOutline(bytes)).toBeUndefined();
    // One less is no matter of the outline.
    const less = bytes.slice(0, -3);
    less.set([...HEAD, 1, 0xc3, 0x8d, 0xb7, 0x01, 0xc0, 0x84, 0x3d]);
    expect(readOutline(less)).toBeDefined();
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const outline = readOutline(new Uint8Array([...HEAD, ...bytes]));
        expect(outline?.memories.every((memory) => memory.initialPages >= 0)).not.toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});
