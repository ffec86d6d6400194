// attack: Nests conditions 3,000 deep around 4,000 local variables, all of which the compiler keeps at each of them.
// group: compiling
// runs: inline
// ends: refused KANCHI_MODULE_COMPLEX
// says: steps to compile function 0
import { assembleModule, op } from '../../support/assembled.ts';

const DEPTH = 3000;
const repeated = (instruction: readonly number[]): number[] =>
  Array.from({ length: DEPTH }, () => instruction).flat();

export const module = assembleModule({
  functions: [
    {
      exports: ['main'],
      type: '()i',
      locals: 4000,
      body: () => [repeated([...op.local(0), ...op.if]), repeated(op.end), op.i32(0)],
    },
  ],
});
