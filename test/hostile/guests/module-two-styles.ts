// attack: Has a main and callbacks, so that nobody knows which to start.
// group: modules
// runs: inline
// ends: refused KANCHI_STYLE_AMBIGUOUS
// says: exports both on_init (callback style) and main (main style)
import { assembleModule, op } from '../../support/assembled.ts';

export const module = assembleModule({
  functions: [{ exports: ['main', 'on_init'], type: '()i', body: () => [op.i32(0)] }],
});
