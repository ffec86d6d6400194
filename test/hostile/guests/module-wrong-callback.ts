// attack: Exports on_event with parameters that the host does not pass.
// group: modules
// runs: inline
// ends: refused KANCHI_EXPORT_MISSING
// says: exports on_event with the type (IIfF)I
import { assembleModule, op } from '../../support/assembled.ts';

export const module = assembleModule({
  functions: [
    { exports: ['on_init'], type: '()i', body: () => [op.i32(0)] },
    { exports: ['on_event'], type: '(IIfF)I', body: () => [op.i64(0n)] },
  ],
});
