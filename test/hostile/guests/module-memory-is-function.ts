// attack: Exports a function with the name of the memory.
// group: modules
// runs: inline
// ends: refused KANCHI_EXPORT_MISSING
// says: exports no "memory"
import { assembleModule, op } from '../../support/assembled.ts';

export const module = assembleModule({
  imports: [{ module: 'kanchi_log', name: 'write', type: '(iii)i' }],
  functions: [{ exports: ['main', 'memory'], type: '()i', body: () => [op.i32(0)] }],
  memory: null,
});
