// attack: Imports a function with a name of 64 KiB of terminal commands, and calls it.
// group: modules
// runs: inline
// ends: trapped KANCHI_TRAP
// says: failed to call unlinked import function
import { assembleModule, op } from '../../support/assembled.ts';

const name = '\u001b[2J\n'.repeat(13_000);

export const module = assembleModule({
  imports: [{ module: 'env', name, type: '()' }],
  functions: [{ exports: ['main'], type: '()i', body: (call) => [call(`env.${name}`), op.i32(0)] }],
});
