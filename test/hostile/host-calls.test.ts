import type { HostApi } from '@kanchi/runtime';
import { describe, expect, it } from 'vitest';
import { readRepositoryFile } from '../support/repository.ts';
import { fuzzCalls } from './fuzz/fuzz-calls.ts';
import type { Entry, ManifestFile } from './fuzz/granted.ts';
import { hostFunctions } from './fuzz/host-functions.ts';
import { hostileBoard } from './fuzz/hostile-board.ts';
import { bytesOf, containerBytes } from './fuzz/packet-bytes.ts';
import type { RandomCall } from './fuzz/random-call.ts';
import { runCalls, type Sabotage } from './fuzz/run-calls.ts';
import { shrink } from './fuzz/shrink.ts';
import { runFuzzProgram } from './fuzz-program.ts';

/** In the gate; `npm run fuzz` makes ten times as many. */
const CALLS = 1_000_000;
/** On a machine that has other work. */
const TIMEOUT_MS = 600_000;

const grants = (...permissions: readonly Entry[]): ManifestFile => ({
  kanchi: 1,
  name: 'hostile',
  version: '0.0.0',
  permissions,
});

/** Everything that the board has, without a limit that these tests reach. */
const everything = grants(
  ...Object.keys(hostileBoard.lines).map((line) => ({
    kind: 'gpio',
    line,
    actions: ['read', 'write', 'watch'],
  })),
  ...Object.keys(hostileBoard.i2c.devices).map((device) => ({
    kind: 'i2c',
    device,
    actions: ['read', 'write'],
  })),
  { kind: 'i2c', bus: 'branch', addresses: [0x30, 0x31], actions: ['read', 'write'] },
  { kind: 'spi', device: 'adc' },
  ...Object.keys(hostileBoard.uart.ports).map((port) => ({ kind: 'uart', port, actions: ['read', 'write'] })),
  ...Object.keys(hostileBoard.mmio.windows).map((window) => ({
    kind: 'mmio',
    window,
    registers: [{ offset: 0, last: 60 }],
  })),
  ...Object.keys(hostileBoard.pwm.channels).map((channel) => ({
    kind: 'pwm',
    channel,
    periodsNs: { first: 1, last: 4_294_967_295 },
  })),
  { kind: 'sensor', sensor: 'core', maximumRateHz: 100 },
  { kind: 'message', actions: ['request', 'register', 'publish', 'subscribe'], topics: ['*'] },
  { kind: 'connection', protocol: 'tcp', host: '192.0.2.7', port: 1883 },
  { kind: 'clock', actions: ['monotonic', 'wall', 'sleep', 'timer'] },
  { kind: 'log' },
);
/** Without the entries that this is true of, and with others instead of them. */
const narrowed = (without: (entry: Entry) => boolean, ...others: readonly Entry[]): Sabotage => ({
  checked: {
    ...everything,
    permissions: [...everything.permissions.filter((entry) => !without(entry)), ...others],
  },
});
const ofKind =
  (kind: string) =>
  (entry: Entry): boolean =>
    entry.kind === kind;

const LABEL = 1024;
const BYTES = 2048;
const open = (module: string, label: string, ...more: readonly number[]): RandomCall => ({
  name: `kanchi_${module}.${module === 'sensor' ? 'subscribe' : 'open'}`,
  writes: [{ at: LABEL, bytes: [...bytesOf(label)] }],
  parameters: [LABEL, label.length, ...more],
});
/** A call on the first handle of the app: slot 0 in its first generation. */
const onHandle = (
  name: string,
  parameters: readonly (number | bigint)[],
  bytes: readonly number[] = [],
): RandomCall => ({
  name,
  writes: [{ at: BYTES, bytes }],
  parameters: [256, ...parameters],
});
const call = (name: string, ...parameters: readonly (number | bigint)[]): RandomCall => ({
  name,
  writes: [],
  parameters,
});

describe('a million host calls in random sequences', () => {
  it(
    'of every function end as a number or a typed end, change no memory that they do not name, and do nothing that is not granted',
    async () => {
      const report = await runFuzzProgram<{
        failure?: string;
        calls: number;
        traceEntries: number;
        ends: Record<string, number>;
        made: Record<string, number>;
        succeeded: Record<string, number>;
      }>('--calls', String(CALLS));
      expect(report.failure).toBeUndefined();
      expect(report.calls).toBeGreaterThanOrEqual(CALLS);
      expect(
        Object.keys(report.ends).filter((end) => !['completed', 'stopped', 'trapped'].includes(end)),
      ).toEqual([]);
      // Enough must get through for the checks to mean something: every function is linked and has done its work.
      const names = Object.keys(hostFunctions);
      expect(names.filter((name) => (report.made[name] ?? 0) < 50)).toEqual([]);
      const returning = names.filter((name) => !(hostFunctions[name]?.type ?? '').endsWith(')'));
      expect(returning.filter((name) => (report.succeeded[name] ?? 0) < 20)).toEqual([]);
      expect(report.traceEntries).toBeGreaterThan(50_000);
    },
    TIMEOUT_MS,
  );
});

describe('what the calls are made of', () => {
  it('is every function of the specification, of the small libc, of the framework and of WASI', () => {
    const specification = JSON.parse(readRepositoryFile('packages/guest-sdk/spec/kanchi-abi.json')) as {
      modules: { name: string; functions: { name: string }[] }[];
    };
    const specified = specification.modules.flatMap(({ name, functions }) =>
      functions.map((each) => `${name}.${each.name}`),
    );
    const names = Object.keys(hostFunctions);
    expect(names.filter((name) => name.startsWith('kanchi_')).toSorted()).toEqual(specified.toSorted());
    // docs/host-api: 52 functions of the small libc, 17 of the framework, 46 of WASI preview 1.
    expect(names.filter((name) => name.startsWith('env.') && !name.startsWith('env.wasm_'))).toHaveLength(52);
    expect(names.filter((name) => name.startsWith('env.wasm_'))).toHaveLength(17);
    expect(names.filter((name) => name.startsWith('wasi_snapshot_preview1.'))).toHaveLength(46);
  });
});

const modemContainer = containerBytes({ device: 'modem', baudrate: 921_600 });

/** What each check must report when the app may more than the check allows. */
const mistakes: Readonly<Record<string, readonly [Sabotage, readonly RandomCall[], RegExp]>> = {
  'a line is moved': [
    narrowed((entry) => entry.line === 'lamp' || entry.window === 'pins'),
    [open('gpio', 'lamp', 3)],
    /^kanchi_gpio\.open: edge on pinctrl-mock\/17 to 1$/u,
  ],
  'a line is read': [
    narrowed((entry) => entry.line === 'key', { kind: 'gpio', line: 'key', actions: ['watch'] }),
    [open('gpio', 'key', 0), onHandle('kanchi_gpio.read', [])],
    /^kanchi_gpio\.read: succeeded without "read" of gpio "key"$/u,
  ],
  'a register beside the granted ones is read': [
    narrowed((entry) => entry.device === 'chip', {
      kind: 'i2c',
      device: 'chip',
      actions: ['read', 'write'],
      registers: [{ first: 0x10, last: 0x1f }],
    }),
    [open('i2c', 'chip'), onHandle('kanchi_i2c.write_read', [BYTES, 1, 4096, 2], [0x1f])],
    /^kanchi_i2c\.write_read: i2c-1 address 0x50: read of register 32 of "chip"/u,
  ],
  'a register is written as a pair': [
    narrowed((entry) => entry.device === 'pairs', {
      kind: 'i2c',
      device: 'pairs',
      actions: ['read', 'write'],
      registers: [{ first: 0xf4 }],
    }),
    [open('i2c', 'pairs'), onHandle('kanchi_i2c.write', [BYTES, 4], [0xf4, 1, 0xf5, 1])],
    /^kanchi_i2c\.write: i2c-1 address 0x76: write of register 245 of "pairs"/u,
  ],
  'bytes are read from wherever the chip stands': [
    narrowed((entry) => entry.device === 'chip', {
      kind: 'i2c',
      device: 'chip',
      actions: ['read'],
      registers: [{ first: 0, last: 0xff }],
    }),
    [open('i2c', 'chip'), onHandle('kanchi_i2c.read', [4096, 1])],
    /^kanchi_i2c\.read: i2c-1 address 0x50: read of register undefined of "chip"/u,
  ],
  'an address of a bus is written': [
    narrowed((entry) => entry.bus === 'branch', {
      kind: 'i2c',
      bus: 'branch',
      addresses: [0x31],
      actions: ['read'],
    }),
    [
      open('i2c', 'branch'),
      onHandle('kanchi_i2c.transaction', [0x31, BYTES, 1], [1, 0, 0, 0, 0, 8, 0, 0, 1, 0, 0, 0]),
    ],
    /^kanchi_i2c\.transaction: i2c-2 address 0x31: bus "branch" grants no write$/u,
  ],
  'a transaction is too long': [
    narrowed((entry) => entry.device === 'plain', {
      kind: 'i2c',
      device: 'plain',
      actions: ['read', 'write'],
      maxTransactionBytes: 3,
    }),
    [open('i2c', 'plain'), onHandle('kanchi_i2c.read', [4096, 4])],
    /^kanchi_i2c\.read: i2c-1 address 0x20: 4 bytes by "plain", 3 are granted/u,
  ],
  'a denied register is read': [
    { checked: { ...everything, deny: [{ kind: 'i2c', device: 'chip', registers: [{ first: 0x20 }] }] } },
    [open('i2c', 'chip'), onHandle('kanchi_i2c.write_read', [BYTES, 1, 4096, 1], [0x20])],
    /^kanchi_i2c\.write_read: i2c-1 address 0x50: pointer at register 32|read of register 32 of "chip"/u,
  ],
  'a chip is selected': [
    narrowed(ofKind('spi')),
    [open('spi', 'adc'), onHandle('kanchi_spi.transfer', [BYTES, 4096, 2])],
    /^kanchi_spi\.open: opened "adc"$/u,
  ],
  'a chip gets more bytes than granted': [
    narrowed(ofKind('spi'), { kind: 'spi', device: 'adc', maxTransactionBytes: 1 }),
    [open('spi', 'adc'), onHandle('kanchi_spi.transfer', [BYTES, 4096, 2])],
    /^kanchi_spi\.transfer: 2 bytes on spi0\.0, 1 are granted$/u,
  ],
  'a byte is sent': [
    narrowed((entry) => entry.port === 'port', { kind: 'uart', port: 'port', actions: ['read'] }),
    [
      open('uart', 'port'),
      onHandle('kanchi_uart.write', [BYTES, 1, 0n], [65]),
      { name: 'world.pass', writes: [], parameters: [1, 1] },
    ],
    /^kanchi_uart\.write: (byte 65 sent on \/dev\/serial0|succeeded without "write" of uart "port")$/u,
  ],
  'the handle of a serial port that is a connection is guessed': [
    narrowed((entry) => entry.port === 'modem', { kind: 'uart', port: 'modem', actions: ['read'] }),
    [
      {
        name: 'env.wasm_open_connection',
        writes: [
          { at: LABEL, bytes: [...bytesOf('UART\0')] },
          { at: BYTES, bytes: [...modemContainer] },
        ],
        parameters: [LABEL, BYTES, modemContainer.length],
      },
      onHandle('kanchi_uart.flush', [1_000_000n]),
    ],
    /^kanchi_uart\.flush: succeeded without "write" of uart "modem"$/u,
  ],
  'a register is read': [
    narrowed((entry) => entry.window === 'block', {
      kind: 'mmio',
      window: 'block',
      registers: [{ offset: 4, actions: ['write'] }],
    }),
    [open('mmio', 'block'), onHandle('kanchi_mmio.read32', [4])],
    /^kanchi_mmio\.read32: mmio-read of 32 bits at 0x44 of \/dev\/uio0$/u,
  ],
  'bits beside the mask are written': [
    narrowed((entry) => entry.window === 'block', {
      kind: 'mmio',
      window: 'block',
      registers: [{ offset: 4, actions: ['write'], writeMask: 0xff }],
    }),
    [open('mmio', 'block'), onHandle('kanchi_mmio.modify16', [4, 0x1ff, 0x100])],
    /^kanchi_mmio\.modify16: mmio-write of 16 bits at 0x44 of \/dev\/uio0, value 256$/u,
  ],
  'a bit of a register of ones is written': [
    narrowed((entry) => entry.window === 'block', {
      kind: 'mmio',
      window: 'block',
      registers: [{ offset: 0x10, actions: ['write'], writeMask: 0xff }],
    }),
    [open('mmio', 'block'), onHandle('kanchi_mmio.write16', [0x10, 0x100])],
    /^kanchi_mmio\.write16: mmio-write of 16 bits at 0x50 of \/dev\/uio0, value 256$/u,
  ],
  'a line is moved through a register': [
    narrowed((entry) => entry.line === 'lamp' || entry.window === 'pins', {
      kind: 'mmio',
      window: 'pins',
      registers: [{ offset: 4, actions: ['write'], writeMask: 0x0000_0038 }],
    }),
    [open('mmio', 'pins'), onHandle('kanchi_mmio.modify32', [4, 0x0020_0000, 0x0020_0000])],
    /^kanchi_mmio\.modify32: mmio-write of 32 bits at 0x4 of \/dev\/gpiomem, value 2097152$/u,
  ],
  'an output runs with a duty that is not granted': [
    narrowed(ofKind('pwm'), {
      kind: 'pwm',
      channel: 'servo',
      dutiesNs: { first: 1_000_000, last: 2_000_000 },
    }),
    [open('pwm', 'servo'), onHandle('kanchi_pwm.enable', [])],
    /^kanchi_pwm\.enable: pwm-mock\/0 on with 0 of 20000000 ns$/u,
  ],
  'an output gets a period that is not granted': [
    narrowed(ofKind('pwm'), { kind: 'pwm', channel: 'servo' }),
    [open('pwm', 'servo'), onHandle('kanchi_pwm.set_period', [40_000n, 10n])],
    /^kanchi_pwm\.set_period: pwm-mock\/0 off with 10 of 40000 ns$/u,
  ],
  'a sensor is subscribed to faster than granted': [
    narrowed(ofKind('sensor'), { kind: 'sensor', sensor: 'core', maximumRateHz: 10 }),
    [
      {
        name: 'kanchi_sensor.subscribe',
        writes: [
          { at: LABEL, bytes: [...bytesOf('core')] },
          // 20,000,000 ns.
          { at: BYTES, bytes: [0x00, 0x2d, 0x31, 0x01, ...Array.from({ length: 76 }, () => 0)] },
        ],
        parameters: [LABEL, 4, BYTES],
      },
    ],
    /^kanchi_sensor\.subscribe: subscribed to temperature of "core" each 20000000 ns$/u,
  ],
  'an event is subscribed to': [
    narrowed(ofKind('message'), { kind: 'message', actions: ['publish'], topics: ['*'] }),
    [
      {
        name: 'env.wasm_sub_event',
        writes: [{ at: LABEL, bytes: [...bytesOf('/news\0')] }],
        parameters: [LABEL],
      },
    ],
    /^env\.wasm_sub_event: subscribe of "\/?news"$/u,
  ],
  'the time is read': [
    narrowed(ofKind('clock')),
    [call('kanchi_clock.now')],
    /^kanchi_clock\.now: succeeded without "monotonic"/u,
  ],
  'the time is read by way of WASI': [
    narrowed(ofKind('clock'), { kind: 'clock', actions: ['monotonic'] }),
    [call('wasi_snapshot_preview1.clock_time_get', 0, 0n, BYTES)],
    /^wasi_snapshot_preview1\.clock_time_get: read clock 0$/u,
  ],
  'a timer is faster than granted': [
    narrowed(ofKind('clock'), { kind: 'clock', actions: ['timer'], minimumIntervalMs: 5 }),
    [call('kanchi_clock.timer_start', 4_000_000n, 0n, 0)],
    /^kanchi_clock\.timer_start: a timer of 4 ms$/u,
  ],
  'output is written': [
    narrowed(ofKind('log')),
    [call('env.putchar', 65)],
    /^1 bytes of output, 0 are granted$/u,
  ],
  'guest memory is changed that the call does not name': [
    { functions: { ...hostFunctions, 'kanchi_random.fill': { type: '(ii)i', roles: ['room', 'length'] } } },
    [call('kanchi_random.fill', 5000, 8)],
    /^kanchi_random\.fill: guest memory at 500\d was changed by this call or one of the 7 before/u,
  ],
  'the host breaks': [
    { hostApis: (apis) => apis.map((api) => (api.module === 'kanchi_random' ? broken(api) : api)) },
    [call('kanchi_random.fill', 5000, 8)],
    /^kanchi_random\.fill: threw TypeError: broken on purpose/u,
  ],
};

function broken(api: HostApi): HostApi {
  return {
    ...api,
    create: () => ({
      fill: () => {
        throw new TypeError('broken on purpose');
      },
    }),
  };
}

describe('the checks of host calls', () => {
  it.each(Object.entries(mistakes))('find out when %s', async (_, [sabotage, calls, expected]) => {
    expect((await runCalls(calls, everything)).faults).toEqual([]);
    expect((await runCalls(calls, everything, sabotage)).faults).toContainEqual(
      expect.stringMatching(expected),
    );
  });

  it('print the fewest calls that show a fault, and how to make them again', async () => {
    const { failure = '' } = await fuzzCalls({
      seed: 7,
      callCount: 100_000,
      manifest: everything,
      sabotage: narrowed((entry) => entry.window === 'block'),
    });
    const [fault, again, ...rest] = failure.split('\n');
    expect(fault).toBe('kanchi_mmio.open: opened "block"');
    expect(again).toMatch(/^seed 7, run \d+ \(npm run fuzz -- --seed 7 --run \d+\), 1 calls:$/u);
    expect(rest[0]).toMatch(/^ {2}kanchi_mmio\.open\(1024, 5\) with 1024: 626c6f636b00$/u);
    expect(rest[1]).toBe(
      'manifest: {"permissions":[{"kind":"mmio","window":"block","registers":[{"offset":0,"last":60}]}]}',
    );
  });
});

describe('a failing list', () => {
  it('is cut down to what fails', async () => {
    const items = Array.from({ length: 100 }, (_, index) => index);
    const failing = async (rest: readonly number[]): Promise<boolean> =>
      rest.includes(3) && rest.includes(71) && rest.indexOf(3) < rest.indexOf(71);
    expect(await shrink(items, failing)).toEqual([3, 71]);
    expect(await shrink([5], async () => true)).toEqual([]);
  });
});
