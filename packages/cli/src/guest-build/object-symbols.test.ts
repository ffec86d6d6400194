import { describe, expect, it } from 'vitest';
import { definedFunctions } from './object-symbols.ts';

/** A section with its size. All numbers here are below 128, so each is one byte. */
function section(id: number, ...content: readonly number[]): number[] {
  return [id, content.length, ...content];
}

function name(text: string): number[] {
  return [text.length, ...new TextEncoder().encode(text)];
}

const preamble = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** One defined function, two undefined ones (of which one has a name of its own), one data symbol. */
const symbols = [
  [0, 0, 3, ...name('main')],
  [0, 0x10, 0],
  [0, 0x50, 1, ...name('renamed')],
  [1, 0, ...name('table'), 0, 0, 4],
];
const linking = [...name('linking'), 2, ...section(8, symbols.length, ...symbols.flat())];
const object = Uint8Array.from([...preamble, ...section(1, 0), ...section(0, ...linking)]);

describe('the functions that an object file defines', () => {
  it('are the defined function symbols, not the undefined and not the data', () => {
    expect(definedFunctions(object)).toEqual(new Set(['main']));
  });

  it('are unknown for a file without a symbol table', () => {
    expect(definedFunctions(Uint8Array.from(preamble))).toBeUndefined();
    expect(definedFunctions(new Uint8Array())).toBeUndefined();
  });

  it('are unknown for a file that ends inside its symbol table', () => {
    for (let length = 0; length < object.length; length += 1) {
      expect([length, definedFunctions(object.subarray(0, length))]).toEqual([length, undefined]);
    }
  });

  it('never fail on a damaged file', () => {
    for (let at = 0; at < object.length; at += 1) {
      for (const value of [0, 1, 8, 0x40, 0x7f, 0x80, 0xff]) {
        const damaged = Uint8Array.from(object);
        damaged[at] = value;
        expect(definedFunctions(damaged)?.size ?? 0).toBeLessThanOrEqual(symbols.length + 1);
      }
    }
  });
});
