// attack: Takes five gigabytes in the compiler: 1,000 local variables and 400,000 loops.
// group: compiling
// runs: inline
// ends: refused KANCHI_MODULE_COMPLEX
// says: bytes of code in function 0, at most 524288 are compiled
import { assembleModule, op } from '../../support/assembled.ts';

const LOOPS = 400_000;

export const module = assembleModule({
  functions: [
    {
      exports: ['main'],
      type: '()i',
      locals: 1000,
      body: () => [...Array.from({ length: LOOPS }, () => [...op.loop, ...op.end]), op.i32(0)],
    },
  ],
});
