import {
  Bcm2835GpioBlock,
  MockBoard,
  RegisterMapChip,
  type TraceEntry,
  VirtualClock,
} from '@kanchi/hal/mock';
import {
  type HostApi,
  type HostFunction,
  InlineExecutor,
  kanchiHostApis,
  loadModule,
  parseBoard,
  parseManifest,
} from '@kanchi/runtime';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assembleModule, op } from '../support/assembled.ts';

const PAGE_BYTES = 65_536;
const bytesOf = (text: string): number[] => [...new TextEncoder().encode(text)];

const idleModule = assembleModule({
  functions: [{ exports: ['main'], type: '()i', body: () => [op.i32(0)] }],
});

const board = parseBoard(
  {
    kanchi: 1,
    name: 'everything',
    lines: { lamp: { line: 17, direction: 'output' }, key: { line: 4 } },
    i2c: {
      buses: { bus: { bus: 2 } },
      devices: {
        chip: { bus: 1, address: '0x50', registerAddressing: { addressBytes: 1, write: 'increment' } },
      },
    },
    spi: { devices: { adc: { bus: 0, chipSelect: 0 } } },
    uart: { ports: { port: { port: '/dev/serial0', baud: 115200 } } },
    mmio: { windows: { registers: { device: '/dev/gpiomem', byteLength: 180 } } },
  },
  'board of the test',
);
const manifest = parseManifest(
  {
    kanchi: 1,
    name: 'hostile',
    version: '0.0.0',
    permissions: [
      { kind: 'gpio', line: 'lamp', actions: ['read', 'write'] },
      { kind: 'gpio', line: 'key', actions: ['read', 'watch'] },
      {
        kind: 'i2c',
        device: 'chip',
        actions: ['read', 'write'],
        registers: [{ first: '0x10', last: '0x1f' }],
      },
      { kind: 'i2c', bus: 'bus', addresses: ['0x20'], actions: ['read'] },
      { kind: 'spi', device: 'adc', maxTransactionBytes: 64 },
      { kind: 'uart', port: 'port', actions: ['read', 'write'] },
      {
        kind: 'mmio',
        window: 'registers',
        registers: [{ offset: '0x1c', writeMask: '0xff' }, { offset: '0x34' }],
      },
      { kind: 'clock', actions: ['monotonic', 'wall', 'sleep', 'timer'] },
      { kind: 'log' },
    ],
  },
  'manifest of the test',
);

/** Where labels stand in the guest's memory. */
const labels = ['lamp', 'key', 'chip', 'bus', 'adc', 'port', 'registers', 'nothing'];
const labelPointer = (index: number): number => 1024 + index * 64;

/** Bytes to send, many of them registers that are granted, and operation lists that point at them. */
const DATA = 2048;
const OPERATIONS = 4096;
function fillMemory(memory: DataView): void {
  for (let index = 0; index < 64; index += 1) {
    memory.setUint8(DATA + index, [0x10, 0x1f, 0x1e, 0x0f, 0x20, 0x15, 0xff][index % 7] ?? 0);
  }
  for (let index = 0; index < 16; index += 1) {
    memory.setUint32(OPERATIONS + index * 12, index % 3 === 0 ? 1 : 0, true);
    memory.setUint32(OPERATIONS + index * 12 + 4, DATA + index, true);
    memory.setUint32(OPERATIONS + index * 12 + 8, index % 5, true);
  }
}

type Call = readonly [name: string, seeds: readonly number[]];

interface Outcome {
  readonly call: string;
  readonly result: unknown;
}

/** Runs the calls inside an app's context and gives what each one returned or threw. */
function runCalls(
  calls: readonly Call[],
  decide: (letter: string, seed: number, position: number, name: string) => number | bigint,
): {
  outcomes: Outcome[];
  hardware: MockBoard;
} {
  const clock = new VirtualClock();
  const hardware = new MockBoard({
    clock,
    i2c: { buses: [1, 2] },
    spi: { devices: [{ bus: 0, chipSelect: 0 }] },
    uart: { ports: ['/dev/serial0'] },
  });
  hardware.attachI2cChip(1, 0x50, new (class extends RegisterMapChip {})());
  hardware.attachMmioBlock('/dev/gpiomem', new Bcm2835GpioBlock(hardware));
  const outcomes: Outcome[] = [];
  const probe: HostApi = {
    module: 'probe',
    signatures: {},
    create(context) {
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
      context.memory.attach(memory);
      for (const [index, label] of labels.entries()) {
        new Uint8Array(memory.buffer).set(bytesOf(label), labelPointer(index));
      }
      fillMemory(new DataView(memory.buffer));
      const functions = new Map<string, { call: HostFunction; signature: string }>();
      for (const api of kanchiHostApis) {
        for (const [name, call] of Object.entries(api.create(context))) {
          functions.set(`${api.module}.${name}`, { call, signature: api.signatures[name] ?? '' });
        }
      }
      for (const [name, seeds] of calls) {
        const found = functions.get(name);
        if (found === undefined) {
          throw new Error(`no function ${name}`);
        }
        const letters = (found.signature.match(/^\((.*)\)/u)?.[1] ?? '').split('');
        const parameters = letters.map((letter, index) => decide(letter, seeds[index] ?? 0, index, name));
        let result: unknown;
        try {
          result = found.call(...parameters);
        } catch (error) {
          result = error;
        }
        outcomes.push({ call: name, result });
      }
      return {};
    },
  };
  const executor = new InlineExecutor({
    hal: hardware,
    clock,
    durationNs: 1_000_000_000n,
    hostApis: [probe],
  });
  const module = loadModule(idleModule, { source: 'idle', maximumPages: 1 });
  executor.start(
    { manifest, board, module },
    { log: () => {}, standardOutput: () => {}, standardError: () => {}, denial: () => {} },
  );
  return { outcomes, hardware };
}

const callNames = kanchiHostApis.flatMap((api) =>
  Object.keys(api.signatures).map((name) => `${api.module}.${name}`),
);

/** A parameter: often something that a working guest would pass, else anything that fits the type. */
function decide(letter: string, seed: number): number | bigint {
  const pick = seed % 8;
  const rest = Math.floor(seed / 8);
  if (letter === 'I') {
    return [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), BigInt(rest), 1_000_000n][pick % 6] ?? BigInt(rest);
  }
  const choices = [
    rest % 4, // small: lengths, levels, modes
    256 + (rest % 8), // the first handles: slot 0 to 7, first generation
    labelPointer(rest % labels.length),
    (labels[rest % labels.length] ?? '').length,
    -1,
    rest % (2 * PAGE_BYTES),
    rest | 0,
    2048,
  ];
  return choices[pick] ?? 0;
}

/** Parameters in their places, so that many calls get as far as the permission check and past it. */
function decideInPlace(_letter: string, seed: number, position: number, name: string): number {
  const choose = (...values: readonly number[]): number => values[seed % values.length] ?? 0;
  const address = DATA + (seed % 60);
  const length = Math.floor(seed / 64) % 6;
  if (position === 0) {
    return name.startsWith('kanchi_mmio') ? 258 : choose(256, 256, 257);
  }
  if (name.startsWith('kanchi_mmio')) {
    return position === 1
      ? choose(0x1c, 0x34, 0x1d, 0x1e, 0x18, 0x36, 0x20)
      : choose(0xff, 1, 0x100, -1, 0, seed | 0);
  }
  if (name.endsWith('.transaction')) {
    return [0, choose(-1, 0x50, 0x20, 0x21), OPERATIONS + 12 * (seed % 8), 1 + (seed % 4)][position] ?? 0;
  }
  return position % 2 === 1 ? address : length;
}

/**
 * What the bus saw against the manifest above, written apart from the permission code: the chip at 0x50 is touched only at
 * registers 0x10 to 0x1f, on bus 2 only address 0x20 is read and nothing is written.
 */
function i2cViolations(entries: readonly TraceEntry[]): string[] {
  const wrong: string[] = [];
  let address = 0;
  let pointer: number | undefined;
  let expectsPointer = false;
  for (const { kind, source, a, b } of entries) {
    if (kind === 'i2c-start') {
      address = a;
      const isRead = (b & 1) !== 0;
      expectsPointer = !isRead;
      if ((b & 4) === 0) {
        pointer = undefined;
      }
      if (!(source === 'i2c-1' && a === 0x50) && !(source === 'i2c-2' && a === 0x20)) {
        wrong.push(`${source} address ${a}`);
      }
    } else if (kind === 'i2c-write' && address === 0x50 && expectsPointer) {
      pointer = a;
      expectsPointer = false;
      if (a < 0x10 || a > 0x1f) {
        wrong.push(`pointer ${a}`);
      }
    } else if ((kind === 'i2c-write' || kind === 'i2c-read') && address === 0x50) {
      if (pointer === undefined || pointer < 0x10 || pointer > 0x1f) {
        wrong.push(`${kind} at register ${pointer}`);
      }
      pointer = pointer === undefined ? undefined : pointer + 1;
    } else if (kind === 'i2c-write') {
      wrong.push(`write of ${a} on ${source}`);
    }
  }
  return wrong;
}

/** Register 0x1c may change in its low byte, register 0x34 in every bit; no other is touched. */
function mmioViolations(entries: readonly TraceEntry[]): string[] {
  const wrong: string[] = [];
  let previous: TraceEntry | undefined;
  for (const entry of entries) {
    const { kind, a, b } = entry;
    if (kind === 'mmio-read' || kind === 'mmio-write') {
      const offset = a >>> 6;
      const width = a & 63;
      const register = offset - (offset % 4);
      if (register !== 0x1c && register !== 0x34) {
        wrong.push(`${kind} at ${offset}`);
      }
      if (kind === 'mmio-write' && register === 0x1c && !(offset === 0x1c && width === 8)) {
        // Wider than what may change, so it must be the second half of a modify.
        const before = previous?.kind === 'mmio-read' && previous.a === a ? previous.b : undefined;
        if (before === undefined || ((before ^ b) & (offset === 0x1c ? ~0xff : -1)) !== 0) {
          wrong.push(`write of ${b} at ${offset}`);
        }
      }
    }
    previous = entry;
  }
  return wrong;
}

describe('host calls of a hostile guest', () => {
  it('covers every function of every module', () => {
    expect(callNames.length).toBeGreaterThan(40);
  });

  it('return a number or trap by name, whatever is passed in whatever order, and leave no handle open', () => {
    const anyCall: fc.Arbitrary<Call> = fc.tuple(
      fc.constantFrom(...callNames),
      fc.array(fc.nat(2 ** 31 - 1), { minLength: 5, maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(anyCall, { maxLength: 60 }), (calls) => {
        const { outcomes, hardware } = runCalls(calls, decide);
        for (const { call, result } of outcomes) {
          const fine =
            (typeof result === 'number' && Number.isInteger(result) && result >= -99) ||
            typeof result === 'bigint' ||
            (result instanceof Error && result.name === 'GuestTrap');
          expect(fine, `${call}: ${String(result)}`).toBe(true);
        }
        expect(hardware.openHandles()).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('move no byte on a bus outside the granted registers and addresses', () => {
    const opens: Call[] = [
      ['kanchi_i2c.open', [2 + 8 * 2, 3 + 8 * 2]],
      ['kanchi_i2c.open', [2 + 8 * 3, 3 + 8 * 3]],
      ['kanchi_mmio.open', [2 + 8 * 6, 3 + 8 * 6]],
    ];
    const i2cOrMmio = callNames.filter((name) => /kanchi_(i2c|mmio)\.(?!open|close)/u.test(name));
    let seen = 0;
    const anyCall: fc.Arbitrary<Call> = fc.tuple(
      fc.constantFrom(...i2cOrMmio),
      fc.array(fc.nat(2 ** 31 - 1), { minLength: 5, maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(anyCall, { minLength: 20, maxLength: 60 }), (calls) => {
        const { outcomes, hardware } = runCalls([...opens, ...calls], (letter, seed, position, name) =>
          name.endsWith('.open') ? decide(letter, seed) : decideInPlace(letter, seed, position, name),
        );
        expect(outcomes.slice(0, 3).every(({ result }) => Number(result) > 0)).toBe(true);
        const entries = hardware.trace.entries();
        expect(hardware.trace.droppedCount).toBe(0);
        expect(i2cViolations(entries)).toEqual([]);
        expect(mmioViolations(entries)).toEqual([]);
        seen += entries.filter(({ kind }) => kind === 'i2c-read' || kind === 'mmio-write').length;
      }),
      { numRuns: 200 },
    );
    // The calls must get through often enough for the check to mean something.
    expect(seen).toBeGreaterThan(200);
  });
});
