// attack: Has a function with more local variables than an engine takes.
// group: modules
// runs: inline
// ends: refused KANCHI_MODULE_COMPLEX
// says: 4294967295 local variables in function 0, at most 4096 are compiled
import { assembleModule, op } from '../../support/assembled.ts';

const small = assembleModule({
  functions: [{ exports: ['main'], type: '()i', body: () => [op.i32(0)] }],
});
/** The code section (10) is last: one body that declares 2^32-1 variables of type i32. */
const at = small.findIndex(
  (byte, index) => byte === 10 && small.length - index === 2 + (small[index + 1] ?? 0),
);
const body = [1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x7f, 0x41, 0, 0x0b];

export const module = Uint8Array.from([
  ...small.subarray(0, at),
  10,
  body.length + 2,
  1,
  body.length,
  ...body,
]);
