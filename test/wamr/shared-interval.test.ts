import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bme280 } from '@kanchi/sensor-framework/sim';
import { compileGuest } from 'kanchi/guest-build';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FrameworkAppFile, runFrameworkApps } from '../support/run-framework-apps.ts';

/** `"compat": "wamr"`: the rule of WAMR's framework for a sensor that several apps have open. */

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kanchi-wamr-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** `change`: C statements for each second, whose number is `second`. */
async function sensorApp(name: string, intervalMs: number, change = ''): Promise<Uint8Array> {
  const source = join(folder, `${name}.c`);
  writeFileSync(
    source,
    `
#include <stdint.h>
#include <stdio.h>
#define IN(name) __attribute__((import_module("env"), import_name(#name)))
#define OUT(name) __attribute__((export_name(#name)))
IN(wasm_sensor_open) int wasm_sensor_open(const char *name, int instance);
IN(wasm_sensor_config) int wasm_sensor_config(int id, unsigned interval, int bit_cfg, int delay);
IN(wasm_sensor_close) int wasm_sensor_close(int id);
IN(wasm_create_timer) int wasm_create_timer(int ms, int periodic, int start);
static int second;
OUT(on_init) void on_init(void)
{
    wasm_sensor_config(wasm_sensor_open("air", 0), ${intervalMs}, 0, 0);
    wasm_create_timer(1000, 1, 1);
}
OUT(on_timer_callback) void on_timer_callback(int timer) { second += 1; ${change} }
OUT(on_sensor_event) void on_sensor_event(int id, const uint8_t *p, int length) { printf("event\\n"); }
`,
  );
  const output = join(folder, `${name}.wasm`);
  const { status, diagnostics } = await compileGuest({ sources: [source], output, libc: 'small' });
  if (status === 'failed') throw new Error(diagnostics);
  return readFileSync(output);
}

const permissions = (maximumRateHz: number) => [
  { kind: 'sensor', sensor: 'air', channels: ['temperature'], maximumRateHz },
];

/** Runs the apps; the result counts an app's events after `from` and before `to`, in seconds. */
function runApps(apps: readonly FrameworkAppFile[], seconds: number) {
  const { lines } = runFrameworkApps({
    apps,
    board: {
      i2c: { devices: { environment: { bus: 1, address: '0x76' } } },
      sensors: { air: { driver: 'bme280', device: 'environment' } },
    },
    seconds,
    wire: (hardware, clock) => {
      hardware.attachI2cChip(1, 0x76, new Bme280({ clock, world: { temperatureC: 20 } }));
    },
  });
  return (name: string, from: number, to: number): number =>
    lines.filter((line) => {
      const [at, app, what] = line.split(' ');
      return app === `${name}:` && what === 'event' && Number(at) > from && Number(at) < to;
    }).length;
}

describe('apps with the rule of WAMR', () => {
  it('share the fastest interval, each within its own cap; apps without it keep theirs', async () => {
    const fast = await sensorApp('fast', 100);
    const slow = await sensorApp('slow', 1000);
    const events = runApps(
      [
        { name: 'fast', module: fast, permissions: permissions(100), compat: 'wamr' },
        { name: 'slow', module: slow, permissions: permissions(100), compat: 'wamr' },
        { name: 'capped', module: slow, permissions: permissions(2), compat: 'wamr' },
        { name: 'other', module: slow, permissions: permissions(100) },
      ],
      10.05,
    );
    expect(events('fast', 0.05, 10.05)).toBe(100);
    expect(events('slow', 0.05, 10.05)).toBe(100);
    expect(events('capped', 0.05, 10.05)).toBe(20);
    expect(events('other', 0.05, 10.05)).toBe(10);
  });

  it('get nothing while one of them asks for interval 0, and share what is left when one has closed', async () => {
    const steady = await sensorApp('steady', 1000);
    const changing = await sensorApp(
      'changing',
      1000,
      `if (second == 2) wasm_sensor_config(1, 0, 0, 0);
       if (second == 4) wasm_sensor_config(1, 500, 0, 0);
       if (second == 6) wasm_sensor_close(1);`,
    );
    const events = runApps(
      [
        { name: 'steady', module: steady, permissions: permissions(100), compat: 'wamr' },
        { name: 'changing', module: changing, permissions: permissions(100), compat: 'wamr' },
        { name: 'other', module: steady, permissions: permissions(100) },
      ],
      8.5,
    );
    expect(events('steady', 0.5, 1.5)).toBe(1);
    expect(events('steady', 2.1, 3.9)).toBe(0);
    expect(events('changing', 2.1, 3.9)).toBe(0);
    expect(events('other', 2.1, 3.9)).toBe(1);
    expect(events('steady', 4.2, 5.8)).toBe(3);
    expect(events('changing', 4.2, 5.8)).toBe(3);
    expect(events('steady', 6.2, 8.4)).toBe(2);
    expect(events('changing', 6.2, 8.4)).toBe(0);
  });
});
