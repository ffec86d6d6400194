// attack: Exports on_event with wrong parameters, and a second one with a byte order mark in its name and the right ones.
// group: modules
// runs: inline
// ends: refused KANCHI_EXPORT_MISSING
// says: exports on_event with the type (II)
import { assembleModule, op } from '../../support/assembled.ts';

export const module = assembleModule({
  functions: [
    { exports: ['on_init'], type: '()i', body: () => [op.i32(0)] },
    { exports: ['on_event'], type: '(II)', body: () => [] },
    { exports: ['\ufeffon_event'], type: '(ii)', body: () => [] },
  ],
});
