import type { I2cOperation } from '@kanchi/hal';
import fc from 'fast-check';
import { type Board, parseBoard } from '../app/board.ts';
import { type Manifest, parseManifest } from '../app/manifest.ts';
import { buildGrants } from './build-grants.ts';
import { type ClockAction, clockPermits, clockRefusal } from './clock.ts';
import { connectionPermits, connectionRefusal } from './connection.ts';
import { type GpioAction, gpioPermits, gpioRefusal } from './gpio.ts';
import type { ConnectionTarget, Grants, MessageAction, Refusal } from './grant.ts';
import { i2cPermits, i2cRefusal } from './i2c.ts';
import { logPermits, logRefusal } from './log.ts';
import { messageActionNames, messagePermits, messageRefusal } from './message.ts';
import { mmioAccess } from './mmio.test-support.ts';
import { type MmioAccess, mmioPermits, mmioRefusal } from './mmio.ts';
import { askPwm, type PwmCall, pwmCall, pwmDeny, pwmEntry } from './pwm.test-support.ts';
import { sensorPermits, sensorRefusal } from './sensor.ts';
import { spiPermits, spiPermitsOpen, spiRefusal } from './spi.ts';
import { type UartAction, uartPermits, uartRefusal } from './uart.ts';

/** A board with one of everything, and what is awkward: a bus and its devices, two modes, write-one registers. */
export const testBoard: Board = parseBoard(
  {
    kanchi: 1,
    name: 'test-board',
    lines: { led: { line: 17, direction: 'output' }, button: { line: 27 } },
    i2c: {
      buses: { sensors: { bus: 1 }, other: { bus: 2 } },
      devices: {
        environment: {
          bus: 1,
          address: '0x76',
          registerAddressing: { addressBytes: 1, write: 'pairs' },
        },
        expander: { bus: 1, address: '0x20', registerAddressing: { addressBytes: 1, write: 'increment' } },
        eeprom: { bus: 1, address: '0x50', registerAddressing: { addressBytes: 2, write: 'increment' } },
        memory: {
          bus: 1,
          address: '0x57',
          registerAddressing: { addressBytes: 1, write: 'increment', pageBytes: 4 },
        },
        raw: { bus: 1, address: '0x11' },
      },
    },
    spi: {
      devices: {
        adc: { bus: 0, chipSelect: 0 },
        flash: { bus: 0, chipSelect: 1, clockHz: 10_000_000, mode: 3 },
      },
    },
    uart: { ports: { gps: { port: '/dev/serial0', baud: 9600 } } },
    pwm: { channels: { servo: { channel: 0, periodNs: 20 }, fan: { channel: 1, periodNs: 5 } } },
    sensors: { air: { driver: 'bme280', device: 'environment' }, cpu: { driver: 'thermal-zone' } },
    mmio: {
      windows: {
        registers: {
          device: '/dev/gpiomem',
          byteLength: 16,
          registers: { SET: { offset: 4, writeOneOnly: true }, LEVEL: { offset: 8 } },
        },
      },
    },
  },
  'board.json',
);

export type Json = Readonly<Record<string, unknown>>;

export function manifestOf(permissions: readonly Json[], deny: readonly Json[] = []): Manifest {
  return parseManifest({ kanchi: 1, name: 'test-app', version: '1.0.0', permissions, deny }, 'app.json');
}

export function grantsOf(permissions: readonly Json[], deny: readonly Json[] = []): Grants {
  return buildGrants(manifestOf(permissions, deny), testBoard);
}

export interface SensorCall {
  readonly kind: 'sensor';
  readonly label: string;
  readonly channels: readonly string[];
  readonly intervalNs: bigint;
}

export interface MessageCall {
  readonly kind: 'message';
  readonly action: MessageAction;
  readonly topic: string;
}

export interface ConnectionCall {
  readonly kind: 'connection';
  readonly target: ConnectionTarget;
}

/** What a guest can ask for. */
export type Call =
  | { readonly kind: 'gpio'; readonly label: string; readonly action: GpioAction }
  | {
      readonly kind: 'i2c';
      readonly label: string;
      readonly address: number;
      readonly operations: readonly I2cOperation[];
    }
  | { readonly kind: 'spi'; readonly label: string; readonly byteCount: number }
  | { readonly kind: 'uart'; readonly label: string; readonly action: UartAction }
  | { readonly kind: 'mmio'; readonly label: string; readonly access: MmioAccess }
  | PwmCall
  | SensorCall
  | MessageCall
  | ConnectionCall
  | { readonly kind: 'clock'; readonly action: ClockAction }
  | { readonly kind: 'log' };

/** Opens and calls, as a host API does: the refusal, or undefined when the call is allowed. */
export function ask(grants: Grants, call: Call): Refusal | undefined {
  switch (call.kind) {
    case 'gpio': {
      const grant = grants.gpio.get(call.label);
      const allowed = grant !== undefined && gpioPermits(grant, call.action);
      return allowed ? undefined : gpioRefusal(call.label, grant, call.action);
    }
    case 'i2c': {
      const device = testBoard.i2cDevices.get(call.label);
      const target = {
        label: call.label,
        isBus: device === undefined,
        addressing: device?.registerAddressing,
      };
      const grant = grants.i2c.get(call.label);
      if (grant === undefined) {
        return i2cRefusal(target, grant, undefined, []);
      }
      const address = device?.address ?? call.address;
      return i2cPermits(grant, address, call.operations)
        ? undefined
        : i2cRefusal(target, grant, address, call.operations);
    }
    case 'spi': {
      const grant = grants.spi.get(call.label);
      const wiring = testBoard.spiDevices.get(call.label);
      if (wiring === undefined) {
        throw new Error(`no ${call.label}`);
      }
      const { clockHz, mode } = wiring;
      if (grant === undefined || !spiPermitsOpen(grant, clockHz, mode)) {
        return spiRefusal(call.label, grant, { clockHz, mode });
      }
      return spiPermits(grant, call.byteCount)
        ? undefined
        : spiRefusal(call.label, grant, { byteCount: call.byteCount });
    }
    case 'uart': {
      const grant = grants.uart.get(call.label);
      const allowed = grant !== undefined && uartPermits(grant, call.action);
      return allowed ? undefined : uartRefusal(call.label, grant, call.action);
    }
    case 'mmio': {
      const grant = grants.mmio.get(call.label);
      if (grant === undefined) {
        return mmioRefusal(call.label, grant, { operation: 'read', offset: 0, width: 32 });
      }
      return mmioPermits(grant, call.access) ? undefined : mmioRefusal(call.label, grant, call.access);
    }
    case 'pwm':
      return askPwm(grants, testBoard, call);
    case 'sensor': {
      const grant = grants.sensor.get(call.label);
      const permitted = sensorPermits(grant, call.channels);
      return permitted.permitted
        ? undefined
        : sensorRefusal(call.label, grant, permitted.channels, call.intervalNs);
    }
    case 'message': {
      const { message } = grants;
      return messagePermits(message, call.action, call.topic)
        ? undefined
        : messageRefusal(message, call.action, call.topic);
    }
    case 'connection':
      return connectionPermits(grants.connection, call.target)
        ? undefined
        : connectionRefusal(grants.connection, call.target);
    case 'clock':
      return clockPermits(grants.clock, call.action) ? undefined : clockRefusal(grants.clock, call.action);
    case 'log':
      return logPermits(grants.log) ? undefined : logRefusal(grants.log);
  }
}

// Arbitrary files and calls, over few labels, registers and sizes so that they meet often.

const register = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0xfc, max: 0xff }));
const busAddress = fc.constantFrom(0x11, 0x20, 0x50, 0x76);
const some = <Item>(...items: readonly Item[]) =>
  fc.subarray([...items], { minLength: 1 }) as fc.Arbitrary<Item[]>;
const readWrite = some('read', 'write');
const optional = <Value>(key: string, value: fc.Arbitrary<Value>): fc.Arbitrary<Json> =>
  fc.option(value, { nil: undefined }).map((item) => (item === undefined ? {} : { [key]: item }));

function merged(...parts: readonly (fc.Arbitrary<Json> | Json)[]): fc.Arbitrary<Json> {
  return fc
    .tuple(...parts.map((part) => (part instanceof fc.Arbitrary ? part : fc.constant(part))))
    .map((all) => Object.assign({}, ...all) as Json);
}

const registerRange = fc
  .tuple(register, fc.integer({ min: 0, max: 3 }))
  .map(([first, more]) => ({ first, last: Math.min(first + more, 0xff) }));

/** Registers whose own actions stay within those of their entry. */
const registerRanges = (actions: readonly string[]) =>
  fc.array(
    fc
      .tuple(registerRange, fc.option(some(...actions), { nil: undefined }))
      .map(([range, own]) => (own === undefined ? range : { ...range, actions: own })),
    { minLength: 1, maxLength: 3 },
  );

const onDevice = fc
  .tuple(fc.constantFrom('environment', 'expander', 'eeprom', 'raw'), readWrite)
  .chain(([device, actions]) =>
    merged(
      { kind: 'i2c', device, actions },
      device === 'raw' ? {} : optional('registers', registerRanges(actions)),
    ),
  );
const onBus = merged(
  fc.constantFrom({ kind: 'i2c', bus: 'sensors' }, { kind: 'i2c', bus: 'other' }),
  fc.record({ actions: readWrite, addresses: fc.array(busAddress, { minLength: 1, maxLength: 3 }) }),
);
const mmioEntry = (withActions: boolean) =>
  fc
    .record({
      offset: fc.constantFrom(0, 4, 8, 12),
      actions: readWrite,
      writeMask: fc.constantFrom(1, 0xf0, 0xffff, 0xffff_ffff),
    })
    .map(({ offset, actions, writeMask }) => ({
      offset,
      ...(withActions ? { actions } : {}),
      ...(actions.includes('write') ? { writeMask } : {}),
    }));

const sensorLabel = fc.constantFrom('air', 'cpu');
const channelNames = ['heat', 'light', 'rain'] as const;
/** Rates whose intervals `service-properties.test.ts` has written by hand. */
export const sensorEntry = merged(
  fc.record({ kind: fc.constant('sensor'), sensor: sensorLabel }),
  optional('channels', some(...channelNames)),
  optional('maximumRateHz', fc.constantFrom(0.5, 3, 7, 10_000)),
);
const path = fc.string({ unit: fc.constantFrom('a', 'b', '/'), minLength: 1, maxLength: 4 });
const topics = fc.array(
  fc.tuple(path, fc.constantFrom('', '', '*')).map(([start, end]) => start + end),
  { minLength: 1, maxLength: 3 },
);
const messageDetail = fc.record({ kind: fc.constant('message'), topics });
export const messageEntry = merged(messageDetail, fc.record({ actions: some(...messageActionNames) }));
const target = fc.record({
  protocol: fc.constantFrom('tcp' as const, 'udp' as const),
  host: fc.constantFrom('192.0.2.7', '192.0.2.70', 'broker.example'),
  port: fc.constantFrom(1883, 8883),
});
export const connectionEntry = target.map((where) => ({ kind: 'connection', ...where }));

export const permissionEntry: fc.Arbitrary<Json> = fc.oneof(
  pwmEntry,
  sensorEntry,
  messageEntry,
  connectionEntry,
  fc.record({
    kind: fc.constant('gpio'),
    line: fc.constantFrom('led', 'button'),
    actions: some('read', 'write', 'watch'),
  }),
  merged(onDevice, optional('maxTransactionBytes', fc.integer({ min: 1, max: 8 }))),
  merged(onBus, optional('maxTransactionBytes', fc.integer({ min: 1, max: 8 }))),
  merged(
    fc.constantFrom({ kind: 'spi', device: 'adc' }, { kind: 'spi', device: 'flash' }),
    optional('maxClockHz', fc.constantFrom(1_000_000, 10_000_000)),
    optional('modes', some(0, 3)),
    optional('maxTransactionBytes', fc.integer({ min: 1, max: 8 })),
  ),
  fc.record({ kind: fc.constant('uart'), port: fc.constant('gps'), actions: readWrite }),
  fc.record({
    kind: fc.constant('mmio'),
    window: fc.constant('registers'),
    registers: fc.array(mmioEntry(true), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ kind: fc.constant('clock'), actions: some('monotonic', 'wall', 'sleep', 'timer') }),
  fc.constant({ kind: 'log' }),
);

const maybeActions = (names: readonly string[]) => optional('actions', some(...names));

export const sensorDeny = fc.record({ kind: fc.constant('sensor'), sensor: sensorLabel });
export const messageDeny = merged(messageDetail, maybeActions(messageActionNames));

export const denyEntry: fc.Arbitrary<Json> = fc.oneof(
  pwmDeny,
  sensorDeny,
  messageDeny,
  connectionEntry,
  merged(
    fc.constantFrom({ kind: 'gpio', line: 'led' }, { kind: 'gpio', line: 'button' }),
    maybeActions(['read', 'write', 'watch']),
  ),
  onDevice,
  onBus,
  fc.constantFrom<Json>(
    { kind: 'i2c', device: 'environment' },
    { kind: 'i2c', bus: 'sensors' },
    { kind: 'i2c', bus: 'sensors', actions: ['write'] },
    { kind: 'spi', device: 'adc' },
    { kind: 'mmio', window: 'registers' },
    { kind: 'log' },
  ),
  merged({ kind: 'uart', port: 'gps' }, maybeActions(['read', 'write'])),
  fc.record({
    kind: fc.constant('mmio'),
    window: fc.constant('registers'),
    registers: fc.array(fc.boolean().chain(mmioEntry), { minLength: 1, maxLength: 2 }),
  }),
  merged({ kind: 'clock' }, maybeActions(['monotonic', 'wall', 'sleep', 'timer'])),
);

export const operations: fc.Arbitrary<I2cOperation[]> = fc.array(
  fc.oneof(
    fc
      .integer({ min: 0, max: 4 })
      .map((length): I2cOperation => ({ kind: 'read', buffer: new Uint8Array(length) })),
    fc
      .array(register, { maxLength: 5 })
      .map((bytes): I2cOperation => ({ kind: 'write', bytes: Uint8Array.from(bytes) })),
  ),
  { minLength: 1, maxLength: 3 },
);

export const sensorCall: fc.Arbitrary<SensorCall> = fc.record({
  kind: fc.constant('sensor' as const),
  label: sensorLabel,
  channels: some(...channelNames),
  intervalNs: fc.bigInt({ min: 100_000n, max: 10_000_000_000n }),
});
export const messageCall: fc.Arbitrary<MessageCall> = fc.record({
  kind: fc.constant('message' as const),
  action: fc.constantFrom(...messageActionNames),
  topic: fc.oneof(
    { weight: 9, arbitrary: path },
    { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom('a', '*', '\n'), maxLength: 4 }) },
  ),
});
export const connectionCall: fc.Arbitrary<ConnectionCall> = fc.record({
  kind: fc.constant('connection' as const),
  target,
});

export const call: fc.Arbitrary<Call> = fc.oneof(
  pwmCall,
  sensorCall,
  messageCall,
  connectionCall,
  fc.record({
    kind: fc.constant('gpio' as const),
    label: fc.constantFrom('led', 'button'),
    action: fc.constantFrom('read' as const, 'write' as const, 'watch' as const),
  }),
  fc.record({
    kind: fc.constant('i2c' as const),
    label: fc.constantFrom('environment', 'expander', 'eeprom', 'raw', 'sensors', 'other'),
    address: fc.oneof(busAddress, fc.constantFrom(0, 0x78)),
    operations,
  }),
  fc.record({
    kind: fc.constant('spi' as const),
    label: fc.constantFrom('adc', 'flash'),
    byteCount: fc.oneof(fc.integer({ min: 0, max: 10 }), fc.constant(8193)),
  }),
  fc.record({
    kind: fc.constant('uart' as const),
    label: fc.constant('gps'),
    action: fc.constantFrom('read' as const, 'write' as const),
  }),
  fc.record({ kind: fc.constant('mmio' as const), label: fc.constant('registers'), access: mmioAccess }),
  fc.record({
    kind: fc.constant('clock' as const),
    action: fc.constantFrom('monotonic' as const, 'wall' as const, 'sleep' as const, 'timer' as const),
  }),
  fc.constant({ kind: 'log' as const }),
);
