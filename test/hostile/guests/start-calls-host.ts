// attack: Calls the host from its start function, before the host knows its memory.
// group: traps
// runs: inline
// ends: trapped KANCHI_TRAP
// says: called before the module has started, so its memory is out of reach
import { assembleModule, op } from '../../support/assembled.ts';

export const module = assembleModule({
  imports: [{ module: 'kanchi_gpio', name: 'open', type: '(iii)i' }],
  functions: [
    {
      type: '()',
      body: (call) => [op.i32(16), op.i32(4), op.i32(3), call('kanchi_gpio.open'), op.drop],
    },
    { exports: ['main'], type: '()i', body: () => [op.i32(0)] },
  ],
  start: 0,
  data: { 16: 'lamp' },
});
