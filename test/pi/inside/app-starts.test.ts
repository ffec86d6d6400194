import { readdirSync, readFileSync } from 'node:fs';
import { createLinuxBackend } from '@kanchi/hal/linux';
import { VirtualClock } from '@kanchi/hal/mock';
import { InlineExecutor, loadModule, parseBoard, parseManifest } from '@kanchi/runtime';
import { expect, it } from 'vitest';

const ROUNDS = 1_000;
/** Rounds after which nothing more is compiled and kept for the first time. */
const WARM_ROUNDS = 100;
/** How the app ends, each with everything open. */
const ways = [
  { way: 'return', reason: 'completed' },
  { way: 'trap', reason: 'trapped' },
  { way: 'stop', reason: 'stopped' },
] as const;

const board = parseBoard(
  {
    kanchi: 1,
    name: 'desk',
    lines: { lamp: { line: 17, direction: 'output', safeLevel: 0 } },
    i2c: { devices: { thermometer: { bus: 1, address: '0x48' } } },
    spi: { devices: { flash: { bus: 0, chipSelect: 0 } } },
    // The GPIO block of a Pi 3 (BCM2837 ARM Peripherals, section 6.1).
    mmio: {
      windows: {
        registers: {
          device: '/dev/mem',
          base: 0x3f20_0000,
          byteLength: 0x1000,
          registers: { GPLEV0: { offset: '0x34' } },
        },
      },
    },
  },
  'board of the test',
);
const module = loadModule(readFileSync('/kanchi/guests/hold-devices.wasm'), {
  source: 'hold-devices.wasm',
  maximumPages: 16,
});

function packageOf(way: string) {
  const permissions = [
    { kind: 'gpio', line: 'lamp', actions: ['write'] },
    { kind: 'i2c', device: 'thermometer', actions: ['read'] },
    { kind: 'spi', device: 'flash' },
    { kind: 'mmio', window: 'registers', registers: [{ offset: '0x34', actions: ['read'] }] },
    { kind: 'clock', actions: ['sleep'] },
    { kind: 'log' },
  ];
  const file = { kanchi: 1, name: 'holder', version: '1.0.0', arguments: [way], permissions };
  return { manifest: parseManifest(file, 'manifest of the test'), board, module };
}

it('1,000 starts and ends of an app that holds a line, a bus, a chip select and a window leave descriptors, lines and memory as they were', async () => {
  const { hal } = createLinuxBackend();
  const open = (): number => readdirSync('/proc/self/fd').length;
  const said: string[] = [];
  const listener = {
    log: ({ text }: { readonly text: string }) => said.push(text),
    standardOutput: (bytes: Uint8Array) => said.push(new TextDecoder().decode(bytes)),
    standardError: () => undefined,
    denial: (text: string) => said.push(text),
  };
  const apps = ways.map(({ way, reason }) => ({ app: packageOf(way), reason }));
  const round = async (number: number): Promise<void> => {
    const { app, reason } = apps[number % apps.length] as (typeof apps)[number];
    let heldHandles = 0;
    const executor = new InlineExecutor({
      // What the app has open is counted as it opens the last of them.
      hal: new Proxy(hal, {
        get: (target, name) => {
          const value: unknown = Reflect.get(target, name, target);
          if (typeof value !== 'function') return value;
          return (...parameters: unknown[]): unknown => {
            const result: unknown = Reflect.apply(value, target, parameters);
            heldHandles = Math.max(heldHandles, target.openHandleCount());
            return result;
          };
        },
      }),
      clock: new VirtualClock(),
      durationNs: 1_000_000_000n,
    });
    const exit = await executor.start(app, listener).exited;
    expect({ reason: exit.reason, heldHandles, openHandles: hal.openHandleCount(), said }).toEqual({
      reason,
      heldHandles: 4,
      openHandles: 0,
      said: [],
    });
  };

  for (let number = 0; number < WARM_ROUNDS; number += 1) await round(number);
  const before = { descriptors: open(), residentBytes: process.memoryUsage.rss() };
  for (let number = WARM_ROUNDS; number < ROUNDS; number += 1) await round(number);
  expect(open()).toBe(before.descriptors);
  expect(process.memoryUsage.rss() - before.residentBytes).toBeLessThan(64 * 1024 * 1024);
  // The safe level is what the pad shows, and the line can be taken.
  const line = hal.openGpioLine({ offset: 17, consumer: 'test', direction: 'input' });
  expect(line.read()).toBe(0);
  hal.close();
}, 900_000);
