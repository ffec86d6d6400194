// attack: Wants a memory with 64-bit addresses.
// group: memory
// runs: inline
// ends: refused KANCHI_MODULE_MEMORY
// says: 64-bit memory is not supported
import { assembleModule, op } from '../../support/assembled.ts';

export const module = assembleModule({
  functions: [{ exports: ['main'], type: '()i', body: () => [op.i32(0)] }],
  memory: [4, 1],
});
