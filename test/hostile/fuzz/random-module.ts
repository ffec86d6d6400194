import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { assembleModule, op } from '#assemble-module';
import type { ManifestFile } from './granted.ts';
import { hostFunctions } from './host-functions.ts';
import { type Parameter, type RandomCall, randomCalls } from './random-call.ts';
import type { RandomNumbers } from './random-numbers.ts';

/** Exported functions that make a call, before the generator changes them. */
const READY_CALLS = 160;
/** Random bytes that a module is made of: some fifty functions more, and changes of the others. */
const INPUT_BYTES = 12_000;
/** Bytes of one write into memory that a ready call makes; more would only be longer. */
const MOST_WRITTEN_BYTES = 128;
/** What every supported Node has, and no imports that nobody could provide. */
const FEATURES = ['simd', 'bulk-memory', 'sign-ext', 'nontrapping-float-to-int', 'multivalue', 'tail-call'];

const entries = Object.entries(hostFunctions);
const require = createRequire(import.meta.url);
const wasmOpt = join(dirname(require.resolve('binaryen')), 'bin', 'wasm-opt');

/** A valid module that no compiler writes, with all of Kanchi's imports, which it calls often. Blocks for about half a second. */
export function randomModule(numbers: RandomNumbers, manifest: ManifestFile): Uint8Array<ArrayBuffer> {
  const folder = mkdtempSync(join(tmpdir(), 'kanchi-random-module-'));
  try {
    const file = (name: string): string => join(folder, name);
    writeFileSync(file('input'), Uint8Array.from(numbers.bytes(INPUT_BYTES)));
    writeFileSync(file('initial.wasm'), initialModule(numbers, manifest));
    execFileSync(
      process.execPath,
      [
        wasmOpt,
        '--translate-to-fuzz',
        file('input'),
        `--initial-fuzz=${file('initial.wasm')}`,
        // Else it would put functions of its own in the place of the imports.
        '--fuzz-preserve-imports-exports',
        ...FEATURES.map((feature) => `--enable-${feature}`),
        '-o',
        file('random.wasm'),
      ],
      // It says each time that it does no other work.
      { stdio: ['ignore', 'ignore', 'ignore'] },
    );
    return new Uint8Array(readFileSync(file('random.wasm')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * What the random code is added to: every import, and calls of them with parameters that make sense, whose parameters and
 * order the generator changes. Random code alone would hardly ever have a label or a list of operations at hand.
 */
function initialModule(numbers: RandomNumbers, manifest: ManifestFile): Uint8Array {
  const calls = randomCalls(numbers, READY_CALLS, manifest).filter(
    ({ name }) => hostFunctions[name] !== undefined && hostFunctions[name].ends !== true,
  );
  return assembleModule({
    imports: entries.map(([name, { type }]) => {
      const at = name.indexOf('.');
      return { module: name.slice(0, at), name: name.slice(at + 1), type };
    }),
    memory: [1, 2, 2],
    functions: [
      ...calls.map((call, index) => ({
        exports: [`ready_${index}`],
        type: `()${(hostFunctions[call.name]?.type ?? '').split(')')[1] ?? ''}`,
        body: (find: (name: string) => readonly number[]) => [
          ...stores(call),
          ...call.parameters.map((parameter) => constant(numbers, parameter)),
          find(call.name),
        ],
      })),
      { exports: ['main'], type: '()i', body: () => [op.i32(0)] },
    ],
  });
}

function stores({ writes }: RandomCall): number[][] {
  return writes.flatMap(({ at, bytes }) => {
    const written = Uint8Array.from(bytes.slice(0, MOST_WRITTEN_BYTES));
    const padded = new DataView(new ArrayBuffer(Math.ceil(written.length / 4) * 4));
    new Uint8Array(padded.buffer).set(written);
    return Array.from({ length: padded.byteLength / 4 }, (_, index) =>
      [op.i32(at + 4 * index), op.i32(padded.getInt32(4 * index, true)), op.store32].flat(),
    );
  });
}

/** What is only known while an app runs is guessed: one of the first handles, a time soon after the start. */
function constant(numbers: RandomNumbers, parameter: Parameter): readonly number[] {
  if (typeof parameter === 'bigint') return op.i64(parameter);
  if (typeof parameter === 'number') return op.i32(parameter);
  if ('afterNs' in parameter) return op.i64(BigInt(numbers.below(50_000_000)));
  if ('block' in parameter) return op.i32(0);
  return op.i32(parameter.handle === 'framework' ? numbers.below(4) : 256 + numbers.below(6));
}
