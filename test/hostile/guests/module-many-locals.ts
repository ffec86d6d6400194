// attack: Calls itself with as many local variables as an engine takes in each frame.
// group: memory
// runs: worker
// ends: trapped KANCHI_TRAP
// says: stack overflow
import { assembleModule, op, unsigned } from '../../support/assembled.ts';

const small = assembleModule({
  functions: [{ exports: ['main'], type: '()i', body: () => [op.i32(0)] }],
});
const at = small.findIndex(
  (byte, index) => byte === 10 && small.length - index === 2 + (small[index + 1] ?? 0),
);
/** 50,000 variables of type i64 (0x7e): the most that the JavaScript API allows; then a call of itself. */
const body = [1, ...unsigned(50_000), 0x7e, 0x10, 0, 0x0b];

export const module = Uint8Array.from([
  ...small.subarray(0, at),
  10,
  body.length + 2,
  1,
  body.length,
  ...body,
]);
