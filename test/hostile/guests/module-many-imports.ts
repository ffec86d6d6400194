// attack: Imports five thousand functions.
// group: modules
// runs: inline
// ends: refused KANCHI_MODULE_INVALID
// says: 5000 imports, at most 1024 are linked
import { assembleModule, op } from '../../support/assembled.ts';

export const module = assembleModule({
  imports: Array.from({ length: 5000 }, (_, index) => ({ module: 'env', name: `f${index}`, type: '()' })),
  functions: [{ exports: ['main'], type: '()i', body: () => [op.i32(0)] }],
});
