// attack: Throws tags of 1,000 vectors, whose machine code no buffer of the compiler holds, which ended the process.
// group: exceptions
// runs: inline
// ends: refused KANCHI_MODULE_COMPLEX
// says: 1000 parameters or results in type 0, at most 128 are compiled
import { unsigned } from '../../support/assembled.ts';
import { moduleHead, moduleName, moduleSection } from '../../support/module-bytes.ts';

const V128 = 0x7b;
const PARAMETERS = 1000;
const vectors = Array.from({ length: PARAMETERS }, () => V128);
const values = Array.from({ length: PARAMETERS }, () => [0x20, 0]).flat();
/** try, a thousand vectors, throw, catch_all, end. */
const main = [1, 1, V128, 0x06, 0x40, ...values, 0x08, 0, 0x19, 0x0b, 0x0b];

export const module = Uint8Array.from([
  ...moduleHead,
  ...moduleSection(1, [2, 0x60, ...unsigned(PARAMETERS), ...vectors, 0, 0x60, 0, 0]),
  ...moduleSection(3, [1, 1]),
  ...moduleSection(5, [1, 0, 1]),
  ...moduleSection(13, [1, 0, 0]),
  ...moduleSection(7, [2, ...moduleName('main'), 0, 0, ...moduleName('memory'), 2, 0]),
  ...moduleSection(10, [1, ...unsigned(main.length), ...main]),
]);
