// attack: Grows its table until it cannot, in steps of a thousand.
// group: memory
// runs: inline
// ends: completed 0
import { assembleModule, op } from '../../support/assembled.ts';

const FUNCTIONS = 0x70;

export const module = assembleModule({
  functions: [
    {
      exports: ['main'],
      type: '()i',
      body: () => [
        op.loop,
        op.nullFunction,
        op.i32(1000),
        op.tableGrow(0),
        op.i32(-1),
        op.notEqual32,
        op.branchIf(0),
        op.end,
        op.i32(0),
      ],
    },
  ],
  tables: [[FUNCTIONS, 0, 0]],
  tableExports: ['table'],
});
