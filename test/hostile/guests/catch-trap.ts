// attack: Catches the trap of a broken call and turns for ever, its lamp high.
// group: exceptions
// runs: worker
// ends: trapped KANCHI_TRAP
// says: kanchi_log.write: out of bounds memory access
// for: 10000
import { assembleModule, op } from '../../support/assembled.ts';

const MODE_OUTPUT_HIGH = 3;

export const module = assembleModule({
  imports: [
    { module: 'kanchi_gpio', name: 'open', type: '(iii)i' },
    { module: 'kanchi_log', name: 'write', type: '(iii)i' },
  ],
  functions: [
    {
      exports: ['main'],
      type: '()i',
      body: (call) => [
        op.i32(16),
        op.i32(4),
        op.i32(MODE_OUTPUT_HIGH),
        call('kanchi_gpio.open'),
        op.drop,
        op.try,
        op.i32(2),
        op.i32(-16),
        op.i32(64),
        call('kanchi_log.write'),
        op.drop,
        op.catchAll,
        op.end,
        op.loop,
        op.branch(0),
        op.end,
        op.i32(0),
      ],
    },
  ],
  data: { 16: 'lamp' },
});
