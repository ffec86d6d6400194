import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBoard } from '../app/board.ts';
import { buildGrants } from './build-grants.ts';
import { clockPermits, grantedInterval } from './clock.ts';
import { gpioPermits, gpioPermitsOpen } from './gpio.ts';
import type { Grants } from './grant.ts';
import { i2cPermits, i2cPermitsOpen } from './i2c.ts';
import { learnPermissions } from './learn-permissions.ts';
import { messagePermits } from './message.ts';
import { mmioPermits, mmioPermitsOpen } from './mmio.ts';
import {
  ask,
  type Call,
  call,
  denyEntry,
  grantsOf,
  type Json,
  manifestOf,
  testBoard,
} from './permission.test-support.ts';
import { pwmPermits, pwmPermitsOpen } from './pwm.ts';
import { sensorPermits } from './sensor.ts';
import { uartPermits, uartPermitsOpen } from './uart.ts';

/** What is learned from what `act` does with the grants of a learning run. */
function learned(act: (grants: Grants) => void, deny: readonly Json[] = []): readonly object[] {
  const learning = learnPermissions(manifestOf([], deny), testBoard);
  act(learning.grants);
  return learning.permissions();
}

function grantOf<Kind extends 'gpio' | 'i2c' | 'spi' | 'uart' | 'mmio' | 'sensor'>(
  grants: Grants,
  kind: Kind,
  label: string,
): Grants[Kind] extends ReadonlyMap<string, infer Grant> ? Grant : never {
  const grant = grants[kind].get(label);
  if (grant === undefined) throw new Error(`no ${kind} ${label}`);
  return grant as never;
}

const write = (...bytes: number[]) => ({ kind: 'write', bytes: Uint8Array.from(bytes) }) as const;
const read = (length: number) => ({ kind: 'read', buffer: new Uint8Array(length) }) as const;

describe('what is learned', () => {
  it('is nothing from an app that does nothing', () => {
    expect(learned(() => {})).toEqual([]);
  });

  it('has the actions of lines and ports, and not the ones that opening could have meant', () => {
    expect(
      learned((grants) => {
        const button = grantOf(grants, 'gpio', 'button');
        expect(gpioPermitsOpen(button, 'input')).toBe(true);
        expect(gpioPermits(button, 'watch')).toBe(true);
        expect(gpioPermitsOpen(grantOf(grants, 'gpio', 'led'), 'output')).toBe(true);
        const gps = grantOf(grants, 'uart', 'gps');
        expect(uartPermitsOpen(gps)).toBe(true);
        expect(uartPermits(gps, 'write')).toBe(true);
      }),
    ).toEqual([
      { kind: 'gpio', line: 'led', actions: ['write'] },
      { kind: 'gpio', line: 'button', actions: ['watch'] },
      { kind: 'uart', port: 'gps', actions: ['write'] },
    ]);
  });

  it('has some permission for what is opened and not used', () => {
    const entries = learned((grants) => {
      gpioPermitsOpen(grantOf(grants, 'gpio', 'button'), 'input');
      i2cPermitsOpen(grantOf(grants, 'i2c', 'environment'));
      i2cPermitsOpen(grantOf(grants, 'i2c', 'sensors'));
      uartPermitsOpen(grantOf(grants, 'uart', 'gps'));
      mmioPermitsOpen(grantOf(grants, 'mmio', 'registers'));
    });
    expect(entries).toEqual([
      { kind: 'gpio', line: 'button', actions: ['read'] },
      {
        kind: 'i2c',
        device: 'environment',
        actions: ['read'],
        registers: [{ first: '0x00' }],
        maxTransactionBytes: 1,
      },
      { kind: 'i2c', bus: 'sensors', addresses: ['0x08'], actions: ['read'], maxTransactionBytes: 1 },
      { kind: 'uart', port: 'gps', actions: ['read'] },
      { kind: 'mmio', window: 'registers', registers: [{ offset: '0x00', actions: ['read'] }] },
    ]);
    const grants = grantsOf(entries as Json[]);
    expect(gpioPermitsOpen(grantOf(grants, 'gpio', 'button'), 'input')).toBe(true);
    expect(i2cPermitsOpen(grantOf(grants, 'i2c', 'sensors'))).toBe(true);
  });

  it('has the registers of a device by direction, and the longest transaction', () => {
    expect(
      learned((grants) => {
        const device = grantOf(grants, 'i2c', 'environment');
        // Pairs: 0x10 to register 0xf2, 0x20 to 0xf4; then eight bytes from 0xf7, and one from 0xf4.
        expect(i2cPermits(device, 0x76, [write(0xf2, 0x10, 0xf4, 0x20)])).toBe(true);
        expect(i2cPermits(device, 0x76, [write(0xf7), read(8)])).toBe(true);
        expect(i2cPermits(device, 0x76, [write(0xf4), read(1)])).toBe(true);
      }),
    ).toEqual([
      {
        kind: 'i2c',
        device: 'environment',
        actions: ['read', 'write'],
        registers: [
          { first: '0xf2', actions: ['write'] },
          { first: '0xf4' },
          { first: '0xf7', last: '0xfe', actions: ['read'] },
        ],
        maxTransactionBytes: 9,
      },
    ]);
  });

  it('has the whole direction of a device where a byte cannot be told to a register', () => {
    expect(
      learned((grants) => {
        const device = grantOf(grants, 'i2c', 'expander');
        expect(i2cPermits(device, 0x20, [read(2)])).toBe(true);
        expect(i2cPermits(device, 0x20, [write(0x05, 1)])).toBe(true);
        expect(i2cPermits(grantOf(grants, 'i2c', 'raw'), 0x11, [write(0x05)])).toBe(true);
      }),
    ).toEqual([
      { kind: 'i2c', device: 'expander', actions: ['read'], maxTransactionBytes: 2 },
      {
        kind: 'i2c',
        device: 'expander',
        actions: ['write'],
        registers: [{ first: '0x05' }],
        maxTransactionBytes: 2,
      },
      { kind: 'i2c', device: 'raw', actions: ['write'], maxTransactionBytes: 1 },
    ]);
  });

  it('has the bits that accesses to a window need', () => {
    expect(
      learned((grants) => {
        const window = grantOf(grants, 'mmio', 'registers');
        // Offset 4 takes ones only, so that a plain write needs the ones.
        expect(mmioPermits(window, { operation: 'write', offset: 4, width: 32, value: 0x20000 })).toBe(true);
        expect(mmioPermits(window, { operation: 'read', offset: 8, width: 32 })).toBe(true);
        expect(mmioPermits(window, { operation: 'modify', offset: 9, width: 8, mask: 3, value: 1 })).toBe(
          true,
        );
        expect(mmioPermits(window, { operation: 'read', offset: 16, width: 32 })).toBe(false);
      }),
    ).toEqual([
      {
        kind: 'mmio',
        window: 'registers',
        registers: [
          { offset: '0x04', actions: ['write'], writeMask: '0x20000' },
          { offset: '0x08', actions: ['read', 'write'], writeMask: '0x300' },
        ],
      },
    ]);
  });

  it('has the fastest rate of each channel, and the shortest interval of timers', () => {
    expect(
      learned((grants) => {
        const air = grantOf(grants, 'sensor', 'air');
        sensorPermits(air, ['temperature', 'pressure'], 1_000_000_000n);
        sensorPermits(air, ['temperature'], 300_000_000n);
        sensorPermits(air, ['temperature'], 500_000_000n);
        const { clock } = grants;
        if (clock === undefined) throw new Error('no clock');
        expect(clockPermits(clock, 'timer')).toBe(true);
        expect(grantedInterval(clock, 250_000_000n)).toBe(250_000_000n);
        expect(grantedInterval(clock, 750_000_000n)).toBe(750_000_000n);
      }),
    ).toEqual([
      // 1 / 0.3 s, upwards to three digits.
      { kind: 'sensor', sensor: 'air', channels: ['temperature'], maximumRateHz: 3.34 },
      { kind: 'sensor', sensor: 'air', channels: ['pressure'], maximumRateHz: 1 },
      { kind: 'clock', actions: ['timer'], minimumIntervalMs: 250 },
    ]);
  });

  it('has the duties of a PWM channel by period, and the period of the board unsaid', () => {
    const entries = learned((grants) => {
      const fan = grants.pwm.get('fan');
      if (fan === undefined) throw new Error('no channel');
      expect(pwmPermitsOpen(fan, 5)).toBe(true);
      expect(pwmPermits(fan, { periodNs: 5, dutyNs: 3 })).toBe(true);
      expect(pwmPermits(fan, { periodNs: 5, dutyNs: 1 })).toBe(true);
      expect(pwmPermits(fan, { periodNs: 50, dutyNs: 0 })).toBe(true);
    });
    expect(entries).toEqual([
      { kind: 'pwm', channel: 'fan', dutiesNs: { first: 1, last: 3 } },
      {
        kind: 'pwm',
        channel: 'fan',
        periodsNs: { first: 50, last: 50 },
        dutiesNs: { first: 0, last: 0 },
      },
    ]);
  });

  it('has topics by what is done with them', () => {
    expect(
      learned(({ message }) => {
        expect(messagePermits(message, 'publish', 'alert')).toBe(true);
        expect(messagePermits(message, 'subscribe', '/alert')).toBe(true);
        expect(messagePermits(message, 'request', '/lamp')).toBe(true);
        expect(messagePermits(message, 'request', '/door')).toBe(true);
        expect(messagePermits(message, 'request', 'x'.repeat(300))).toBe(false);
        expect(messagePermits(message, 'request', '*')).toBe(false);
      }),
    ).toEqual([
      { kind: 'message', actions: ['publish', 'subscribe'], topics: ['/alert'] },
      { kind: 'message', actions: ['request'], topics: ['/lamp', '/door'] },
    ]);
  });

  it('has nothing that a deny entry takes: the app is refused it while it is learned', () => {
    expect(
      learned(
        (grants) => {
          expect(gpioPermits(grantOf(grants, 'gpio', 'led'), 'write')).toBe(false);
          expect(gpioPermits(grantOf(grants, 'gpio', 'led'), 'read')).toBe(true);
          expect(i2cPermits(grantOf(grants, 'i2c', 'sensors'), 0x76, [read(1)])).toBe(false);
          expect(grants.sensor.get('cpu')).toBeUndefined();
        },
        [
          { kind: 'gpio', line: 'led', actions: ['write'] },
          { kind: 'i2c', device: 'environment' },
          { kind: 'sensor', sensor: 'cpu' },
        ],
      ),
    ).toEqual([{ kind: 'gpio', line: 'led', actions: ['read'] }]);
  });

  it('ends when it is revoked, like any other grant', () => {
    expect(
      learned((grants) => {
        const led = grantOf(grants, 'gpio', 'led');
        led.revocation.revoke();
        expect(gpioPermits(led, 'write')).toBe(false);
      }),
    ).toEqual([]);
  });

  it('has room for more registers than one grant, in a window of any size', () => {
    const board = parseBoard(
      { kanchi: 1, name: 'wide', mmio: { windows: { all: { device: '/dev/mem', byteLength: 0x100_0000 } } } },
      'board.json',
    );
    const learning = learnPermissions(manifestOf([]), board);
    const window = grantOf(learning.grants, 'mmio', 'all');
    const reads = Array.from({ length: 4097 }, (_, index) =>
      mmioPermits(window, { operation: 'read', offset: index * 8, width: 32 }),
    );
    expect(reads.filter((permitted) => permitted)).toHaveLength(4096);
    expect(reads.at(-1)).toBe(false);
  });

  it('permits what was permitted while it was learned, and no entry of it or detail can be left out', () => {
    let weakened = 0;
    fc.assert(
      fc.property(
        fc.array(call, { minLength: 1, maxLength: 6 }),
        fc.array(denyEntry, { maxLength: 2 }),
        (calls, deny) => {
          // A refused call may have opened something all the same: only the others are learned from.
          const { grants: every } = learnPermissions(manifestOf([], deny), testBoard);
          const permitted = calls.filter((each) => ask(every, each) === undefined);
          const learning = learnPermissions(manifestOf([], deny), testBoard);
          for (const each of permitted) ask(learning.grants, each);
          const permissions = JSON.parse(JSON.stringify(learning.permissions())) as Json[];
          expect(firstRefused(grantsOf(permissions, deny), permitted)).toBeUndefined();
          for (const less of [...weaker(permissions), ...shorter(permissions)]) {
            const grants = grantsIfValid(less as Json[], deny);
            if (grants !== undefined) {
              weakened += 1;
              const isRefused = firstRefused(grants, permitted) !== undefined;
              expect({ permissions, less, isRefused }).toEqual({ permissions, less, isRefused: true });
            }
          }
        },
      ),
      { numRuns: 50 },
    );
    expect(weakened).toBeGreaterThan(150);
  });

  it('needs an observer: what a manifest grants has none', () => {
    const grants = buildGrants(
      manifestOf([{ kind: 'gpio', line: 'led', actions: ['read'] }, { kind: 'log' }]),
      testBoard,
    );
    expect(grantOf(grants, 'gpio', 'led')).not.toHaveProperty('observer');
    expect(grants.log).not.toHaveProperty('observer');
  });
});

function firstRefused(grants: Grants, calls: readonly Call[]): Call | undefined {
  return calls.find((each) => ask(grants, each) !== undefined);
}

/** Undefined for what is no manifest any more. */
function grantsIfValid(permissions: readonly Json[], deny: readonly Json[]): Grants | undefined {
  try {
    return grantsOf(permissions, deny);
  } catch {
    return undefined;
  }
}

/** The same with a byte less for the transactions of one label: of its entries the largest number counts. */
function shorter(permissions: readonly Json[]): Json[][] {
  return permissions.map((chosen) =>
    permissions.map((entry) =>
      entry['device'] === chosen['device'] && entry['bus'] === chosen['bus']
        ? { ...entry, maxTransactionBytes: Number(entry['maxTransactionBytes'] ?? 256) - 1 }
        : entry,
    ),
  );
}

/** The same with one thing less: an item of a list, a bit of a mask, the end of a range, a hertz. */
function* weaker(value: unknown, key = ''): Generator<unknown> {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    for (const [index, item] of items.entries()) {
      yield items.filter((_, other) => other !== index);
      for (const less of weaker(item)) yield items.map((each, other) => (other === index ? less : each));
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, field] of Object.entries(value)) {
      for (const less of weaker(field, name)) yield { ...value, [name]: less };
    }
    if ('last' in value && 'first' in value) yield { ...value, first: Number(value.first) + 1 };
  } else if (key === 'writeMask') {
    const mask = Number(value);
    for (let bit = 0; bit < 32; bit += 1) {
      if ((mask >>> bit) % 2 === 1) yield (mask & ~(2 ** bit)) >>> 0;
    }
  } else if (key === 'last' || key === 'maxClockHz') {
    yield Number(value) - 1;
  }
}
