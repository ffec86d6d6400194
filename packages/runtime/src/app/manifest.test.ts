import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RuntimeError } from '../error.ts';
import { commandName } from './command-name.ts';
import { parseManifest } from './manifest.ts';

const least = { kanchi: 1, name: 'blink', version: '1.0.0', permissions: [] };

/** The message, or undefined when the file is fine. */
function problem(json: unknown): string | undefined {
  try {
    parseManifest(json, 'app.json');
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(RuntimeError);
    expect(error).toMatchObject({ code: 'KANCHI_MANIFEST_INVALID' });
    return (error as RuntimeError).message;
  }
}

const permission = (entry: object): string | undefined => problem({ ...least, permissions: [entry] });

describe('the manifest', () => {
  it('has defaults for all that it may leave out', () => {
    expect(parseManifest(least, 'app.json')).toEqual({
      ...least,
      arguments: [],
      environment: {},
      deny: [],
      limits: {
        memoryPages: 256,
        tableElements: 65_536,
        moduleBytes: 16_777_216,
        handles: 64,
        eventQueueDepth: 64,
        timers: 20,
        sensorSubscriptions: 32,
        hostCallsPerSecond: 10_000_000,
        busMicrosecondsPerSecond: 800_000,
        startMs: 60_000,
        callbackMs: 180_000,
      },
    });
  });

  it('reads numbers written as texts', () => {
    const { permissions } = parseManifest(
      {
        ...least,
        permissions: [
          {
            kind: 'mmio',
            window: 'w',
            registers: [{ offset: '0x1C', actions: ['write'], writeMask: '0xFFFFFFFF' }],
          },
        ],
      },
      'app.json',
    );
    expect(permissions[0]).toMatchObject({ registers: [{ offset: 28, writeMask: 4_294_967_295 }] });
  });

  it('may name its schema', () => {
    expect(problem({ $schema: './app.schema.json', ...least })).toBeUndefined();
  });

  it.each<[string, object, string]>([
    ['an unknown field', { permission: [] }, 'unknown field "permission"; did you mean "permissions"?'],
    [
      'an unknown field that is like no other',
      { wheels: 4 },
      'unknown field "wheels"; remove it or correct its name',
    ],
    [
      'a field name with a line end',
      { 'a\nb': 1 },
      'unknown field "a\\u{a}b"; remove it or correct its name',
    ],
    ['a newer file format', { kanchi: 2 }, '"kanchi": must be 1'],
    ['a name that no log line can carry', { name: 'Blink LED' }, '"name": must be lower-case letters'],
    ['a name that is too long', { name: 'a'.repeat(65) }, '"name": '],
    ['a version that is none', { version: '1' }, '"version": must be a version like 1.0.0'],
    [
      'a version without an end',
      { version: `1.0.${'0'.repeat(125)}` },
      '"version": must have at most 128 characters',
    ],
    ['a missing field', { version: undefined }, 'field "version" is missing'],
    ['a limit over its maximum', { limits: { handles: 257 } }, '"limits.handles": '],
    [
      'a limit that is no number',
      { limits: { timers: '16' } },
      '"limits.timers": must be a number, not a text',
    ],
    ['an unknown limit', { limits: { timer: 1 } }, 'unknown field "limits.timer"; did you mean "timers"?'],
    ['a bad environment name', { environment: { 'A=B': 'c' } }, '"environment.A=B": a name has no "=" in it'],
  ])('is refused for %s', (_, part, message) => {
    expect(problem({ ...least, ...part })).toMatch(/^app\.json: [^\n]*$/u);
    expect(problem({ ...least, ...part })).toContain(message);
  });

  it.each<[string, object, string]>([
    [
      'an unknown kind',
      { kind: 'gpoi', line: 'a' },
      '"permissions[0].kind": must be "gpio", "i2c", "spi", "uart", "mmio", "pwm", "sensor", "message", "connection", "clock" or "log"; did you mean "gpio"?',
    ],
    [
      'an unknown action',
      { kind: 'gpio', line: 'a', actions: ['wach'] },
      '"permissions[0].actions[0]": must be "read", "write" or "watch"; did you mean "watch"?',
    ],
    ['no action', { kind: 'gpio', line: 'a', actions: [] }, '"permissions[0].actions": '],
    [
      'a field of another kind',
      { kind: 'uart', port: 'a', line: 'b', actions: ['read'] },
      'unknown field "permissions[0].line"',
    ],
    [
      'a misspelt field',
      { kind: 'gpio', lin: 'a', actions: ['read'] },
      'unknown field "permissions[0].lin"; did you mean "line"?',
    ],
    [
      'device and bus',
      { kind: 'i2c', device: 'a', bus: 'b', actions: ['read'] },
      'either a "device" or a "bus"',
    ],
    ['a bus without addresses', { kind: 'i2c', bus: 'b', actions: ['read'] }, 'a "bus" needs "addresses"'],
    [
      'registers of a bus',
      { kind: 'i2c', bus: 'b', addresses: [9], registers: [{ first: 1 }], actions: ['read'] },
      '"registers" go with a "device"',
    ],
    [
      'addresses of a device',
      { kind: 'i2c', device: 'b', addresses: [9], actions: ['read'] },
      '"addresses" go with a "bus"',
    ],
    [
      'a reserved address',
      { kind: 'i2c', bus: 'b', addresses: ['0x78'], actions: ['read'] },
      '"permissions[0].addresses[0]": must be 8 to 119 (0x77)',
    ],
    [
      'a range upside down',
      { kind: 'i2c', device: 'b', registers: [{ first: 2, last: 1 }], actions: ['read'] },
      '"last" must not be below "first"',
    ],
    [
      'a register action beyond the entry',
      { kind: 'i2c', device: 'b', registers: [{ first: 2, actions: ['write'] }], actions: ['read'] },
      '"permissions[0].registers[0].actions": "write" must also stand in the "actions" of the entry',
    ],
    [
      'an offset between registers',
      { kind: 'mmio', window: 'w', registers: [{ offset: 2 }] },
      'offsets are multiples of 4',
    ],
    [
      'a mask without a write',
      { kind: 'mmio', window: 'w', registers: [{ offset: 4, actions: ['read'], writeMask: 1 }] },
      '"writeMask" goes with the action "write"',
    ],
    [
      'a mask beyond 32 bits',
      { kind: 'mmio', window: 'w', registers: [{ offset: 4, writeMask: '0x100000000' }] },
      '"permissions[0].registers[0].writeMask": ',
    ],
    [
      'a number that is not one',
      { kind: 'spi', device: 'a', maxClockHz: '0xzz' },
      'must be a number, or a text like "0x76"',
    ],
  ])('is refused for a permission with %s', (_, entry, message) => {
    expect(permission(entry)).toContain(message);
  });

  it('is refused with a RuntimeError of one line, whatever the JSON is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        expect(problem(json)).toMatch(/^app\.json: [^\n\r]*$/u);
      }),
    );
  });

  it('is refused with a RuntimeError of one line, whatever stands in one of its fields', () => {
    const place = fc.constantFrom(
      'permissions',
      'deny',
      'limits',
      'environment',
      'arguments',
      'name',
      '__proto__',
    );
    const kind = fc.constantFrom('gpio', 'i2c', 'spi', 'uart', 'mmio', 'pwm', 'clock', 'log');
    const field = fc.constantFrom('line', 'device', 'bus', 'actions', 'registers', 'addresses', 'maxClockHz');
    const entry = fc
      .tuple(kind, fc.dictionary(field, fc.jsonValue()))
      .map(([name, rest]) => [{ kind: name, ...rest }]);
    fc.assert(
      fc.property(place, fc.oneof(fc.jsonValue(), entry), (name, value) => {
        const json: unknown = JSON.parse(JSON.stringify({ ...least, [name]: value }));
        expect(problem(json) ?? 'app.json: fine').toMatch(/^app\.json: [^\n\r]*$/u);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the command name of an app', () => {
  it('is the file name of its module', () => {
    expect(commandName(parseManifest({ ...least, module: 'build/led.wasm' }, 'app.json'))).toBe('led.wasm');
    expect(commandName(parseManifest(least, 'app.json'))).toBe('blink.wasm');
  });
});
