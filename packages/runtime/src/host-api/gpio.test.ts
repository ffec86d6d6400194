import { MockBoard, VirtualClock } from '@kanchi/hal/mock';
import { describe, expect, it } from 'vitest';
import { parseBoard } from '../app/board.ts';
import { parseManifest } from '../app/manifest.ts';
import { assembleModule, op } from '../guest/assemble-module.test-support.ts';
import { errorNumber } from '../guest/error-number.ts';
import { loadModule } from '../guest/load-module.ts';
import { InlineExecutor } from '../isolation/inline-executor.ts';
import { gpioApi } from './gpio.ts';
import type { HostApi, HostFunction } from './host-api.ts';

const manifest = parseManifest(
  {
    kanchi: 1,
    name: 'lines',
    version: '0.0.0',
    permissions: [
      { kind: 'gpio', line: 'key', actions: ['read', 'write'] },
      { kind: 'gpio', line: 'lamp', actions: ['read', 'write'] },
      { kind: 'gpio', line: 'relay', actions: ['read', 'watch'] },
      { kind: 'gpio', line: 'door', actions: ['watch'] },
    ],
  },
  'manifest of the test',
);
const board = parseBoard(
  {
    kanchi: 1,
    name: 'test',
    lines: {
      key: { line: 4 },
      lamp: { line: 17, direction: 'output' },
      relay: { line: 22, direction: 'output' },
      door: { line: 27 },
    },
  },
  'board of the test',
);

/** Opens the line in that mode as a guest does; gives the result, the last error and the board. */
function openLine(label: string, mode: number): { result: number; text: string; hardware: MockBoard } {
  const clock = new VirtualClock();
  const hardware = new MockBoard({ clock });
  let result = 0;
  let text = '';
  const probe: HostApi = {
    module: 'probe',
    signatures: {},
    create(context) {
      const memory = new WebAssembly.Memory({ initial: 1 });
      context.memory.attach(memory);
      new Uint8Array(memory.buffer).set(new TextEncoder().encode(label), 16);
      const open = gpioApi.create(context)['open'] as HostFunction;
      result = Number(open(16, label.length, mode));
      text = context.lastError.text;
      return {};
    },
  };
  const idle = assembleModule({ functions: [{ exports: ['main'], type: '()i', body: () => [op.i32(0)] }] });
  const module = loadModule(idle, { source: 'idle.wasm', maximumPages: 1 });
  new InlineExecutor({ hal: hardware, clock, durationNs: 1n, hostApis: [probe] }).start(
    { manifest, board, module },
    { log: () => {}, standardOutput: () => {}, standardError: () => {}, denial: () => {} },
  );
  return { result, text, hardware };
}

describe('kanchi_gpio.open', () => {
  it('does not drive a line that the board file calls an input, whatever the manifest grants', () => {
    for (const mode of [2, 3]) {
      const { result, text, hardware } = openLine('key', mode);
      expect(result).toBe(errorNumber['bad-state']);
      expect(text).toBe(
        'kanchi_gpio.open: line "key" is an input in the board file and may not be driven; ' +
          'if it is wired as an output, add "direction": "output" there',
      );
      expect(hardware.trace.toText()).toBe('');
    }
  });

  it('opens it as the input that it is, and an output either way', () => {
    expect(openLine('key', 0).result).toBeGreaterThan(0);
    expect(openLine('key', 1).result).toBeGreaterThan(0);
    expect(openLine('lamp', 1).result).toBeGreaterThan(0);
    expect(openLine('lamp', 3).result).toBeGreaterThan(0);
  });

  it('moves no output of the board with a pull for an app that may not write it', () => {
    // Input with pull-up, pull-down and no pull at all.
    for (const mode of [0x11, 0x21, 0x31]) {
      const { result, text, hardware } = openLine('relay', mode);
      expect(result).toBe(errorNumber.denied);
      expect(text).toBe(
        'app "lines": kanchi_gpio.open refused: line "relay": the "gpio" permission does not include "write"; ' +
          'add to "permissions" in app.json: {"kind":"gpio","line":"relay","actions":["write"]}',
      );
      expect(hardware.trace.toText()).toBe('');
    }
    expect(openLine('relay', 0x01).result).toBeGreaterThan(0);
    expect(openLine('lamp', 0x11).result).toBeGreaterThan(0);
    expect(openLine('door', 0x10).result).toBeGreaterThan(0);
  });

  it('refuses mode bits that mean nothing', () => {
    expect(openLine('lamp', 0x100).result).toBe(errorNumber['bad-argument']);
    expect(openLine('lamp', 0x04).result).toBe(errorNumber['bad-argument']);
  });
});
