// attack: Has no local variable, but thousands of operands below each of its loops.
// group: compiling
// runs: inline
// ends: refused KANCHI_MODULE_COMPLEX
// says: steps to compile function 0
import { assembleModule, op } from '../../support/assembled.ts';

const OPERANDS = 100_000;
const LOOPS = 8000;

export const module = assembleModule({
  functions: [
    {
      exports: ['main'],
      type: '()i',
      body: () => [
        Array.from({ length: OPERANDS }, () => op.i32(0)).flat(),
        Array.from({ length: LOOPS }, () => [...op.loop, ...op.end]).flat(),
        Array.from({ length: OPERANDS }, () => op.drop).flat(),
        op.i32(0),
      ],
    },
  ],
});
