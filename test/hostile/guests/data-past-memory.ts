// attack: Has data that lie behind the end of its memory.
// group: memory
// runs: inline
// ends: trapped KANCHI_TRAP
// says: data segment
import { assembleModule, op } from '../../support/assembled.ts';

export const module = assembleModule({
  functions: [{ exports: ['main'], type: '()i', body: () => [op.i32(0)] }],
  data: { 65530: 'longer than six' },
});
