import { describe, expect, it } from 'vitest';
import type { RuntimeErrorCode } from '../error.ts';
import { type AssembledModule, assembleModule, op, unsigned } from './assemble-module.test-support.ts';
import { type LoadedModule, loadModule, MAX_IMPORTS } from './load-module.ts';

const options = { source: 'app.wasm', maximumPages: 4 };
const load = (module: AssembledModule): LoadedModule => loadModule(assembleModule(module), options);
const refused = (code: RuntimeErrorCode, words: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(words) });
const idle = (name: string, type = '()') => ({
  exports: [name],
  type,
  body: () => (type.endsWith(')') ? [] : type.endsWith('I') ? [op.i64(0n)] : [op.i32(0)]),
});

describe('the style of an app', () => {
  for (const [names, style, entry] of [
    [['main'], 'main', 'main'],
    [['_start', 'main'], 'main', '_start'],
    [['_main'], 'main', '_main'],
    [['on_init', 'on_event'], 'callback', 'on_init'],
    [['_on_init'], 'callback', '_on_init'],
    [['other', 'main'], 'main', 'main'],
  ] as const) {
    it(`with ${names.join(' and ')} is ${style}, entered at ${entry}`, () => {
      expect(load({ functions: names.map((name) => idle(name)) })).toMatchObject({ style, entry });
    });
  }

  it('must be one', () => {
    expect(() => load({ functions: [idle('on_init'), idle('_start')] })).toThrow(
      refused('KANCHI_STYLE_AMBIGUOUS', 'exports both on_init (callback style) and _start'),
    );
  });

  it('needs an export', () => {
    expect(() => load({ functions: [idle('mian')] })).toThrow(
      refused('KANCHI_EXPORT_MISSING', 'exports neither on_init (callback style) nor main or _start'),
    );
  });
});

describe('an export that the host calls', () => {
  for (const [entry, name, type, words] of [
    ['main', 'main', '(I)i', 'exports main with the type (I)i, the host calls it as ()i or (ii)i'],
    ['main', 'main', '()I', 'exports main with the type ()I'],
    ['_start', '_start', '()i', 'exports _start with the type ()i, the host calls it as ()'],
    ['on_init', 'on_event', '(II)', 'exports on_event with the type (II), the host calls it as (ii)'],
    ['_on_init', '_on_stop', '(i)', 'exports _on_stop with the type (i)'],
    ['main', '_initialize', '(i)', 'exports _initialize with the type (i)'],
  ] as const) {
    it(`as ${name}${type} is refused, since the call would fail`, () => {
      const functions = entry === name ? [idle(name, type)] : [idle(entry), idle(name, type)];
      expect(() => load({ functions })).toThrow(refused('KANCHI_EXPORT_MISSING', words));
    });
  }

  it('is only looked at under the names that the host calls', () => {
    expect(load({ functions: [idle('main'), idle('mine', '(I)i')] }).entry).toBe('main');
  });

  it('may have a name that every object of JavaScript has', () => {
    for (const name of [
      'constructor',
      '_constructor',
      'toString',
      'hasOwnProperty',
      '__proto__',
      '___proto__',
    ]) {
      expect(load({ functions: [idle('main'), idle(name)] }).entry).toBe('main');
    }
  });

  it('cannot hide its type behind a name that differs by a byte order mark', () => {
    expect(() => load({ functions: [idle('on_init', '()I'), idle('\ufeffon_init')] })).toThrow(
      refused('KANCHI_EXPORT_MISSING', 'exports on_init with the type ()I'),
    );
  });

  it('has the types of its own functions, also behind imported ones', () => {
    const functions = [idle('other', '(I)I'), idle('main', '()i')];
    const imports = [{ module: 'env', name: 'far', type: '(F)' }];
    expect(load({ imports, functions }).entry).toBe('main');
  });
});

describe('the memory of a module', () => {
  const withMemory = (memory: readonly number[], memoryImported: boolean) => () =>
    load({ functions: [idle('main')], memory, memoryImported });

  for (const memoryImported of [false, true]) {
    const kind = memoryImported ? 'imported' : 'own';
    it(`(${kind}) of 4 GiB is refused before anything is allocated`, () => {
      expect(withMemory([0, ...unsigned(65_536)], memoryImported)).toThrow(
        refused(
          'KANCHI_MODULE_MEMORY',
          'needs 65536 pages of memory (4294967296 bytes) at start, its limit is 4',
        ),
      );
    });

    it(`(${kind}) above its limit is refused, at its limit it is not`, () => {
      expect(withMemory([0, 5], memoryImported)).toThrow(
        refused('KANCHI_MODULE_MEMORY', 'limits.memoryPages'),
      );
      expect(withMemory([0, 4], memoryImported)().style).toBe('main');
    });

    it(`(${kind}) with 64-bit addresses or shared is refused`, () => {
      expect(withMemory([4, 1], memoryImported)).toThrow(refused('KANCHI_MODULE_MEMORY', '64-bit memory'));
      expect(withMemory([3, 1, 2], memoryImported)).toThrow(refused('KANCHI_MODULE_MEMORY', 'shared memory'));
    });
  }

  it('cannot grow above its limit, whatever maximum the module has', () => {
    for (const memory of [
      [0, 1],
      [1, 1, ...unsigned(65_536)],
    ]) {
      const { module } = load({ functions: [idle('main')], memory });
      const exported = new WebAssembly.Instance(module).exports['memory'] as WebAssembly.Memory;
      expect(exported.grow(3)).toBe(1);
      expect(() => exported.grow(1)).toThrow(RangeError);
    }
  });

  it('cannot be two, of which each would have the limit', () => {
    const two = [...assembleModule({ functions: [idle('main')] })];
    const at = two.findIndex((byte, index) => byte === 5 && two[index + 1] === 3 && two[index + 2] === 1);
    two.splice(at, 5, 5, 5, 2, 0, 1, 0, 1);
    expect(() => loadModule(Uint8Array.from(two), options)).toThrow(
      refused('KANCHI_MODULE_MEMORY', 'it has 2 memories, an app has one'),
    );
  });

  it('has a limit, or the module is refused: no part is passed over that the engine knows and the loader does not', () => {
    // A table with an initial value; engines that do not have those yet refuse it themselves.
    const tables = [[0x40, 0, 0x70, 0, 1, ...op.nullFunction, ...op.end]];
    expect(() => load({ functions: [idle('main')], tables })).toThrow(
      expect.objectContaining({ code: 'KANCHI_MODULE_INVALID' }),
    );
  });

  it('must be there for a module that calls the host', () => {
    const imports = [{ module: 'env', name: 'far', type: '()' }];
    expect(() => load({ imports, functions: [idle('main')], memory: null })).toThrow(
      refused('KANCHI_EXPORT_MISSING', 'exports no "memory"'),
    );
    expect(load({ functions: [idle('main')], memory: null }).entry).toBe('main');
  });
});

describe('the tables of a module', () => {
  const FUNCTIONS = 0x70;
  const EXTERNAL = 0x6f;
  /** Grows each table until it cannot, in steps; returns how many elements all have in the end, together. */
  const grown = (
    tables: readonly (readonly number[])[],
    maximumTableElements: number,
    step: number,
  ): number => {
    const body = tables.flatMap((_, table) => [
      op.loop,
      op.nullFunction,
      op.i32(step),
      op.tableGrow(table),
      op.i32(-1),
      op.notEqual32,
      op.branchIf(0),
      op.end,
    ]);
    const exports = tables.map((_, table) => ({ name: `table${table}`, table }));
    const bytes = assembleModule({
      functions: [{ exports: ['main'], type: '()', body: () => body }],
      tables,
      tableExports: exports.map(({ name }) => name),
    });
    const { module } = loadModule(bytes, { ...options, maximumTableElements });
    const instance = new WebAssembly.Instance(module);
    (instance.exports['main'] as () => void)();
    return exports.reduce((sum, { name }) => sum + (instance.exports[name] as WebAssembly.Table).length, 0);
  };

  it('grow to their limit together, whatever maximum they have', () => {
    expect(grown([[FUNCTIONS, 0, 2]], 100, 1)).toBe(100);
    expect(grown([[FUNCTIONS, 1, 2, ...unsigned(10_000_000)]], 100, 1)).toBe(100);
    expect(grown([[FUNCTIONS, 1, 2, 7]], 100, 1)).toBe(7);
    expect(
      grown(
        Array.from({ length: 3 }, () => [FUNCTIONS, 0, 2]),
        100,
        1,
      ),
    ).toBe(99);
  });

  it('are exported where the limit holds them down, by names that the module does not use, whatever else it exports', () => {
    const tables = [
      [FUNCTIONS, 0, 2],
      [FUNCTIONS, 1, 2, 7],
      [FUNCTIONS, 0, 2],
    ];
    const bytes = assembleModule({
      functions: [{ exports: ['main', 'other'], type: '()', body: () => [] }],
      tables,
      tableExports: ['kanchi.table.0'],
    });
    const loaded = loadModule(bytes, { ...options, maximumTableElements: 100 });
    // Two elements at start, and a third of what is left of 100 without the five of all three.
    expect(loaded.tables).toEqual([
      { index: 0, exportName: 'kanchi.table.0_', maximumElements: 33 },
      { index: 2, exportName: 'kanchi.table.2', maximumElements: 33 },
    ]);
    const { exports } = new WebAssembly.Instance(loaded.module);
    expect(Object.keys(exports)).toEqual([
      'main',
      'other',
      'memory',
      'kanchi.table.0',
      'kanchi.table.0_',
      'kanchi.table.2',
    ]);
    expect(exports['kanchi.table.0_']).toBe(exports['kanchi.table.0']);
    const last = exports['kanchi.table.2'] as WebAssembly.Table;
    expect(last.grow(31)).toBe(2);
    expect(() => last.grow(1)).toThrow(RangeError);
  });

  it('of ten million elements are refused by the growing, and by the loader at start', () => {
    expect(grown([[FUNCTIONS, 0, 1]], 65_536, 10_000_000)).toBe(1);
    expect(() =>
      load({ functions: [idle('main')], tables: [[EXTERNAL, 0, ...unsigned(10_000_000)]] }),
    ).toThrow(
      refused(
        'KANCHI_MODULE_MEMORY',
        'app.wasm: its tables have 10000000 elements at start, its limit is 65536; "limits.tableElements" can be raised to 1048576 at most',
      ),
    );
    const half = [FUNCTIONS, 0, ...unsigned(40_000)];
    expect(() => load({ functions: [idle('main')], tables: [half, half] })).toThrow(
      refused(
        'KANCHI_MODULE_MEMORY',
        'raise "limits.tableElements" in app.json: "limits": { "tableElements": 131072 }',
      ),
    );
  });
});

describe('a module with more code than may be compiled', () => {
  it('is refused with the figure, the limit and what to do, before anything of it is compiled', () => {
    const functions = [{ ...idle('main'), locals: 49_990 }];
    expect(() => load({ functions })).toThrow(
      refused(
        'KANCHI_MODULE_COMPLEX',
        'app.wasm: 49990 local variables in function 0, at most 4096 are compiled; compile it with optimisation',
      ),
    );
  });
});

describe('a module whose data would be on the heap of the engine', () => {
  it('is refused: no limit of the app holds there, and an array that does not fit ends the process', () => {
    // (type (func)) (type (array (mut i64))), garbage collection proposal; 0x4e is a group of types that name each other.
    for (const type of [
      [0x5e, 0x7e, 1],
      [0x4e, 1, 0x5e, 0x7e, 1],
      [0x5f, 1, 0x7e, 1],
    ]) {
      const types = [1, 4 + type.length, 2, 0x60, 0, 0, ...type];
      const rest = [3, 2, 1, 0, 7, 8, 1, 4, 0x6d, 0x61, 0x69, 0x6e, 0, 0, 10, 4, 1, 2, 0, 0x0b];
      const bytes = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...types, ...rest]);
      expect(() => loadModule(bytes, options)).toThrow(refused('KANCHI_MODULE_INVALID', 'app.wasm'));
    }
  });
});

describe('a file that is no module', () => {
  for (const [what, bytes, code, words] of [
    ['empty', [], 'KANCHI_MODULE_NOT_WASM', 'does not begin with'],
    [
      'text',
      [...new TextEncoder().encode('int main() {}')],
      'KANCHI_MODULE_NOT_WASM',
      'pass the compiled .wasm',
    ],
    ['the head of one', [0, 0x61, 0x73, 0x6d, 1, 0, 0], 'KANCHI_MODULE_NOT_WASM', 'does not begin with'],
    ['a component', [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0], 'KANCHI_MODULE_NOT_WASM', 'component'],
    ['another version', [0, 0x61, 0x73, 0x6d, 2, 0, 0, 0], 'KANCHI_MODULE_NOT_WASM', 'does not begin with'],
    ['no sections', [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], 'KANCHI_EXPORT_MISSING', 'main or _start'],
  ] as const) {
    it(`(${what}) is refused`, () => {
      expect(() => loadModule(Uint8Array.from(bytes), options)).toThrow(refused(code, words));
    });
  }

  it('is refused at every length that a whole module is cut to, unless it is whole without its last section', () => {
    const imports = [{ module: 'kanchi_log', name: 'write', type: '(iii)i' }];
    const functions = [idle('main')];
    const whole = assembleModule({ imports, functions, data: { 16: 'hello' } });
    const withoutData = assembleModule({ imports, functions }).length;
    const codes = new Set<unknown>();
    for (let length = 0; length < whole.length; length += 1) {
      try {
        loadModule(whole.subarray(0, length), options);
        expect(length).toBe(withoutData);
      } catch (error) {
        expect(length).not.toBe(withoutData);
        codes.add((error as { code?: unknown }).code);
      }
    }
    expect([...codes].map(String).toSorted((one, other) => one.localeCompare(other))).toEqual([
      'KANCHI_EXPORT_MISSING',
      'KANCHI_MODULE_INVALID',
      'KANCHI_MODULE_NOT_WASM',
    ]);
  });

  it('is refused when it has more tables than a call can have parameters', () => {
    const count = 300_000;
    const table = [0x70, 0, 0];
    const head = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 4];
    const entries = Array.from({ length: count }, () => table).flat();
    const bytes = Uint8Array.from([
      ...head,
      ...unsigned(unsigned(count).length + entries.length),
      ...unsigned(count),
    ]);
    const whole = new Uint8Array(bytes.length + entries.length);
    whole.set(bytes);
    whole.set(entries, bytes.length);
    expect(() => loadModule(whole, options)).toThrow(refused('KANCHI_MODULE_INVALID', 'app.wasm'));
  });

  it('is refused when it is larger or imports more than the limit', () => {
    expect(() => loadModule(new Uint8Array(5000), { ...options, maximumBytes: 4999 })).toThrow(
      refused(
        'KANCHI_MODULE_TOO_LARGE',
        'app.wasm: 5000 bytes, its limit is 4999; raise "limits.moduleBytes" in app.json: "limits": { "moduleBytes": 9998 }, or strip it (wasm-ld --strip-all)',
      ),
    );
    expect(() => loadModule(new Uint8Array(16_777_217), options)).toThrow(
      refused('KANCHI_MODULE_TOO_LARGE', 'its limit is 16777216'),
    );
    const imports = Array.from({ length: MAX_IMPORTS + 1 }, (_, index) => ({
      module: 'env',
      name: `far${index}`,
      type: '()',
    }));
    expect(() => load({ imports, functions: [idle('main')] })).toThrow(
      refused('KANCHI_MODULE_INVALID', `${MAX_IMPORTS + 1} imports`),
    );
  });
});
