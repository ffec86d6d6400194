// attack: Exports main twice.
// group: modules
// runs: inline
// ends: refused KANCHI_MODULE_INVALID
// says: Duplicate export name
import { assembleModule, op } from '../../support/assembled.ts';

export const module = assembleModule({
  functions: [
    { exports: ['main'], type: '()i', body: () => [op.i32(0)] },
    { exports: ['main'], type: '()i', body: () => [op.i32(1)] },
  ],
});
