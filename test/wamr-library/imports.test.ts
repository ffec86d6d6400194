import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileGuest } from 'kanchi/guest-build';
import { expect, it } from 'vitest';
import { importedFunctions } from '../abi/import-section.ts';

/** WAMR 2.4.3, the registration tables of its app framework (`$`, `*` and `~` are i32). */
const framework = {
  'env.wasm_close_connection': '(i)',
  'env.wasm_config_connection': '(iii)i',
  'env.wasm_create_timer': '(iii)i',
  'env.wasm_get_sys_tick_ms': '()i',
  'env.wasm_open_connection': '(iii)i',
  'env.wasm_post_request': '(ii)',
  'env.wasm_register_resource': '(i)',
  'env.wasm_response_send': '(ii)i',
  'env.wasm_send_on_connection': '(iii)i',
  'env.wasm_sensor_close': '(i)i',
  'env.wasm_sensor_config': '(iiii)i',
  'env.wasm_sensor_config_with_attr_container': '(iii)i',
  'env.wasm_sensor_open': '(ii)i',
  'env.wasm_sub_event': '(i)',
  'env.wasm_timer_cancel': '(i)',
  'env.wasm_timer_destroy': '(i)',
  'env.wasm_timer_restart': '(ii)',
};

it('the header imports the functions of the framework with the types that its hosts have', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kanchi-wamr-imports-'));
  try {
    const names = Object.keys(framework).map((name) => name.replace('env.', ''));
    const path = join(folder, 'all.c');
    writeFileSync(
      path,
      `#include <wamr/imports.h>
typedef void (*address)(void);
address const all[] = {${names.map((name) => `(address)${name}`).join(', ')}};
WAMR_EXPORT(on_init) void on_init(int index) { all[index](); }
`,
    );
    const output = join(folder, 'all.wasm');
    const outcome = await compileGuest({ sources: [path], output, libc: 'small', libraries: ['wamr'] });
    expect(outcome.diagnostics).toBe('');
    const imports = importedFunctions(readFileSync(output));
    expect(Object.fromEntries(imports)).toEqual(framework);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
