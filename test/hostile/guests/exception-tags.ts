// attack: Throws exceptions, each of which stays on the heap of its thread as long as it likes.
// group: exceptions
// runs: inline
// ends: refused KANCHI_MODULE_INVALID
// says: exceptions (a section of tags), which are not supported
import { unsigned } from '../../support/assembled.ts';

const HEAD = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
/** Behind the head of a module: a section of that number. */
const section = (id: number, content: readonly number[]): number[] => [
  id,
  ...unsigned(content.length),
  ...content,
];
const text = (value: string): number[] => [value.length, ...new TextEncoder().encode(value)];

const TAG_OF_TYPE_0 = [0, 0];

/** main calls itself in a block that catches the tag, and throws it at the end. */
const main = [0, 0x06, 0x40, 0x10, 0, 0x07, 0, 0x08, 0, 0x0b, 0x0b];

export const module = Uint8Array.from([
  ...HEAD,
  ...section(1, [1, 0x60, 0, 0]),
  ...section(3, [1, 0]),
  ...section(5, [1, 0, 1]),
  ...section(13, [1, ...TAG_OF_TYPE_0]),
  ...section(7, [2, ...text('main'), 0, 0, ...text('memory'), 2, 0]),
  ...section(10, [1, main.length, ...main]),
]);
