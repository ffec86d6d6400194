// attack: Catches its own exit and goes on calling the host.
// group: exceptions
// runs: inline
// ends: completed 3
import { assembleModule, op } from '../../support/assembled.ts';

const MODE_OUTPUT_HIGH = 3;

export const module = assembleModule({
  imports: [
    { module: 'kanchi_gpio', name: 'open', type: '(iii)i' },
    { module: 'wasi_snapshot_preview1', name: 'proc_exit', type: '(i)' },
  ],
  functions: [
    {
      exports: ['main'],
      type: '()i',
      body: (call) => [
        op.try,
        op.i32(3),
        call('wasi_snapshot_preview1.proc_exit'),
        op.catchAll,
        op.end,
        op.try,
        op.i32(16),
        op.i32(4),
        op.i32(MODE_OUTPUT_HIGH),
        call('kanchi_gpio.open'),
        op.drop,
        op.catchAll,
        op.end,
        op.i32(0),
      ],
    },
  ],
  data: { 16: 'lamp' },
});
