// attack: Imports kanchi_gpio.open with other parameters than it has, and calls it.
// group: modules
// runs: inline
// ends: trapped KANCHI_TRAP
// says: imported with type (IfF)I, the host's is (iii)i
import { assembleModule, op } from '../../support/assembled.ts';

export const module = assembleModule({
  imports: [{ module: 'kanchi_gpio', name: 'open', type: '(IfF)I' }],
  functions: [
    {
      exports: ['main'],
      type: '()i',
      body: (call) => [op.i64(-1n), op.f32Zero, op.f64Zero, call('kanchi_gpio.open'), op.drop, op.i32(0)],
    },
  ],
});
