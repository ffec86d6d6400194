import { EDGES, LONG_EDGES } from './edges.ts';
import type { ManifestFile } from './granted.ts';
import type { HandleKind, HostFunctionModel, Role } from './host-function.ts';
import { hostFunctions } from './host-functions.ts';
import { type MemoryWrite, RandomMemory } from './random-memory.ts';
import type { RandomNumbers } from './random-numbers.ts';

/** Masks and values of registers, inside and beside the write masks of these tests' manifests. */
const BITS = [0x0f, 0xff, 0x0f00, 0xff00, 0xffff, 0x0001_0000, 0x0002_0000, -0x8000_0000, -0x7fff_ffff];

/** A parameter; what only shows while the app runs is found then. */
export type Parameter =
  | number
  | bigint
  /** A handle that the app has or had: see `findHandle`. */
  | { readonly handle: HandleKind; readonly pick: number }
  /** A pointer that the allocator gave. */
  | { readonly block: number }
  /** So much later than now, nanoseconds. */
  | { readonly afterNs: number };

/** One call of the app, after what it writes into its own memory; or something that the world does. */
export interface RandomCall {
  /** `module.function`, or `world.drive`, `world.send`, `world.pass`. */
  readonly name: string;
  readonly writes: readonly MemoryWrite[];
  readonly parameters: readonly Parameter[];
}

/** How often functions are called, beside each other. The ones that end an app end it before much was tried. */
const weights: readonly (readonly [pattern: RegExp, weight: number])[] = [
  [/^kanchi_.*\.(open|subscribe)$/u, 64],
  [/^kanchi_.*\.close$/u, 12],
  [/^kanchi_/u, 32],
  [/^env\.wasm_/u, 16],
  [/./u, 8],
];

function weighted(names: readonly string[]): string[] {
  return names.flatMap((name) => {
    const weight =
      hostFunctions[name]?.ends === true ? 1 : weights.find(([pattern]) => pattern.test(name))?.[1];
    return Array.from({ length: weight ?? 1 }, () => name);
  });
}

const everything = weighted(Object.keys(hostFunctions));
/** What belongs together: a run is mostly about one of them, so that what it opens is also used. */
const themes: readonly (readonly string[])[] = [
  ...['gpio', 'i2c', 'spi', 'uart', 'mmio', 'pwm', 'sensor', '(clock|event|log|random)'].map(
    (kind) => `^kanchi_${kind}\\.`,
  ),
  '^env\\.wasm_',
  '^env\\.(?!wasm_)',
  '^wasi_',
].map((pattern) =>
  weighted(Object.keys(hostFunctions).filter((name) => new RegExp(pattern, 'u').test(name))),
);
const worldActs = ['world.drive', 'world.send', 'world.pass'] as const;

/** A run of calls of an app with this manifest. */
export function randomCalls(numbers: RandomNumbers, count: number, manifest: ManifestFile): RandomCall[] {
  const granted = manifest.permissions.flatMap(
    ({ line, device, bus, port, window, channel, sensor }) =>
      line ?? device ?? bus ?? window ?? channel ?? sensor ?? port ?? [],
  );
  const own = [numbers.pick(themes), numbers.pick(themes)];
  return Array.from({ length: count }, () => {
    if (numbers.oneIn(24)) return worldAct(numbers);
    const names = numbers.oneIn(4) ? everything : numbers.pick(own);
    return randomCall(numbers, numbers.pick(names), granted);
  });
}

function worldAct(numbers: RandomNumbers): RandomCall {
  const name = numbers.pick(worldActs);
  return { name, writes: [], parameters: [numbers.below(2), numbers.below(2)] };
}

function randomCall(numbers: RandomNumbers, name: string, granted: readonly (string | number)[]): RandomCall {
  const model = hostFunctions[name] as HostFunctionModel;
  const memory = new RandomMemory(numbers, granted);
  const parameters = model.roles.map((role) => parameterOf(numbers, memory, role));
  return { name, writes: memory.writes, parameters };
}

/** An edge now and then, else what a working app could pass. */
function parameterOf(numbers: RandomNumbers, memory: RandomMemory, role: Role): Parameter {
  const [family = '', kind = ''] = role.split(':');
  switch (family) {
    case 'handle':
      return { handle: kind as HandleKind, pick: numbers.word() };
    case 'block':
      return { block: numbers.word() };
    case 'long':
      return numbers.oneIn(2) ? BigInt(numbers.below(100)) : numbers.pick(LONG_EDGES);
    case 'interval':
      return numbers.oneIn(8) ? numbers.pick(LONG_EDGES) : BigInt(numbers.between(1, 40)) * 500_000n;
    case 'duty':
      return numbers.oneIn(8)
        ? numbers.pick(LONG_EDGES)
        : BigInt(numbers.pick([0, 5_000, 9_999, 10_000, 30_000, 30_001, 40_000, 2_000_000]));
    case 'period':
      return numbers.oneIn(8)
        ? numbers.pick(LONG_EDGES)
        : BigInt(numbers.pick([39_999, 40_000, 1_000_000, 20_000_000, 20_000_001]));
    case 'deadline':
      return numbers.oneIn(12)
        ? numbers.pick(LONG_EDGES)
        : { afterNs: numbers.pick([0, -1, 1, 1000, 2_000_000, 20_000_000]) };
    case 'address':
      return numbers.oneIn(8)
        ? numbers.pick(EDGES)
        : numbers.pick([-1, -1, 0x50, 0x51, 0x76, 0x20, 0x30, 0x31]);
    case 'offset':
      return numbers.oneIn(16)
        ? numbers.pick(EDGES)
        : 4 * numbers.below(18) + numbers.pick([0, 0, 0, 1, 2, 3]);
    case 'mode':
      return numbers.oneIn(24)
        ? numbers.pick(EDGES)
        : numbers.pick([0, 0, 1, 2, 3]) + numbers.pick([0, 0, 0, 16, 128]);
    case 'edges':
      return numbers.oneIn(16) ? numbers.pick(EDGES) : numbers.between(1, 3);
    case 'descriptor':
      return numbers.oneIn(8) ? numbers.pick(EDGES) : numbers.below(4);
    case 'small':
      return numbers.oneIn(8) ? numbers.pick(EDGES) : numbers.below(numbers.pick([2, 4, 64, 300]));
    case 'number':
      return numbers.pick([numbers.word() | 0, numbers.pick(EDGES), numbers.pick(BITS), numbers.pick(BITS)]);
    default:
      return memory.parameter(role);
  }
}
