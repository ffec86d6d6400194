// attack: Is cut off in the middle of its code.
// group: modules
// runs: inline
// ends: refused KANCHI_MODULE_INVALID
// says: the file may be truncated
import { assembleModule, op } from '../../support/assembled.ts';

export const module = assembleModule({
  functions: [{ exports: ['main'], type: '()i', body: () => [op.i32(0)] }],
}).subarray(0, -3);
