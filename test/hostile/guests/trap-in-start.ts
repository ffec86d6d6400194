// attack: Its start function traps.
// group: traps
// runs: inline
// ends: trapped KANCHI_TRAP
// says: unreachable
import { assembleModule, op } from '../../support/assembled.ts';

export const module = assembleModule({
  functions: [
    { type: '()', body: () => [op.unreachable] },
    { exports: ['main'], type: '()i', body: () => [op.i32(0)] },
  ],
  start: 0,
});
