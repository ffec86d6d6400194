// attack: Calls itself with as many local variables as are compiled in each frame.
// group: memory
// runs: worker
// ends: trapped KANCHI_TRAP
// says: stack overflow
import { assembleModule } from '../../support/assembled.ts';

const MOST_LOCALS = 4096;
const callItself = [0x10, 0];

export const module = assembleModule({
  functions: [{ exports: ['main'], type: '()i', locals: MOST_LOCALS, body: () => [callItself] }],
});
