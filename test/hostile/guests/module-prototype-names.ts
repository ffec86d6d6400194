// attack: Imports from modules named like parts of every JavaScript object, and calls one.
// group: modules
// runs: inline
// ends: trapped KANCHI_TRAP
// says: __proto__.constructor: failed to call unlinked import function
import { assembleModule, op } from '../../support/assembled.ts';

const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', 'then'];

export const module = assembleModule({
  imports: [...names, 'env', 'kanchi_gpio', 'wasi_snapshot_preview1'].flatMap((from) =>
    names.map((name) => ({ module: from, name, type: '()' })),
  ),
  functions: [{ exports: ['main'], type: '()i', body: (call) => [call('__proto__.constructor'), op.i32(0)] }],
});
