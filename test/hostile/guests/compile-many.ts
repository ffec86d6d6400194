// attack: Calls thirty functions each of which takes nearly as long to compile as one may, and is ended between two of them.
// group: compiling
// runs: worker
// ends: terminated KANCHI_TERMINATED
// says: ran for 200 ms
// limit: callbackMs 200
import { assembleModule, op } from '../../support/assembled.ts';

const DEPTH = 1800;
const FUNCTIONS = 30;
const repeated = (instruction: readonly number[]): number[] =>
  Array.from({ length: DEPTH }, () => instruction).flat();
const costly = [...repeated([...op.local(0), ...op.if]), ...repeated(op.end)];

export const module = assembleModule({
  functions: [
    {
      exports: ['main'],
      type: '()i',
      body: () => [Array.from({ length: FUNCTIONS }, (_, index) => [0x10, index + 1]).flat(), op.i32(0)],
    },
    ...Array.from({ length: FUNCTIONS }, () => ({ type: '()', locals: 1500, body: () => [costly] })),
  ],
});
