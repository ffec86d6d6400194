// attack: Wants a memory that other threads share.
// group: modules
// runs: inline
// ends: refused KANCHI_MODULE_MEMORY
// says: shared memory is not supported
import { assembleModule, op } from '../../support/assembled.ts';

export const module = assembleModule({
  functions: [{ exports: ['main'], type: '()i', body: () => [op.i32(0)] }],
  memory: [3, 1, 1],
});
