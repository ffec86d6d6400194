import { Bme280 } from '@kanchi/sensor-framework/sim';
import { describe, expect, it } from 'vitest';
import { assembleModule, op } from '../support/assembled.ts';
import { runFrameworkApps } from '../support/run-framework-apps.ts';

/** The limits of a manifest hold for apps of WAMR's framework, which know nothing of them. */

type Call = (name: string) => readonly number[];

const imports = [
  { module: 'env', name: 'wasm_create_timer', type: '(iii)i' },
  { module: 'env', name: 'wasm_sensor_open', type: '(ii)i' },
  { module: 'env', name: 'wasm_get_sys_tick_ms', type: '()i' },
  { module: 'env', name: 'printf', type: '(ii)i' },
];
const FORMAT = 16;
const AIR = 32;
const WATER = 48;
const NUMBER = 64;
const data = { [FORMAT]: '%d\n\0', [AIR]: 'air\0', [WATER]: 'water\0' };

/** Prints the number that `value` leaves on the stack. */
const printed = (call: Call, value: readonly (readonly number[])[]) => [
  op.i32(NUMBER),
  ...value,
  op.store32,
  op.i32(FORMAT),
  op.i32(NUMBER),
  call('env.printf'),
  op.drop,
];
const createTimer = (call: Call) => [op.i32(1000), op.i32(0), op.i32(0), call('env.wasm_create_timer')];

function run(
  body: (call: Call) => readonly (readonly number[])[],
  limits: object,
  permissions: object[] = [],
) {
  const module = assembleModule({
    imports,
    functions: [
      { exports: ['on_init'], type: '()', body },
      { exports: ['malloc'], type: '(i)i', body: () => [op.i32(4096)] },
      { exports: ['free'], type: '(i)', body: () => [] },
    ],
    data,
  });
  const manifest = {
    kanchi: 1,
    name: 'app',
    version: '0.0.0',
    limits,
    permissions: [{ kind: 'log' }, { kind: 'clock', actions: ['monotonic', 'timer'] }, ...permissions],
  };
  return runFrameworkApps({
    apps: [{ name: 'app', module, manifest }],
    seconds: 5,
    wire: (hardware, clock) => hardware.attachI2cChip(1, 0x76, new Bme280({ clock })),
    board: {
      i2c: { devices: { one: { bus: 1, address: '0x76' }, two: { bus: 1, address: '0x77' } } },
      sensors: { air: { driver: 'bme280', device: 'one' }, water: { driver: 'bme280', device: 'two' } },
    },
  });
}

describe('the limits of a manifest', () => {
  it('hold for timers', () => {
    const { linesOf, logs, exits } = run(
      (call) => Array.from({ length: 4 }, () => printed(call, createTimer(call))).flat(),
      { timers: 3 },
    );
    expect(linesOf('app')).toEqual(['1', '2', '3', '-1']);
    expect(logs.filter((line) => line.includes('limits'))).toEqual([
      expect.stringContaining(
        'app "app": 3 timers exist, destroy some; raise "limits.timers" in app.json: "limits": { "timers": 6 }',
      ),
    ]);
    expect(exits.get('app')?.counters.timersRefused).toBe(1);
  });

  it('hold for open sensors', () => {
    const open = (label: number) => (call: Call) =>
      printed(call, [op.i32(label), op.i32(0), call('env.wasm_sensor_open')]);
    const { linesOf, logs, exits } = run(
      (call) => [...open(AIR)(call), ...open(WATER)(call)],
      { sensorSubscriptions: 1 },
      [
        { kind: 'sensor', sensor: 'air' },
        { kind: 'sensor', sensor: 'water' },
      ],
    );
    expect(linesOf('app')).toEqual(['1', '-1']);
    expect(logs.filter((line) => line.includes('limits'))).toEqual([
      expect.stringContaining(
        'app "app": sensor "water": 1 sensors are open, close some; raise "limits.sensorSubscriptions" in app.json: "limits": { "sensorSubscriptions": 2 }',
      ),
    ]);
    expect(exits.get('app')?.counters.subscriptionsRefused).toBe(1);
  });

  it('hold for calls per second', () => {
    const tick = (call: Call) => [call('env.wasm_get_sys_tick_ms')];
    const { linesOf, exits } = run(
      (call) => [
        ...printed(call, tick(call)),
        ...Array.from({ length: 8 }, () => [...tick(call), op.drop]).flat(),
        ...printed(call, tick(call)),
        ...printed(call, tick(call)),
      ],
      { hostCallsPerSecond: 10 },
    );
    // Each printf reaches the host as well: 10 calls before the second reading, which is the 11th.
    expect(linesOf('app')).toEqual(['0', '1000', '1000']);
    expect(exits.get('app')?.counters).toMatchObject({ hostCalls: 14, callsDelayed: 1 });
  });
});
