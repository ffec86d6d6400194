// attack: Imports a thousand functions that there are not, and calls the last one.
// group: modules
// runs: inline
// ends: trapped KANCHI_TRAP
// says: nowhere.f999: failed to call unlinked import function (this host has no such import module)
import { assembleModule, op } from '../../support/assembled.ts';

export const module = assembleModule({
  imports: Array.from({ length: 1000 }, (_, index) => ({ module: 'nowhere', name: `f${index}`, type: '()' })),
  functions: [{ exports: ['main'], type: '()i', body: (call) => [call('nowhere.f999'), op.i32(0)] }],
});
