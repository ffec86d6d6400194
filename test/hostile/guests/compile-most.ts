// attack: Has a function that costs as much to compile as one may: nested conditions around a thousand local variables.
// group: compiling
// runs: worker
// ends: completed 0
import { assembleModule, op } from '../../support/assembled.ts';

/** Two instructions at the beginning and one at the end of each, 1,000 local variables: below 8,388,608 together. */
const DEPTH = 2700;
const repeated = (instruction: readonly number[]): number[] =>
  Array.from({ length: DEPTH }, () => instruction).flat();

export const module = assembleModule({
  functions: [
    {
      exports: ['main'],
      type: '()i',
      locals: 1000,
      body: () => [repeated([...op.local(0), ...op.if]), repeated(op.end), op.i32(0)],
    },
  ],
});
