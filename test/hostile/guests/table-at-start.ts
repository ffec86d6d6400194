// attack: Wants a table of ten million elements from the start.
// group: memory
// runs: inline
// ends: refused KANCHI_MODULE_MEMORY
// says: its tables have 10000000 elements at start, its limit is 65536
import { assembleModule, op, unsigned } from '../../support/assembled.ts';

const FUNCTIONS = 0x70;

export const module = assembleModule({
  functions: [{ exports: ['main'], type: '()i', body: () => [op.i32(0)] }],
  tables: [[FUNCTIONS, 0, ...unsigned(10_000_000)]],
});
