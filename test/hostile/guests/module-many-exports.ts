// attack: Exports one function under twenty thousand names.
// group: modules
// runs: inline
// ends: completed 0
import { assembleModule, op } from '../../support/assembled.ts';

export const module = assembleModule({
  functions: [
    {
      exports: ['main', ...Array.from({ length: 20_000 }, (_, index) => `export${index}`)],
      type: '()i',
      body: () => [op.i32(0)],
    },
  ],
});
