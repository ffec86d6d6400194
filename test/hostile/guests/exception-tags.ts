// attack: Throws exceptions, each of which stays on the heap of its thread as long as it likes.
// group: exceptions
// runs: inline
// ends: refused KANCHI_MODULE_INVALID
// says: exceptions (a section of tags), which are not supported
import { moduleHead, moduleName, moduleSection } from '../../support/module-bytes.ts';

const TAG_OF_TYPE_0 = [0, 0];

/** main calls itself in a block that catches the tag, and throws it at the end. */
const main = [0, 0x06, 0x40, 0x10, 0, 0x07, 0, 0x08, 0, 0x0b, 0x0b];

export const module = Uint8Array.from([
  ...moduleHead,
  ...moduleSection(1, [1, 0x60, 0, 0]),
  ...moduleSection(3, [1, 0]),
  ...moduleSection(5, [1, 0, 1]),
  ...moduleSection(13, [1, ...TAG_OF_TYPE_0]),
  ...moduleSection(7, [2, ...moduleName('main'), 0, 0, ...moduleName('memory'), 2, 0]),
  ...moduleSection(10, [1, main.length, ...main]),
]);
