import { MockBoard, RegisterMapChip, type SpiChip, VirtualClock } from '@kanchi/hal/mock';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBoard } from '../app/board.ts';
import { parseManifest } from '../app/manifest.ts';
import { assembleModule, op } from '../guest/assemble-module.test-support.ts';
import { errorNumber } from '../guest/error-number.ts';
import { loadModule } from '../guest/load-module.ts';
import { InlineExecutor } from '../isolation/inline-executor.ts';
import type { AppContext } from './app-context.ts';
import { onBus } from './bus-budget.ts';
import type { HostApi, HostFunction } from './host-api.ts';
import { i2cApi } from './i2c.ts';
import { spiApi } from './spi.ts';
import { uartApi } from './uart.ts';

const NS_PER_S = 1_000_000_000n;
const NS_PER_MS = 1_000_000n;
const LABEL = 16;
const DATA = 1024;
const PAST = 0n;

class PlainChip extends RegisterMapChip {}

class SilentSpiChip implements SpiChip {
  select(): void {}
  exchange(): number {
    return 0;
  }
  deselect(): void {}
}

const board = parseBoard(
  {
    kanchi: 1,
    name: 'test',
    i2c: { devices: { one: { bus: 1, address: '0x40' }, two: { bus: 2, address: '0x40' } } },
    spi: { devices: { adc: { bus: 0, chipSelect: 0, clockHz: 100_000 } } },
    uart: { ports: { modem: { port: '/dev/serial0', baud: 9600 } } },
  },
  'board of the test',
);

interface Rig {
  readonly clock: VirtualClock;
  readonly hardware: MockBoard;
  readonly context: AppContext;
  readonly lines: readonly string[];
  /** Calls a function of a host API as the guest does. */
  readonly call: (name: string, ...parameters: (number | bigint)[]) => number;
  readonly open: (kind: string, label: string) => number;
}

/** Runs `script` in the context of an app that may do everything on the board. */
function onRig(limits: object, script: (rig: Rig) => void): void {
  const clock = new VirtualClock();
  const hardware = new MockBoard({
    clock,
    i2c: { buses: [1, 2] },
    spi: { devices: [{ bus: 0, chipSelect: 0 }] },
    uart: { ports: ['/dev/serial0'] },
  });
  hardware.attachI2cChip(1, 0x40, new PlainChip());
  hardware.attachI2cChip(2, 0x40, new PlainChip());
  hardware.attachSpiChip(0, 0, new SilentSpiChip());
  const manifest = parseManifest(
    {
      kanchi: 1,
      name: 'busy',
      version: '0.0.0',
      limits,
      permissions: [
        { kind: 'i2c', device: 'one', actions: ['read', 'write'] },
        { kind: 'i2c', device: 'two', actions: ['read', 'write'] },
        { kind: 'spi', device: 'adc' },
        { kind: 'uart', port: 'modem', actions: ['read', 'write'] },
      ],
    },
    'manifest of the test',
  );
  const lines: string[] = [];
  let failure: unknown = 'the script did not run';
  const probe: HostApi = {
    module: 'probe',
    signatures: {},
    create(context) {
      const memory = new WebAssembly.Memory({ initial: 1 });
      context.memory.attach(memory);
      const functions: Readonly<Record<string, Readonly<Record<string, HostFunction>>>> = {
        kanchi_i2c: i2cApi.create(context),
        kanchi_spi: spiApi.create(context),
        kanchi_uart: uartApi.create(context),
      };
      const call: Rig['call'] = (name, ...parameters) => {
        const [api = '', wanted = ''] = name.split('.');
        return Number(functions[api]?.[wanted]?.(...parameters));
      };
      const open: Rig['open'] = (kind, label) => {
        new Uint8Array(memory.buffer).set(new TextEncoder().encode(label), LABEL);
        return call(`kanchi_${kind}.open`, LABEL, label.length);
      };
      try {
        script({ clock, hardware, context, lines, call, open });
        failure = undefined;
      } catch (error) {
        failure = error;
      }
      return {};
    },
  };
  const idle = assembleModule({ functions: [{ exports: ['main'], type: '()i', body: () => [op.i32(0)] }] });
  const module = loadModule(idle, { source: 'idle.wasm', maximumPages: 1 });
  new InlineExecutor({ hal: hardware, clock, durationNs: 1000n * NS_PER_S, hostApis: [probe] }).start(
    { manifest, board, module },
    {
      log: ({ text }) => lines.push(text),
      standardOutput: () => {},
      standardError: () => {},
      denial: (text) => lines.push(text),
    },
  );
  if (failure !== undefined) throw failure;
}

/** 100 bytes with the address: 900 bits and a start and a stop at 100 kHz, a little over 9 ms. */
const writeLong = ({ call }: Rig, handle: number): number => call('kanchi_i2c.write', handle, DATA, 99);

describe('an app that has a bus for too long', () => {
  it('is refused the next transaction before anything moves, until a part of the second is over', () => {
    onRig({ busMicrosecondsPerSecond: 50_000 }, (rig) => {
      const { clock, hardware, context, lines } = rig;
      const handle = rig.open('i2c', 'one');
      expect(Array.from({ length: 6 }, () => writeLong(rig, handle))).toEqual([0, 0, 0, 0, 0, 0]);
      const traced = hardware.trace.toText();
      const nowNs = clock.nowNs();
      for (let call = 0; call < 10; call += 1) {
        expect(writeLong(rig, handle)).toBe(errorNumber['limit-reached']);
      }
      expect(hardware.trace.toText()).toBe(traced);
      expect(clock.nowNs()).toBe(nowNs);
      const told =
        /^i2c "one" address 0x40: the app has had I2C bus 1 for its 50000 us of a second, the next ones begin in \d+ ms; raise "limits\.busMicrosecondsPerSecond" in app\.json: "limits": \{ "busMicrosecondsPerSecond": 100000 \}$/u;
      expect(context.lastError.text.replace('kanchi_i2c.write: ', '')).toMatch(told);
      expect(lines).toHaveLength(1);
      expect(lines[0]?.replace('app "busy": ', '')).toMatch(told);
      expect(context.counters.get('busRefused')).toBe(10);
      expect(context.counters.get('busTransactions')).toBe(6);
      expect(Math.round(context.counters.get('busMicroseconds') / 1000)).toBe(54);
      clock.waitUntil(1_100_000_000n);
      expect(writeLong(rig, handle)).toBe(0);
    });
  });

  it('goes on with its other buses', () => {
    onRig({ busMicrosecondsPerSecond: 10_000 }, (rig) => {
      const [one, two, adc] = [rig.open('i2c', 'one'), rig.open('i2c', 'two'), rig.open('spi', 'adc')];
      expect([writeLong(rig, one), writeLong(rig, one), writeLong(rig, one)]).toEqual([0, 0, -20]);
      expect([writeLong(rig, two), writeLong(rig, two), writeLong(rig, two)]).toEqual([0, 0, -20]);
      // 125 bytes at 100 kHz are 10 ms.
      expect(rig.call('kanchi_spi.transfer', adc, DATA, DATA, 125)).toBe(0);
      expect(rig.call('kanchi_spi.transfer', adc, DATA, DATA, 1)).toBe(-20);
      expect(rig.context.lastError.text).toContain('spi "adc": the app has had SPI bus 0 for its 10000 us');
    });
  });

  it('is charged for transactions that fail: a bus that hangs is the dearest of all', () => {
    onRig({}, (rig) => {
      const { hardware, context } = rig;
      const handle = rig.open('i2c', 'one');
      hardware.faults.add({ kind: 'i2c-stuck-sda', bus: 1 });
      expect(writeLong(rig, handle)).toBe(errorNumber['bus-error']);
      expect(context.counters.get('busMicroseconds')).toBeGreaterThan(900_000);
      expect(writeLong(rig, handle)).toBe(errorNumber['limit-reached']);
    });
  });

  it('does not pay for the time that a call waited for its neighbours, where the backend knows it', () => {
    onRig({ busMicrosecondsPerSecond: 50_000 }, ({ clock, context }) => {
      const place = { bus: 'I2C bus 1', resource: 'i2c "one"' };
      const waits = (): number =>
        onBus(context, 'test', place, { lastTransactionNs: 1_000_000 }, () => clock.spend(500n * NS_PER_MS));
      expect(Array.from({ length: 20 }, waits)).toEqual(Array.from({ length: 20 }, () => 0));
      expect(context.counters.get('busMicroseconds')).toBe(20_000);
    });
  });

  it('has no limit with the whole second', () => {
    onRig({ busMicrosecondsPerSecond: 1_000_000 }, (rig) => {
      const handle = rig.open('i2c', 'one');
      const results = Array.from({ length: 300 }, () => writeLong(rig, handle));
      expect(new Set(results)).toEqual(new Set([0]));
    });
  });
});

describe('an app that writes to a serial port for too long', () => {
  // At 9600 baud a byte takes 10 bits, 1.04 ms.
  const limits = { busMicrosecondsPerSecond: 100_000 };

  it('waits for its budget as for room in the buffer', () => {
    onRig(limits, (rig) => {
      const handle = rig.open('uart', 'modem');
      expect(rig.call('kanchi_uart.write', handle, DATA, 100, PAST)).toBe(100);
      expect(rig.call('kanchi_uart.write', handle, DATA, 5, 5n * NS_PER_S)).toBe(5);
      expect(rig.clock.nowNs()).toBe(1100n * NS_PER_MS);
      expect(rig.context.counters.get('busRefused')).toBe(1);
      expect(rig.lines).toHaveLength(1);
    });
  });

  it('is refused when the deadline passes before that', () => {
    onRig(limits, (rig) => {
      const handle = rig.open('uart', 'modem');
      expect(rig.call('kanchi_uart.write', handle, DATA, 100, PAST)).toBe(100);
      expect(rig.call('kanchi_uart.write', handle, DATA, 5, PAST)).toBe(errorNumber['limit-reached']);
      expect(rig.clock.nowNs()).toBe(0n);
      expect(rig.call('kanchi_uart.write', handle, DATA, 5, 300n * NS_PER_MS)).toBe(
        errorNumber['limit-reached'],
      );
      expect(rig.clock.nowNs()).toBe(300n * NS_PER_MS);
      expect(rig.context.lastError.text).toMatch(
        /^kanchi_uart\.write: uart "modem": the app has had serial port "modem" for its 100000 us of a second, the next ones begin in 1100 ms; raise /u,
      );
      expect(rig.call('kanchi_uart.write', handle, DATA, 0, PAST)).toBe(0);
    });
  });
});

describe('the time that an app gets of a bus', () => {
  it('is never more than its budget and one transaction, in any second and whatever it does', () => {
    const step = fc.record({
      byteCount: fc.integer({ min: 1, max: 120 }),
      pauseMs: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(400) }),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.array(step, { minLength: 1, maxLength: 60 }),
        (budgetMs, steps) => {
          onRig({ busMicrosecondsPerSecond: budgetMs * 1000 }, ({ clock, call, open }) => {
            const handle = open('i2c', 'one');
            const granted: { readonly startNs: bigint; readonly endNs: bigint }[] = [];
            for (const { byteCount, pauseMs } of steps) {
              const startNs = clock.nowNs();
              if (call('kanchi_i2c.write', handle, DATA, byteCount) === 0) {
                granted.push({ startNs, endNs: clock.nowNs() });
              }
              clock.spend(BigInt(pauseMs) * NS_PER_MS);
            }
            for (const { endNs: windowEndNs } of granted) {
              const inWindow = granted.map(({ startNs, endNs }) => {
                const fromNs = startNs > windowEndNs - NS_PER_S ? startNs : windowEndNs - NS_PER_S;
                // Those that end later begin later: transactions never overlap.
                return endNs > windowEndNs || endNs < fromNs ? 0 : Number(endNs - fromNs);
              });
              const sum = inWindow.reduce((total, each) => total + each, 0);
              expect(sum).toBeLessThanOrEqual(budgetMs * 1e6 + Math.max(...inWindow));
            }
          });
        },
      ),
    );
  });
});
