import { readRepositoryFile } from '../support/repository.ts';

/** The shape of `packages/guest-sdk/spec/kanchi-abi.json`, as its README describes it. */
export interface AbiSpecification {
  readonly rules: readonly string[];
  readonly modules: readonly AbiModule[];
  readonly errors: readonly { readonly name: string; readonly number: number; readonly about: string }[];
  readonly constants: readonly {
    readonly group: string;
    readonly about: string;
    readonly values: readonly AbiValue[];
  }[];
  readonly records: readonly AbiRecord[];
  readonly limits: readonly AbiValue[];
  readonly exports: readonly { readonly name: string; readonly type: string }[];
}

interface AbiModule {
  readonly name: string;
  readonly page: string;
  readonly functions: readonly AbiFunction[];
}

interface AbiFunction {
  readonly name: string;
  readonly summary: string;
  readonly params: readonly { readonly name: string; readonly type: WasmType }[];
  readonly result: { readonly type: WasmType; readonly about: string };
  readonly blocks: 'no' | 'bus' | 'deadline';
  readonly errors: readonly string[];
}

interface AbiValue {
  readonly name: string;
  readonly value: number;
  readonly about: string;
}

interface AbiRecord {
  readonly name: string;
  readonly size: number;
  readonly alignment: number;
  readonly fields: readonly { readonly name: string; readonly offset: number; readonly type: string }[];
}

type WasmType = 'i32' | 'i64' | 'f64';

export const abi: AbiSpecification = JSON.parse(
  readRepositoryFile('packages/guest-sdk/spec/kanchi-abi.json'),
);

const letterOfType: Readonly<Record<WasmType, string>> = { i32: 'i', i64: 'I', f64: 'F' };

/** A function's WebAssembly type in the short form that host tables use, e.g. `(iiI)i`. */
function signatureOf(entry: AbiFunction): string {
  const parameters = entry.params.map(({ type }) => letterOfType[type]).join('');
  return `(${parameters})${letterOfType[entry.result.type]}`;
}

/** Every import as `module.function` with its short type. */
export function allSignatures(): Map<string, string> {
  return new Map(
    abi.modules.flatMap(({ name, functions }) =>
      functions.map((entry) => [`${name}.${entry.name}`, signatureOf(entry)] as const),
    ),
  );
}
