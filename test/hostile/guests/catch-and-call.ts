// attack: Catches everything that the host throws, without end, and goes on calling.
// group: exceptions
// runs: worker
// ends: trapped KANCHI_TRAP
// says: kanchi_log.write: out of bounds memory access
// for: 10000
import { assembleModule, op } from '../../support/assembled.ts';

export const module = assembleModule({
  imports: [{ module: 'kanchi_log', name: 'write', type: '(iii)i' }],
  functions: [
    {
      exports: ['main'],
      type: '()i',
      body: (call) => [
        op.loop,
        op.try,
        op.i32(2),
        op.i32(-16),
        op.i32(64),
        call('kanchi_log.write'),
        op.drop,
        op.catchAll,
        op.end,
        op.branch(0),
        op.end,
        op.i32(0),
      ],
    },
  ],
});
