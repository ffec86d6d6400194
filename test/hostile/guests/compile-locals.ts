// attack: Is 150 KB that keep the compiler busy for minutes: 49,990 local variables and 50,000 loops.
// group: compiling
// runs: inline
// ends: refused KANCHI_MODULE_COMPLEX
// says: 49990 local variables in function 0, at most 4096 are compiled
import { assembleModule, op } from '../../support/assembled.ts';

const LOOPS = 50_000;

export const module = assembleModule({
  functions: [
    {
      exports: ['main'],
      type: '()i',
      locals: 49_990,
      body: () => [...Array.from({ length: LOOPS }, () => [...op.loop, ...op.end]), op.i32(0)],
    },
  ],
});
