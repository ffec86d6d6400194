import { readdirSync, readFileSync } from 'node:fs';
import { repositoryRoot } from '../support/repository.ts';

/** Where the guests that attack are: one file each, in C or as bytes put together in TypeScript. */
export const GUEST_FOLDER = 'test/hostile/guests/';

/** How an attack must end: an app's exit, or a module that is not even loaded. */
export type AttackEnd = 'completed' | 'stopped' | 'failed' | 'trapped' | 'terminated' | 'refused';

/** One attacking guest with what is expected of it, as it stands in the comment that its file begins with. */
export interface Attack {
  readonly name: string;
  readonly file: string;
  /** One sentence for the table of README.md. */
  readonly about: string;
  readonly group: string;
  /** `inline`: on one thread in virtual time. `worker`: in a thread of its own in real time, for what must be ended from outside. */
  readonly runs: 'inline' | 'worker';
  readonly ends: AttackEnd;
  /** Exit code (a number) or error code that comes with it; undefined when the reason says all. */
  readonly code: string | undefined;
  /** Must be part of the exit's message. */
  readonly says: readonly string[];
  /** Must be part of a log line or a refusal. */
  readonly tells: readonly string[];
  /** Least value of a counter, e.g. `denials 3`. */
  readonly counts: Readonly<Record<string, number>>;
  /** "limits" of its manifest. */
  readonly limits: Readonly<Record<string, number>>;
  /** Whether the line `key` changes every 100 us, for what watches it (inline only). */
  readonly hasKeyStorm: boolean;
  /** Time after which it is asked to stop, milliseconds. */
  readonly forMs: number;
}

const ends: readonly string[] = [
  'completed',
  'stopped',
  'failed',
  'trapped',
  'terminated',
  'refused',
] satisfies AttackEnd[];

const DEFAULT_FOR_MS = 1000;

/** All of them, by name. Throws when the comment of a file does not say what is expected. */
export function attacks(): Attack[] {
  return readdirSync(repositoryRoot + GUEST_FOLDER)
    .filter((file) => /\.(?:c|ts)$/u.test(file))
    .sort()
    .map((file) => parseAttack(file, readFileSync(repositoryRoot + GUEST_FOLDER + file, 'utf8')));
}

/** Reads the lines `// key: value` of the file's head. `says`, `tells` and `counts` may come more than once. */
export function parseAttack(file: string, text: string): Attack {
  const head = text.split(/\n(?!\/\/)/u)[0] ?? '';
  const fields = new Map<string, string[]>();
  for (const [, key = '', value = ''] of head.matchAll(/^\/\/ ([a-z]+): (.*)$/gmu)) {
    fields.set(key, [...(fields.get(key) ?? []), value.trim()]);
  }
  const wrong = (what: string): Error => new Error(`${GUEST_FOLDER}${file}: ${what}`);
  const unknown = [...fields.keys()].filter((key) => !keys.includes(key));
  if (unknown.length > 0) throw wrong(`"${unknown.join('", "')}" is not known; there is ${keys.join(', ')}`);
  const one = (key: string): string => {
    const values = fields.get(key) ?? [];
    if (values.length !== 1) throw wrong(`needs one line "// ${key}: ..."`);
    return values[0] as string;
  };
  const [end = '', code] = one('ends').split(' ');
  const runs = one('runs');
  if (!ends.includes(end)) throw wrong(`cannot end as "${end}"`);
  if (runs !== 'inline' && runs !== 'worker') throw wrong(`runs inline or worker, not "${runs}"`);
  const numbers = (values: readonly string[] = []): Record<string, number> =>
    Object.fromEntries(
      values.map((entry) => {
        const { name, number } = /^(?<name>\w+) (?<number>\d+)$/u.exec(entry)?.groups ?? {};
        if (name === undefined) throw wrong(`"${entry}" is not a name and a number`);
        return [name, Number(number)] as const;
      }),
    );
  const [forMs] = fields.get('for') ?? [];
  return {
    name: file.replace(/\.\w+$/u, ''),
    file,
    about: one('attack'),
    group: one('group'),
    runs,
    ends: end as AttackEnd,
    code,
    says: fields.get('says') ?? [],
    tells: fields.get('tells') ?? [],
    counts: numbers(fields.get('counts')),
    limits: numbers(fields.get('limit')),
    hasKeyStorm: fields.get('world')?.[0] === 'key-storm',
    forMs: forMs === undefined ? DEFAULT_FOR_MS : Number(forMs),
  };
}

const keys = [
  'kanchi-build',
  'attack',
  'group',
  'runs',
  'ends',
  'says',
  'tells',
  'counts',
  'limit',
  'world',
  'for',
];

/** The module: what `kanchi build test/hostile` made of a C file, or what a TypeScript file exports as `module`. */
export async function moduleOfAttack({ name, file }: Attack): Promise<Uint8Array> {
  if (file.endsWith('.c')) return builtModule(`${GUEST_FOLDER}build/${name}.wasm`);
  const { module } = (await import(`./guests/${name}.ts`)) as { readonly module: Uint8Array };
  return module;
}

export const builtModule = (path: string): Uint8Array => readFileSync(repositoryRoot + path);
