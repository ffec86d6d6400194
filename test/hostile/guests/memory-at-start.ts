// attack: Wants all the memory there is from the start.
// group: memory
// runs: inline
// ends: refused KANCHI_MODULE_MEMORY
// says: needs 65536 pages of memory
import { assembleModule, op, unsigned } from '../../support/assembled.ts';

export const module = assembleModule({
  functions: [{ exports: ['main'], type: '()i', body: () => [op.i32(0)] }],
  memory: [0, ...unsigned(65_536)],
});
