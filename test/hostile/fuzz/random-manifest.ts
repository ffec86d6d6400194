import type { Entry, ManifestFile } from './granted.ts';
import { hostileBoard } from './hostile-board.ts';
import { REGISTERS } from './random-memory.ts';
import type { RandomNumbers } from './random-numbers.ts';

/** A manifest for the hostile board: some entries of each kind, now and then two for one target, some of them taken back. */
export function randomManifest(numbers: RandomNumbers): ManifestFile {
  const head = { kanchi: 1, name: 'hostile', version: '0.0.0' } as const;
  // An app without any permission is called like every other.
  if (numbers.oneIn(32)) return { ...head, permissions: [] };
  const permissions = kinds.flatMap((kind) =>
    Array.from({ length: numbers.below(4) }, () => randomEntry(numbers, kind, 'permission')),
  );
  const deny = numbers.oneIn(2)
    ? []
    : Array.from({ length: numbers.between(1, 3) }, () => randomEntry(numbers, numbers.pick(kinds), 'deny'));
  return { ...head, permissions, ...(deny.length === 0 ? {} : { deny }) };
}

const kinds = [
  'gpio',
  'device',
  'bus',
  'spi',
  'uart',
  'mmio',
  'pwm',
  'sensor',
  'message',
  'connection',
  'clock',
  'log',
] as const;
type Kind = (typeof kinds)[number];

const { lines, i2c, spi, uart, mmio, pwm, sensors } = hostileBoard;

function randomEntry(numbers: RandomNumbers, kind: string, use: 'permission' | 'deny'): Entry {
  const granting = use === 'permission';
  const actions = (...names: string[]): { actions?: string[] } =>
    granting || numbers.oneIn(2) ? { actions: numbers.some(names) } : {};
  switch (kind as Kind) {
    case 'gpio':
      return { kind: 'gpio', line: numbers.pick(Object.keys(lines)), ...actions('read', 'write', 'watch') };
    case 'device':
      return deviceEntry(numbers, actions('read', 'write'), granting);
    case 'bus':
      return {
        kind: 'i2c',
        bus: numbers.pick(Object.keys(i2c.buses)),
        addresses: numbers.some([
          0x50,
          0x76,
          0x20,
          0x30,
          { first: 0x30, last: 0x31 },
          { first: 0x50, last: 0x51 },
        ]),
        ...actions('read', 'write'),
        ...(granting && numbers.oneIn(2) ? { maxTransactionBytes: numbers.between(1, 16) } : {}),
      };
    case 'spi':
      return {
        kind: 'spi',
        device: numbers.pick(Object.keys(spi.devices)),
        ...(granting && numbers.oneIn(2) ? { maxClockHz: numbers.pick([999_999, 8_000_000]) } : {}),
        ...(granting && numbers.oneIn(2) ? { modes: numbers.some([0, 1, 3]) } : {}),
        ...(granting && numbers.oneIn(2) ? { maxTransactionBytes: numbers.between(1, 16) } : {}),
      };
    case 'uart':
      return { kind: 'uart', port: numbers.pick(Object.keys(uart.ports)), ...actions('read', 'write') };
    case 'mmio':
      return {
        kind: 'mmio',
        window: numbers.pick(Object.keys(mmio.windows)),
        ...(granting || numbers.oneIn(2)
          ? { registers: Array.from({ length: numbers.between(1, 3) }, () => mmioRegisters(numbers)) }
          : {}),
      };
    case 'pwm':
      return {
        kind: 'pwm',
        channel: numbers.pick(Object.keys(pwm.channels)),
        ...(granting && numbers.oneIn(3) ? { periodsNs: { first: 40_000, last: 20_000_000 } } : {}),
        ...(granting && numbers.oneIn(2)
          ? { dutiesNs: { first: numbers.pick([0, 10_000]), last: numbers.pick([30_000, 2_000_000]) } }
          : {}),
      };
    case 'sensor':
      return {
        kind: 'sensor',
        sensor: numbers.pick(Object.keys(sensors)),
        ...(granting && numbers.oneIn(2) ? { channels: ['temperature'] } : {}),
        ...(granting && numbers.oneIn(2) ? { maximumRateHz: numbers.pick([0.5, 20, 900]) } : {}),
      };
    case 'message':
      return {
        kind: 'message',
        ...actions('request', 'register', 'publish', 'subscribe'),
        topics: numbers.some(['/lamp', 'lamp/*', '/news/*', 'alert', '*']),
      };
    case 'connection':
      return {
        kind: 'connection',
        protocol: numbers.pick(['tcp', 'udp']),
        host: numbers.pick(['192.0.2.7', '192.0.2.9', '0.0.0.0']),
        port: numbers.pick([1883, 6000, 5000]),
      };
    case 'clock':
      return {
        kind: 'clock',
        ...actions('monotonic', 'wall', 'sleep', 'timer'),
        ...(granting && numbers.oneIn(2) ? { minimumIntervalMs: numbers.pick([0.5, 3, 10]) } : {}),
      };
    case 'log':
      return {
        kind: 'log',
        ...(granting && numbers.oneIn(2) ? { maxBytesPerSecond: numbers.pick([1, 100]) } : {}),
      };
  }
}

function deviceEntry(numbers: RandomNumbers, directions: { actions?: string[] }, granting: boolean): Entry {
  const [label, device] = numbers.pick(Object.entries(i2c.devices));
  const ranges = 'registerAddressing' in device && !numbers.oneIn(3);
  return {
    kind: 'i2c',
    device: label,
    ...directions,
    ...(ranges
      ? {
          registers: Array.from({ length: numbers.between(1, 3) }, () => {
            const page =
              'addressBytes' in device.registerAddressing && device.registerAddressing.addressBytes === 2;
            const first = numbers.pick(REGISTERS) + (page ? 256 * numbers.below(4) : 0);
            const last = first + numbers.pick([0, 0, 1, 15]);
            const own = directions.actions ?? ['read', 'write'];
            return {
              first,
              last: Math.min(last, page ? 0xffff : 0xff),
              ...(numbers.oneIn(2) ? { actions: numbers.some(own) } : {}),
            };
          }),
        }
      : {}),
    ...(granting && numbers.oneIn(3) ? { maxTransactionBytes: numbers.between(1, 12) } : {}),
  };
}

function mmioRegisters(numbers: RandomNumbers): NonNullable<Entry['registers']>[number] {
  const offset = 4 * numbers.below(16);
  const actions = numbers.some(['read', 'write']);
  return {
    offset,
    last: Math.min(offset + 4 * numbers.below(3), 60),
    actions,
    ...(actions.includes('write') && numbers.oneIn(2)
      ? { writeMask: numbers.pick([0xff, 0xff00, 0x0001_0000, 0x8000_0001, 0xffff_ffff]) }
      : {}),
  };
}
