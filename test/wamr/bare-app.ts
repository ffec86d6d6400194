import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bme280 } from '@kanchi/sensor-framework/sim';
import { compileGuest } from 'kanchi/guest-build';
import { afterAll, beforeAll } from 'vitest';
import { type FrameworkRunOptions, runFrameworkApps } from '../support/run-framework-apps.ts';

/**
 * Apps that are written against the bare imports of WAMR's framework, as an existing app of another maker is: what they see
 * is compared with the reference, section by section.
 */

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kanchi-wamr-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const imports = `
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define IN(name) __attribute__((import_module("env"), import_name(#name)))
#define OUT(name) __attribute__((export_name(#name)))
IN(wasm_sensor_open) int wasm_sensor_open(const char *name, int instance);
IN(wasm_sensor_config) int wasm_sensor_config(int id, unsigned interval, int bit_cfg, int delay);
IN(wasm_sensor_config_with_attr_container) int wasm_sensor_config_with_attr_container(int id, const void *p, int n);
IN(wasm_sensor_close) int wasm_sensor_close(int id);
IN(wasm_create_timer) int wasm_create_timer(int ms, int periodic, int start);
IN(wasm_timer_destroy) void wasm_timer_destroy(int id);
IN(wasm_timer_cancel) void wasm_timer_cancel(int id);
IN(wasm_timer_restart) void wasm_timer_restart(int id, int ms);
IN(wasm_get_sys_tick_ms) unsigned wasm_get_sys_tick_ms(void);
IN(wasm_register_resource) void wasm_register_resource(const char *url);
IN(wasm_sub_event) void wasm_sub_event(const char *url);
IN(wasm_post_request) void wasm_post_request(const void *p, int n);
IN(wasm_response_send) int wasm_response_send(const void *p, int n);
static inline int request(uint8_t *at, int action, int mid, const char *url)
{
    int length = (int)strlen(url) + 1;
    memset(at, 0, 18);
    at[0] = 1; at[1] = (uint8_t)action; at[7] = (uint8_t)mid; at[13] = (uint8_t)length;
    memcpy(at + 18, url, (unsigned)length);
    return 18 + length;
}
`;

let built = 0;
export async function app(source: string): Promise<Uint8Array> {
  built += 1;
  const path = join(folder, `app-${built}.c`);
  writeFileSync(path, `${imports}\n${source}`);
  const output = join(folder, `app-${built}.wasm`);
  const { status, diagnostics } = await compileGuest({ sources: [path], output, libc: 'small' });
  if (status === 'failed') throw new Error(diagnostics);
  return readFileSync(output);
}

export const board = {
  i2c: { devices: { environment: { bus: 1, address: '0x76' } } },
  sensors: { air: { driver: 'bme280', device: 'environment' } },
};
export const air = [{ kind: 'sensor', sensor: 'air', channels: ['temperature'], maximumRateHz: 100 }];

export async function run(
  source: string,
  more: Partial<FrameworkRunOptions> & { permissions?: object[] } = {},
) {
  return runFrameworkApps({
    apps: [{ name: 'app', module: await app(source), permissions: more.permissions ?? [] }],
    board,
    seconds: 5.05,
    wire: (hardware, clock) => {
      hardware.attachI2cChip(1, 0x76, new Bme280({ clock, world: { temperatureC: 20 } }));
    },
    ...more,
  });
}
