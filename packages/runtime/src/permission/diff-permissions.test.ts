import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildGrants } from './build-grants.ts';
import { diffPermissions, MAX_TOLD_DIFFERENCES, permissionDifferencesText } from './diff-permissions.ts';
import {
  ask,
  call,
  denyEntry,
  type Json,
  manifestOf,
  permissionEntry,
  testBoard,
} from './permission.test-support.ts';

/** The text of the differences between two lists of permissions. */
function text(
  before: readonly Json[],
  after: readonly Json[],
  deny: { readonly before?: readonly Json[]; readonly after?: readonly Json[] } = {},
): string {
  return permissionDifferencesText(
    diffPermissions(manifestOf(before, deny.before), manifestOf(after, deny.after)),
  );
}

const gained = (...lines: string[]): string =>
  `the new one may, the old one may not:\n${lines.map((line) => `  + ${line}\n`).join('')}`;
const lost = (...lines: string[]): string =>
  `the old one may, the new one may not:\n${lines.map((line) => `  - ${line}\n`).join('')}`;
const none = 'no difference: both may do the same\n';

describe('the difference of two manifests', () => {
  it('is in what they may do, not in how they say it', () => {
    expect(
      text(
        [
          { kind: 'gpio', line: 'led', actions: ['read', 'write'] },
          { kind: 'i2c', device: 'environment', actions: ['read'], registers: [{ first: 0xf7, last: 0xfe }] },
          { kind: 'log', maxBytesPerSecond: 65_536 },
        ],
        [
          { kind: 'log' },
          {
            kind: 'i2c',
            device: 'environment',
            actions: ['read'],
            registers: [
              { first: '0xfb', last: '0xfe' },
              { first: '0xf7', last: '0xfa' },
            ],
          },
          { kind: 'gpio', line: 'led', actions: ['write'] },
          { kind: 'gpio', line: 'led', actions: ['read', 'watch'] },
        ],
        { after: [{ kind: 'gpio', line: 'led', actions: ['watch'] }] },
      ),
    ).toBe(none);
  });

  it('tells lines and serial ports by the right', () => {
    expect(
      text(
        [
          { kind: 'gpio', line: 'led', actions: ['read'] },
          { kind: 'uart', port: 'gps', actions: ['read', 'write'] },
        ],
        [
          { kind: 'gpio', line: 'led', actions: ['write', 'watch'] },
          { kind: 'uart', port: 'gps', actions: ['read'] },
        ],
      ),
    ).toBe(
      gained('drive line "led"', 'watch line "led" for edges') +
        lost('read line "led"', 'write to serial port "gps"'),
    );
  });

  it('tells PWM by periods, and the duties that are new at each', () => {
    const servo = (more: Json = {}): Json => ({ kind: 'pwm', channel: 'servo', ...more });
    const range = (first: number, last = first) => ({ first, last });
    expect(text([], [servo()])).toBe(gained('run pwm channel "servo" at the board\'s period with any duty'));
    expect(
      text(
        [servo({ dutiesNs: range(1, 9) })],
        [servo({ dutiesNs: range(0, 5) }), servo({ dutiesNs: range(6, 9) })],
      ),
    ).toBe(gained('run pwm channel "servo" at the board\'s period with a duty of 0 ns'));
    // The same rectangle in three pieces, and one of them higher.
    expect(
      text(
        [servo({ periodsNs: range(10, 30), dutiesNs: range(1, 4) })],
        [
          servo({ periodsNs: range(10, 19), dutiesNs: range(1, 4) }),
          servo({ periodsNs: range(20), dutiesNs: range(1, 6) }),
          servo({ periodsNs: range(21, 30), dutiesNs: range(1, 4) }),
        ],
      ),
    ).toBe(gained('run pwm channel "servo" at a period of 20 ns with duties of 5 to 6 ns'));
    expect(text([servo({ periodsNs: range(1, 4_294_967_295) })], [servo()])).toBe(
      lost('run pwm channel "servo" at periods of 1 to 4294967295 ns with any duty'),
    );
    expect(text([servo()], [servo()], { after: [servo()] })).toBe(
      lost('run pwm channel "servo" at the board\'s period with any duty'),
    );
  });

  it('tells registers of an I2C device by direction, and a longer transaction', () => {
    const registers = (first: number, last: number, actions: readonly string[], more: Json = {}): Json => ({
      kind: 'i2c',
      device: 'environment',
      actions,
      registers: [{ first, last }],
      ...more,
    });
    expect(
      text(
        [registers(0x10, 0x20, ['read'])],
        [registers(0x18, 0x22, ['read', 'write'], { maxTransactionBytes: 512 })],
      ),
    ).toBe(
      gained(
        'read from registers 0x21 to 0x22 of i2c device "environment"',
        'write to registers 0x18 to 0x22 of i2c device "environment"',
        'move up to 512 bytes in one transaction with i2c device "environment" (before: 256)',
      ) + lost('read from registers 0x10 to 0x17 of i2c device "environment"'),
    );
  });

  it('tells the whole of an I2C device from all of its registers', () => {
    expect(
      text(
        [{ kind: 'i2c', device: 'eeprom', actions: ['read'], registers: [{ first: 0, last: '0xffff' }] }],
        [{ kind: 'i2c', device: 'eeprom', actions: ['read'] }],
      ),
    ).toBe(gained('read from the whole of i2c device "eeprom"'));
  });

  it('tells addresses of a bus, and what a deny entry takes of them', () => {
    expect(
      text(
        [{ kind: 'i2c', bus: 'sensors', actions: ['read'], addresses: [0x20] }],
        [{ kind: 'i2c', bus: 'sensors', actions: ['read'], addresses: [{ first: 0x20, last: 0x24 }] }],
        { after: [{ kind: 'i2c', bus: 'sensors', addresses: [0x22] }] },
      ),
    ).toBe(gained('read from addresses 0x21, 0x23 to 0x24 of i2c bus "sensors"'));
  });

  it('counts a deny of a bus that is left out as gained, since a device may be on that bus', () => {
    const device: Json = { kind: 'i2c', device: 'environment', actions: ['read'] };
    const deny: Json = { kind: 'i2c', bus: 'sensors', addresses: ['0x76'] };
    expect(text([device], [device], { before: [deny] })).toBe(
      gained('reach devices on i2c bus "sensors" from which a "deny" entry of the bus kept it'),
    );
    expect(text([device], [device], { before: [deny], after: [{ ...deny, addresses: [0x76] }] })).toBe(none);
  });

  it('tells SPI by mode and clock, since only entries that are wide enough for the board count', () => {
    expect(
      text(
        [{ kind: 'spi', device: 'adc', maxClockHz: 2_000_000, maxTransactionBytes: 64 }],
        [
          { kind: 'spi', device: 'adc', maxClockHz: 1_000_000, maxTransactionBytes: 128 },
          { kind: 'spi', device: 'adc', maxClockHz: 2_000_000, modes: [0, 3], maxTransactionBytes: 8 },
        ],
      ),
    ).toBe(
      gained(
        'move up to 128 bytes in one transaction with spi device "adc", mode 0, up to 1000000 Hz (before: 64)',
        'move up to 8 bytes in one transaction with spi device "adc", mode 3, up to 2000000 Hz',
      ) +
        lost(
          'move up to 64 bytes in one transaction with spi device "adc", mode 0, up to 2000000 Hz (now: 8)',
        ),
    );
  });

  it('tells registers of a window bit by bit', () => {
    const window = (...registers: Json[]): Json => ({ kind: 'mmio', window: 'registers', registers });
    expect(
      text(
        [
          window(
            { offset: '0x1c', actions: ['write'], writeMask: '0x3' },
            { offset: '0x34', actions: ['read'] },
          ),
        ],
        [window({ offset: '0x1c', actions: ['write'], writeMask: '0x5' }, { offset: '0x34', last: '0x3c' })],
      ),
    ).toBe(
      gained(
        'read registers 0x38 to 0x3c of window "registers"',
        'change bits 0x4 of register 0x1c of window "registers"',
        'change every bit of registers 0x34 to 0x3c of window "registers"',
      ) + lost('change bits 0x2 of register 0x1c of window "registers"'),
    );
  });

  it('tells rates of sensors by channel', () => {
    const air = (more: Json): Json => ({ kind: 'sensor', sensor: 'air', ...more });
    expect(
      text(
        [air({ channels: ['temperature'], maximumRateHz: 1 })],
        [air({ channels: ['temperature', 'pressure'], maximumRateHz: 20 })],
      ),
    ).toBe(
      gained(
        'read channel "temperature" of sensor "air" up to 20 Hz (before: 1 Hz)',
        'read channel "pressure" of sensor "air" up to 20 Hz',
      ),
    );
    expect(text([air({})], [air({}), air({ channels: ['temperature'] })])).toBe(none);
    expect(text([air({ channels: ['temperature'], maximumRateHz: 20 })], [air({})])).toBe(
      gained('read every channel of sensor "air" up to 10 Hz') +
        lost('read channel "temperature" of sensor "air" up to 20 Hz (now: 10 Hz)'),
    );
  });

  it('tells topics by what they stand for, with what deny entries take', () => {
    const events = (...topics: string[]): Json => ({ kind: 'message', actions: ['publish'], topics });
    expect(text([events('/a*')], [events('a/b', '/a/c*', '/c')])).toBe(
      gained('publish events "/c"') + lost('publish events "/a*"'),
    );
    expect(
      text([events('/a*')], [events('/a*')], { before: [{ kind: 'message', topics: ['/a/secret'] }] }),
    ).toBe(gained('publish events "/a*"'));
    expect(
      text([events('/a*')], [events('/a*', '/b')], {
        before: [{ kind: 'message', topics: ['/a/secret'] }],
        after: [{ kind: 'message', topics: ['/a/s*', '/b'] }],
      }),
    ).toBe(lost('publish events "/a*"'));
  });

  it('tells connections, clock and log', () => {
    const far = { kind: 'connection', protocol: 'tcp', host: '192.0.2.7', port: 1883 };
    expect(
      text(
        [far, { kind: 'clock', actions: ['timer'], minimumIntervalMs: 10 }],
        [
          far,
          { ...far, port: 1884 },
          { kind: 'clock', actions: ['timer', 'wall'] },
          { kind: 'log', maxBytesPerSecond: 100 },
        ],
      ),
    ).toBe(
      gained(
        'connect by tcp to "192.0.2.7" port 1884',
        'read the time of day',
        'run timers as short as 1 ms (before: 10 ms)',
        'print up to 100 bytes a second',
      ),
    );
  });

  it('is not made of a manifest whose host or topic could look like more than one difference', () => {
    for (const wrong of ['a\n  + nothing\u001b[2J\u2028', 'a\u2800\u2800b', 'a  + nothing']) {
      const host = { kind: 'connection', protocol: 'udp', host: wrong, port: 7 };
      expect(() => text([], [host])).toThrow('"permissions[0].host"');
      const topic = { kind: 'message', actions: ['publish'], topics: [wrong] };
      expect(() => text([], [topic])).toThrow('"permissions[0].topics[0]"');
    }
  });

  it('lists so many and says how many more there are', () => {
    const hosts = Array.from({ length: MAX_TOLD_DIFFERENCES + 3 }, (_, index) => ({
      kind: 'connection',
      protocol: 'tcp',
      host: `host-${index}`,
      port: 1,
    }));
    const lines = text([], hosts).split('\n');
    expect(lines).toHaveLength(MAX_TOLD_DIFFERENCES + 3);
    expect(lines.at(-2)).toBe('and 3 more');
  });

  it('takes no longer for deny entries of whole windows than for those of single registers', () => {
    const registers = [{ offset: 0, last: 0xff_fffc }];
    const deny = Array.from({ length: 256 }, () => ({ kind: 'mmio', window: 'registers', registers }));
    const read: Json = { kind: 'mmio', window: 'registers', registers: [{ offset: 0, actions: ['read'] }] };
    // Four thousand million steps, one for each register of each entry, would outlast the test.
    expect(text([read], [read], { after: [...deny] })).toBe(lost('read register 0x00 of window "registers"'));
  });

  it('is reversed when the manifests are', () => {
    fc.assert(
      fc.property(
        entries(permissionEntry),
        entries(denyEntry),
        entries(permissionEntry),
        (one, deny, other) => {
          const [first, second] = [manifestOf(one, deny), manifestOf(other)];
          const changes = (from: typeof first, to: typeof first, as: string) =>
            diffPermissions(from, to)
              .map(({ change, what }) => `${change === as ? '+' : '-'} ${what}`)
              .sort();
          expect(changes(first, second, 'gained')).toEqual(changes(second, first, 'lost'));
          expect(diffPermissions(first, first)).toEqual([]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('has a gain for every call that the new one may make and the old one may not', () => {
    let calls = 0;
    fc.assert(
      fc.property(
        entries(permissionEntry),
        entries(denyEntry),
        entries(permissionEntry),
        entries(denyEntry),
        fc.array(call, { minLength: 10, maxLength: 30 }),
        (permissions, deny, newPermissions, newDeny, asked) => {
          const before = manifestOf(permissions, deny);
          const after = manifestOf(newPermissions, newDeny);
          const [old, now] = [buildGrants(before, testBoard), buildGrants(after, testBoard)];
          const kinds = diffPermissions(before, after)
            .filter(({ change }) => change === 'gained')
            .map(({ kind }) => kind);
          for (const one of asked) {
            if (ask(now, one) === undefined && ask(old, one) !== undefined) {
              calls += 1;
              expect(kinds).toContain(one.kind);
            }
          }
        },
      ),
      { numRuns: 1000 },
    );
    expect(calls).toBeGreaterThan(200);
  });
});

function entries(entry: fc.Arbitrary<Json>): fc.Arbitrary<Json[]> {
  return fc.array(entry, { maxLength: 4 });
}
