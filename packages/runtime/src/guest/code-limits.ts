/**
 * What compiling a module may cost. An engine compiles each function whole before it runs, and nobody can interrupt it: V8's
 * baseline compiler goes through all local variables and operands at each branch. The figures that these values stand on are measured in
 * docs/code-limits.md.
 */
export const codeLimits = {
  /** Functions of the module's own, each of which costs the engine some 200 bytes before it runs. */
  functions: 100_000,
  /** Types: an engine keeps each of them for as long as the process lives. */
  types: 10_000,
  /** Parameters, and results, of one type. Compilers of the guests' languages make up to 28 parameters and one result. */
  parameters: 128,
  /** Local variables of one function, with its parameters. */
  locals: 4096,
  /** Bytes of one function's body. */
  bodyBytes: 524_288,
  /** Loops within loops of one function: the optimising compiler keeps all that changes in the innermost for each of them. */
  loopDepth: 64,
  /** Instructions of one function that branch or call, each target of a `br_table` for itself. */
  branches: 16_384,
  /** For each instruction of one function, the local variables and the operands at that place, all added up. */
  work: 8_388_608,
  /** The same two for all functions together. */
  moduleBranches: 2_097_152,
  moduleWork: 268_435_456,
} as const;

export type CodeLimitName = keyof typeof codeLimits;

/** Where a module has more than a limit lets be compiled. */
export interface CodeExcess {
  readonly limit: CodeLimitName;
  readonly value: number;
  /** Index of the function, imported ones counted (section 2.5.1), or of the type. */
  readonly index: number;
}

/** The module has more than its code may have; nothing of it was compiled. */
export class CodeLimitError extends Error {
  readonly excess: CodeExcess;

  constructor(excess: CodeExcess) {
    super(codeExcessText(excess));
    this.excess = excess;
  }
}

/** Throws CodeLimitError for more than the limit of that name. */
export function checkCodeLimit(limit: CodeLimitName, value: number, index: number): void {
  if (value > codeLimits[limit]) {
    throw new CodeLimitError({ limit, value, index });
  }
}

const SPLIT = 'split the function, or compile it with less inlining (in C: __attribute__((noinline)), -Os)';
const LESS = 'link less into it, or remove what is not used (wasm-ld --gc-sections, wasm-opt -Oz)';

const texts: Readonly<Record<CodeLimitName, (index: number) => readonly [what: string, advice: string]>> = {
  functions: () => ['functions', LESS],
  types: () => ['function types', LESS],
  parameters: (index) => [
    `parameters or results in type ${index}`,
    'pass them in memory: a pointer to a structure',
  ],
  locals: (index) => [
    `local variables in function ${index}`,
    'compile it with optimisation, which merges them, or with less inlining',
  ],
  bodyBytes: (index) => [`bytes of code in function ${index}`, SPLIT],
  loopDepth: (index) => [
    `loops within each other in function ${index}`,
    'take inner loops out into functions',
  ],
  branches: (index) => [`branches and calls in function ${index}`, SPLIT],
  work: (index) => [`steps to compile function ${index} (instructions times local variables)`, SPLIT],
  moduleBranches: () => ['branches and calls in all functions', LESS],
  moduleWork: () => ['steps to compile all functions (instructions times local variables)', LESS],
};

/** E.g. `49990 local variables in function 3, at most 4096 are compiled; compile it with ...`. */
function codeExcessText({ limit, value, index }: CodeExcess): string {
  const [what, advice] = texts[limit](index);
  return `${value} ${what}, at most ${codeLimits[limit]} are compiled; ${advice}`;
}
