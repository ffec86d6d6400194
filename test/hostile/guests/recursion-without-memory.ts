// attack: Calls itself without end and without using its memory, so that only the engine's stack is full.
// group: memory
// runs: worker
// ends: trapped KANCHI_TRAP
// says: stack overflow
import { assembleModule } from '../../support/assembled.ts';

const CALL_FUNCTION_0 = [0x10, 0];

export const module = assembleModule({
  functions: [{ exports: ['main'], type: '()i', body: () => [CALL_FUNCTION_0] }],
});
