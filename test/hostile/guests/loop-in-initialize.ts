// attack: Turns in _initialize and never comes out of it.
// group: endless loops
// runs: worker
// ends: terminated KANCHI_TERMINATED
// says: _initialize did not return within 200 ms
// limit: startMs 200
// for: 10000
import { assembleModule, op } from '../../support/assembled.ts';

export const module = assembleModule({
  functions: [
    { exports: ['_initialize'], type: '()', body: () => [op.loop, op.branch(0), op.end] },
    { exports: ['on_init'], type: '()i', body: () => [op.i32(0)] },
  ],
});
