// attack: Imports a table that nobody gives.
// group: modules
// runs: inline
// ends: trapped KANCHI_TRAP
// says: it imports something that this host does not have
import { assembleModule, op } from '../../support/assembled.ts';

const small = assembleModule({
  functions: [{ exports: ['main'], type: '()i', body: () => [op.i32(0)] }],
});
/** Import section: one entry, env.t, a table (1) of functions (0x70) without a maximum. */
const entry = [1, 3, 0x65, 0x6e, 0x76, 1, 0x74, 1, 0x70, 0, 1];
const at = 8 + 2 + (small[9] ?? 0);

export const module = Uint8Array.from([
  ...small.subarray(0, at),
  2,
  entry.length,
  ...entry,
  ...small.subarray(at),
]);
