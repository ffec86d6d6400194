// attack: Turns in its start function and never comes out of it.
// group: endless loops
// runs: worker
// ends: terminated KANCHI_TERMINATED
// says: its start function did not return within 200 ms
// limit: startMs 200
// for: 10000
import { assembleModule, op } from '../../support/assembled.ts';

export const module = assembleModule({
  functions: [
    { type: '()', body: () => [op.loop, op.branch(0), op.end] },
    { exports: ['main'], type: '()i', body: () => [op.i32(0)] },
  ],
  start: 0,
});
