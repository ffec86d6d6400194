// attack: Has two memories, so that the host would look into the wrong one.
// group: modules
// runs: inline
// ends: refused KANCHI_MODULE_MEMORY
// says: it has 2 memories, an app has one
import { assembleModule, op } from '../../support/assembled.ts';

const small = [
  ...assembleModule({ functions: [{ exports: ['main'], type: '()i', body: () => [op.i32(0)] }] }),
];
const at = small.findIndex((byte, index) => byte === 5 && small[index + 1] === 3 && small[index + 2] === 1);
small.splice(at, 5, 5, 5, 2, 0, 1, 0, 1);

export const module = Uint8Array.from(small);
