// attack: Has types that a reader of one byte for each sees at other places than the engine: its import gets 64-bit numbers.
// group: modules
// runs: inline
// ends: refused KANCHI_MODULE_INVALID
// says: a value type that is not supported (0x63)
import { unsigned } from '../../support/assembled.ts';

const HEAD = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
/** Behind the head of a module: a section of that number. */
const section = (id: number, content: readonly number[]): number[] => [
  id,
  ...unsigned(content.length),
  ...content,
];
const text = (value: string): number[] => [value.length, ...new TextEncoder().encode(value)];

const I32 = 0x7f;
const I64 = 0x7e;
/** What the engine sees as type 2: three 64-bit numbers. */
const inGroup = [0x60, 0, 0, 0x60, 3, I64, I64, I64, 1, I32];
/** What the host would see as type 2: the type that kanchi_log.write has. Filled up to the 112 results that 0x70 is to it. */
const outside = [0x60, 3, I32, I32, I32, 1, I32];
const FILLER = 112 - 1 - 2 - inGroup.length - 3;
const filler = [0x60, FILLER, ...Array.from({ length: FILLER }, () => I32), 0];
const types = [3, 0x60, 1, 0x63, 0x70, 0, 0x4e, 4, ...inGroup, ...filler, 0x60, 0, 0, ...outside];
const main = [0, 0x42, 0, 0x42, 0, 0x42, 0, 0x10, 0, 0x1a, 0x0b];

export const module = Uint8Array.from([
  ...HEAD,
  ...section(1, types),
  ...section(2, [1, ...text('kanchi_log'), ...text('write'), 0, 2]),
  ...section(3, [1, 1]),
  ...section(5, [1, 0, 1]),
  ...section(7, [2, ...text('main'), 0, 1, ...text('memory'), 2, 0]),
  ...section(10, [1, main.length, ...main]),
]);
