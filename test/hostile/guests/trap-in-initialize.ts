// attack: Traps in _initialize.
// group: traps
// runs: inline
// ends: trapped KANCHI_TRAP
// says: unreachable
import { assembleModule, op } from '../../support/assembled.ts';

export const module = assembleModule({
  functions: [
    { exports: ['_initialize'], type: '()', body: () => [op.unreachable] },
    { exports: ['main'], type: '()i', body: () => [op.i32(0)] },
  ],
});
