import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileGuest } from 'kanchi/guest-build';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRepositoryFile } from '../support/repository.ts';
import { abi, allSignatures } from './abi-specification.ts';
import { importedFunctions } from './import-section.ts';

const header = ['kanchi-abi.h', 'kanchi-abi-pwm.h', 'kanchi-abi-sensor.h']
  .map((name) => readRepositoryFile(`packages/guest-sdk/c/${name}`))
  .join('');
const smallLibc = readRepositoryFile('packages/guest-sdk/c/small-libc.symbols').trim().split('\n');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kanchi-header-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Compiles a source text; gives the module, or what the compiler said. */
async function compile(fileName: string, source: string, libc: 'none' | 'small' = 'none') {
  const path = join(folder, fileName);
  writeFileSync(path, source);
  const output = join(folder, `${fileName}.wasm`);
  const outcome = await compileGuest({ sources: [path], output, libc });
  return {
    diagnostics: outcome.diagnostics,
    module: outcome.status === 'failed' ? undefined : readFileSync(output),
  };
}

/** A C file whose module imports each of these functions, by their addresses. */
function importing(include: string, names: readonly string[]): string {
  const addresses = names.map((name) => `    (address)${name},`).join('\n');
  return `#include <${include}>
typedef void (*address)(void);
address const all[] = {
${addresses}
};
__attribute__((export_name("on_init"))) int on_init(int index)
{
    all[index]();
    return 0;
}
`;
}

/** What C calls each named number of the specification. */
function namedNumbers(): Map<string, number> {
  return new Map([
    ...abi.errors.map(({ name, number }) => [`KANCHI_ERROR_${upper(name)}`, number] as const),
    ...abi.limits.map(({ name, value }) => [`KANCHI_MAX_${name}`, value] as const),
    ...abi.constants.flatMap(({ values }) =>
      values.map(({ name, value }) => [`KANCHI_${name}`, value] as const),
    ),
  ]);
}

const upper = (name: string): string => name.replaceAll('-', '_').toUpperCase();

describe('the C header', () => {
  it('imports every function of the specification with its WebAssembly type, and no other', async () => {
    const names = abi.modules.flatMap(({ name, functions }) =>
      functions.map((entry) => `${name}_${entry.name}`),
    );
    const { module, diagnostics } = await compile('imports.c', importing('kanchi.h', names));
    expect(diagnostics).toBe('');
    expect(importedFunctions(module ?? new Uint8Array())).toEqual(allSignatures());
    const declared = [...header.matchAll(/^KANCHI_IMPORT\((?<module>\w+), (?<name>\w+)\)/gmu)];
    const inHeader = declared.map(({ groups }) => `${groups?.['module']}.${groups?.['name']}`);
    expect(inHeader.sort()).toEqual([...allSignatures().keys()].sort());
  });

  it('has every constant, error and limit of the specification, and no other', async () => {
    const numbers = namedNumbers();
    const asserts = [...numbers].map(([name, value]) => `_Static_assert(${name} == ${value}, "${name}");`);
    const source = `#include <kanchi.h>\n${asserts.join('\n')}\nint main(void) { return 0; }\n`;
    expect((await compile('numbers.c', source)).diagnostics).toBe('');
    const defined = [...header.matchAll(/^#define (?<name>KANCHI_\w+) +\(?(?:-|0x)?\d/gmu)];
    expect(defined.map(({ groups }) => groups?.['name'] ?? '').sort()).toEqual([...numbers.keys()].sort());
  });

  it('lays its structures out as the specification says', async () => {
    const asserts = abi.records.flatMap(({ name, size, alignment, fields }) => [
      `_Static_assert(sizeof(kanchi_${name}) == ${size}, "${name}");`,
      `_Static_assert(_Alignof(kanchi_${name}) == ${alignment}, "${name}");`,
      ...fields.map(
        (field) =>
          `_Static_assert(offsetof(kanchi_${name}, ${field.name}) == ${field.offset}, "${name}.${field.name}");`,
      ),
    ]);
    const source = `#include <kanchi.h>\n${asserts.join('\n')}\nint main(void) { return 0; }\n`;
    expect((await compile('records.c', source)).diagnostics).toBe('');
  });

  it('is seen to differ when it does', async () => {
    const source =
      '#include <kanchi.h>\n_Static_assert(KANCHI_ERROR_DENIED == -2, "x");\nint main(void) { return 0; }\n';
    const { module, diagnostics } = await compile('differs.c', source);
    expect(module).toBeUndefined();
    expect(diagnostics).toContain('differs.c:2');
  });

  it('compiles as C++ without a warning', async () => {
    const source = `#include <kanchi.h>
KANCHI_EXPORT(on_init) int32_t on_init()
{
    const uint8_t address = 0xd0;
    uint8_t id = 0;
    kanchi_i2c_operation operations[] = {kanchi_i2c_writing(&address, 1), kanchi_i2c_reading(&id, 1)};
    int32_t device = kanchi_i2c_open(KANCHI_LABEL("environment"));
    return kanchi_i2c_transaction(device, KANCHI_I2C_DEVICE, operations, 2);
}
`;
    const { module, diagnostics } = await compile('plus.cpp', source);
    expect(diagnostics).toBe('');
    expect([...importedFunctions(module ?? new Uint8Array()).keys()].sort()).toEqual([
      'kanchi_i2c.open',
      'kanchi_i2c.transaction',
    ]);
  });
});

describe('the header of the small libc', () => {
  it('imports the 52 functions from env with the types that the host has', async () => {
    const prefixed = new Set(['abort', 'clock', 'clock_gettime']);
    const names = smallLibc.map((name) =>
      prefixed.has(name) ? `small_libc_${name}` : name.replace(/^__(?=cxa)/u, 'small_libc_'),
    );
    const { module, diagnostics } = await compile('libc.c', importing('small-libc.h', names), 'small');
    expect(diagnostics).toBe('');
    const imports = importedFunctions(module ?? new Uint8Array());
    expect([...imports.keys()].sort()).toEqual(smallLibc.map((name) => `env.${name}`).sort());
    expect(imports.size).toBe(52);
    expect(imports.get('env.clock')).toBe('()I');
    expect(imports.get('env.clock_gettime')).toBe('(ii)i');
    expect(imports.get('env.vsnprintf')).toBe('(iiii)i');
    expect(imports.get('env.__cxa_throw')).toBe('(iii)');
  });
});
