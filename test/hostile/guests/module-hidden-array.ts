// attack: Hides a type of arrays behind a reference type of two parts, and fills the heap of its thread with arrays.
// group: modules
// runs: inline
// ends: refused KANCHI_MODULE_INVALID
// says: a value type that is not supported (0x63)
import { moduleHead, moduleName, moduleSection } from '../../support/module-bytes.ts';

/** (param (ref null func)); then a group of four types, the third of which is an array: read byte for byte, all are parameters. */
const parameter = [0x60, 1, 0x63, 0x70, 0];
const hidden = [0x60, 0, 0, 0x5e, 0x6e, 1, 0x60, 100, ...Array.from({ length: 100 }, () => 0x7f), 0];
const types = [2, ...parameter, 0x4e, 4, ...hidden, 0x60, 0, 0];
/** A loop that makes arrays of a million elements, each with the one before in it. */
const makeArray = [0x20, 0, 0x41, 0xc0, 0x84, 0x3d, 0xfb, 6, 2, 0x21, 0];
const main = [1, 1, 0x6e, 0x03, 0x40, ...makeArray, 0x0c, 0, 0x0b, 0x0b];

export const module = Uint8Array.from([
  ...moduleHead,
  ...moduleSection(1, types),
  ...moduleSection(3, [1, 1]),
  ...moduleSection(5, [1, 0, 1]),
  ...moduleSection(7, [2, ...moduleName('main'), 0, 0, ...moduleName('memory'), 2, 0]),
  ...moduleSection(10, [1, main.length, ...main]),
]);
