// attack: Exports functions named like parts of every JavaScript object, and a promise's then.
// group: modules
// runs: inline
// ends: completed 7
import { assembleModule, op } from '../../support/assembled.ts';

export const module = assembleModule({
  functions: [
    {
      exports: ['main', '__proto__', 'constructor', 'then', 'toString', 'valueOf', 'hasOwnProperty', ''],
      type: '()i',
      body: () => [op.i32(7)],
    },
  ],
});
