// attack: Imports a global with a name of terminal commands that nobody gives.
// group: modules
// runs: inline
// ends: trapped KANCHI_TRAP
// says: it imports something that this host does not have
import { assembleModule, op } from '../../support/assembled.ts';

const small = assembleModule({
  functions: [{ exports: ['main'], type: '()i', body: () => [op.i32(0)] }],
});
const text = [...new TextEncoder().encode('\u001b[2J\n\u001b]0;x\u0007')];
/** Import section: one entry, module and name the same text, a mutable global (3) of type i32 (0x7f). */
const entry = [1, text.length, ...text, text.length, ...text, 3, 0x7f, 0];
/** The section stands behind the type section, which is first, after magic and version. */
const at = 8 + 2 + (small[9] ?? 0);

export const module = Uint8Array.from([
  ...small.subarray(0, at),
  2,
  entry.length,
  ...entry,
  ...small.subarray(at),
]);
