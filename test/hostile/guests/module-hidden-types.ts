// attack: Has types that a reader of one byte for each sees at other places than the engine: its import gets 64-bit numbers.
// group: modules
// runs: inline
// ends: refused KANCHI_MODULE_INVALID
// says: a value type that is not supported (0x63)
import { moduleHead, moduleName, moduleSection } from '../../support/module-bytes.ts';

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
  ...moduleHead,
  ...moduleSection(1, types),
  ...moduleSection(2, [1, ...moduleName('kanchi_log'), ...moduleName('write'), 0, 2]),
  ...moduleSection(3, [1, 1]),
  ...moduleSection(5, [1, 0, 1]),
  ...moduleSection(7, [2, ...moduleName('main'), 0, 1, ...moduleName('memory'), 2, 0]),
  ...moduleSection(10, [1, main.length, ...main]),
]);
