import type { I2cOperation } from '@kanchi/hal';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { i2cPermits, i2cPermitsOpen, i2cRefusal } from './i2c.ts';
import { grantsOf, type Json, operations, testBoard } from './permission.test-support.ts';

type Direction = 'read' | 'write';

/** An entry of the manifest as plain numbers. */
interface Entry {
  readonly actions: readonly Direction[];
  readonly registers: readonly { readonly first: number; readonly last: number }[] | undefined;
}

const read = (length: number): I2cOperation => ({ kind: 'read', buffer: new Uint8Array(length) });
const write = (...bytes: number[]): I2cOperation => ({ kind: 'write', bytes: Uint8Array.from(bytes) });

/**
 * The rule once more, written down byte by byte as the chip sees them: every byte on the bus has a meaning, and each
 * meaning is allowed or not. Nothing of the check is used here.
 */
function everyByteIsAllowed(
  entries: readonly Entry[],
  denies: readonly Entry[],
  addressing: {
    readonly addressBytes: number;
    readonly write: 'increment' | 'pairs';
    readonly pageBytes?: number | undefined;
  },
  maxBytes: number,
  transaction: readonly I2cOperation[],
): boolean {
  const lastRegister = 256 ** addressing.addressBytes - 1;
  const covers = (entry: Entry, direction: Direction, register: number): boolean =>
    entry.actions.includes(direction) &&
    (entry.registers === undefined ||
      entry.registers.some(({ first, last }) => register >= first && register <= last));
  /** `undefined` is a byte of which nobody can tell where it goes. */
  const allowed = (direction: Direction, register: number | undefined): boolean =>
    register === undefined || register > lastRegister
      ? entries.some((entry) => entry.actions.includes(direction) && entry.registers === undefined) &&
        !denies.some((deny) => deny.actions.includes(direction))
      : entries.some((entry) => covers(entry, direction, register)) &&
        !denies.some((deny) => covers(deny, direction, register));
  const anything = Array.from({ length: lastRegister + 1 }, (_, register) => register).some(
    (register) => allowed('read', register) || allowed('write', register),
  );

  let pointer: number | undefined;
  let byteCount = 0;
  const verdicts: boolean[] = [anything];
  for (const operation of transaction) {
    if (operation.kind === 'read') {
      for (const _ of operation.buffer) {
        verdicts.push(allowed('read', pointer));
        pointer = pointer === undefined ? undefined : pointer + 1;
        byteCount += 1;
      }
      pointer = pointer !== undefined && pointer > lastRegister ? undefined : pointer;
      continue;
    }
    let addressSoFar: number[] = [];
    let target: number | undefined;
    let dataBytes = 0;
    for (const byte of operation.bytes) {
      byteCount += 1;
      if (target === undefined) {
        addressSoFar.push(byte);
        if (addressSoFar.length === addressing.addressBytes) {
          target = addressSoFar.reduce((sum, part) => sum * 256 + part, 0);
          pointer = target;
          dataBytes = 0;
          addressSoFar = [];
        }
      } else {
        verdicts.push(allowed('write', target + dataBytes));
        const { pageBytes = 65_536 } = addressing;
        const inPage = (target % pageBytes) + dataBytes;
        // A memory puts what goes over the end of a page at its beginning; nobody knows which part is on the board.
        verdicts.push(allowed('write', target + dataBytes - inPage + (inPage % pageBytes)));
        dataBytes += 1;
        pointer =
          target + dataBytes > lastRegister || inPage + 1 >= pageBytes ? undefined : target + dataBytes;
        if (addressing.write === 'pairs') {
          target = undefined;
          pointer = undefined;
        }
      }
    }
    if (addressSoFar.length > 0) {
      verdicts.push(allowed('write', undefined));
      pointer = undefined;
    } else if (target !== undefined && dataBytes === 0) {
      verdicts.push(allowed('read', target) || allowed('write', target));
    }
  }
  return byteCount <= maxBytes && !verdicts.includes(false);
}

const register = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0xfc, max: 0xff }));
const entry: fc.Arbitrary<Entry> = fc.record({
  actions: fc.subarray<Direction>(['read', 'write'], { minLength: 1 }),
  registers: fc.option(
    fc.array(
      fc
        .tuple(register, fc.integer({ min: 0, max: 4 }))
        .map(([first, more]) => ({ first, last: Math.min(first + more, 0xff) })),
      { minLength: 1, maxLength: 3 },
    ),
    { nil: undefined },
  ),
});
const asJson = (label: string, { actions, registers }: Entry): Json => ({
  kind: 'i2c',
  device: label,
  actions,
  ...(registers === undefined ? {} : { registers }),
});

describe('a transaction', () => {
  for (const label of ['environment', 'expander', 'eeprom', 'memory']) {
    const device = testBoard.i2cDevices.get(label);
    const addressing = device?.registerAddressing;
    if (device === undefined || addressing === undefined) {
      throw new Error(label);
    }

    it(`is allowed only if every byte is, and always then (${addressing.addressBytes} byte addresses, ${addressing.write}, ${addressing.pageBytes === undefined ? 'no pages' : 'pages'})`, () => {
      const seen = { allowed: 0, refused: 0 };
      fc.assert(
        fc.property(
          fc.array(entry, { minLength: 1, maxLength: 4 }),
          fc.array(entry, { maxLength: 2 }),
          fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
          operations,
          (entries, denies, maxBytes, asked) => {
            const limit = maxBytes === undefined ? {} : { maxTransactionBytes: maxBytes };
            const grant = grantsOf(
              entries.map((one) => ({ ...asJson(label, one), ...limit })),
              denies.map((one) => asJson(label, one)),
            ).i2c.get(label);
            if (grant === undefined) {
              throw new Error('no grant');
            }
            const expected = everyByteIsAllowed(entries, denies, addressing, maxBytes ?? 256, asked);
            expect(i2cPermits(grant, device.address, asked)).toBe(expected);
            expect(i2cPermits(grant, device.address + 1, asked)).toBe(false);
            seen[expected ? 'allowed' : 'refused'] += 1;
          },
        ),
        { numRuns: addressing.addressBytes === 1 ? 2000 : 300 },
      );
      // Both answers were met often, or the property says little.
      expect(Math.min(seen.allowed, seen.refused)).toBeGreaterThan(30);
    });
  }

  it('is allowed by the line that its refusal advises, alone', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('environment', 'expander', 'eeprom', 'memory', 'raw'),
        operations,
        (label, asked) => {
          const device = testBoard.i2cDevices.get(label);
          const target = { label, isBus: false, addressing: device?.registerAddressing };
          const { manifestLine } = i2cRefusal(target, undefined, device?.address, asked);
          const grant = grantsOf([JSON.parse(manifestLine ?? '') as Json]).i2c.get(label);
          expect(grant && i2cPermits(grant, device?.address ?? 0, asked)).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('a grant of which deny entries leave nothing', () => {
  it.each([
    ['all of the device', {}],
    ['all of its registers', { registers: [{ first: 0, last: '0xff' }] }],
  ])('does not open the device: %s', (_, denied) => {
    const asked: Json = { kind: 'i2c', device: 'expander', actions: ['read'], registers: [{ first: 1 }] };
    const before = grantsOf([asked]).i2c.get('expander');
    const after = grantsOf([asked], [{ kind: 'i2c', device: 'expander', ...denied }]).i2c.get('expander');
    expect(before && i2cPermitsOpen(before)).toBe(true);
    expect(after && i2cPermitsOpen(after)).toBe(false);
    const { rule } = i2cRefusal(
      { label: 'expander', isBus: false, addressing: undefined },
      after,
      undefined,
      [],
    );
    expect(rule).toBe('no "i2c" permission for this device');
  });
});

describe('a device permission', () => {
  const weather = grantsOf([
    {
      kind: 'i2c',
      device: 'environment',
      actions: ['read', 'write'],
      registers: [
        { first: '0xf2', last: '0xf5', actions: ['write'] },
        { first: '0xf7', last: '0xfe', actions: ['read'] },
      ],
    },
  ]).i2c.get('environment');
  const ruleOf = (...asked: I2cOperation[]): string | undefined => {
    const target = {
      label: 'environment',
      isBus: false,
      addressing: testBoard.i2cDevices.get('environment')?.registerAddressing,
    };
    if (weather === undefined) {
      throw new Error('no grant');
    }
    return i2cPermits(weather, 0x76, asked) ? undefined : i2cRefusal(target, weather, 0x76, asked).rule;
  };

  it('allows the registers that it names', () => {
    expect(ruleOf(write(0xf7), read(8))).toBeUndefined();
    expect(ruleOf(write(0xf2, 1, 0xf4, 0x25))).toBeUndefined();
    expect(ruleOf(write(0xf7), read(2), read(6))).toBeUndefined();
    expect(ruleOf(write(0xf4))).toBeUndefined();
  });

  it.each([
    ['one byte past the range', [write(0xf7), read(9)], 'does not include reading register 0xff'],
    ['a read that goes on in a second operation', [write(0xf7), read(8), read(1)], 'reading register 0xff'],
    ['a write in a pair at the end', [write(0xf2, 1, 0xe0, 0xb6)], 'does not include writing register 0xe0'],
    ['a read of a register that may be written', [write(0xf4), read(1)], 'reading register 0xf4'],
    ['a read without a register address', [read(8)], 'is not set in the same transaction'],
    ['a read after pairs', [write(0xf2, 1), read(1)], 'is not set in the same transaction'],
    ['pointing at a register that is not granted', [write(0xd0)], 'does not include register 0xd0'],
    [
      'more bytes than a transaction may have',
      [write(0xf7), read(256)],
      '257 bytes, a transaction has at most 256',
    ],
  ])('refuses %s and says which rule', (_, asked, rule) => {
    expect(ruleOf(...asked)).toContain(rule);
  });

  it('reads two address bytes with the high one first', () => {
    const grant = grantsOf([
      {
        kind: 'i2c',
        device: 'eeprom',
        actions: ['read', 'write'],
        registers: [{ first: '0x0102', last: '0x0103' }],
      },
    ]).i2c.get('eeprom');
    const permits = (...asked: I2cOperation[]): boolean =>
      grant !== undefined && i2cPermits(grant, 0x50, asked);
    expect(permits(write(1, 2), read(2))).toBe(true);
    expect(permits(write(1, 3, 9))).toBe(true);
    expect(permits(write(1, 1), read(1))).toBe(false);
    expect(permits(write(2, 1), read(1))).toBe(false);
    expect(permits(write(1, 3, 9, 9))).toBe(false);
    expect(permits(write(1), write(2), read(1))).toBe(false);
  });

  it('takes any write as data when the board does not say how registers are addressed', () => {
    const readOnly = grantsOf([{ kind: 'i2c', device: 'raw', actions: ['read'] }]).i2c.get('raw');
    const whole = grantsOf([{ kind: 'i2c', device: 'raw', actions: ['read', 'write'] }]).i2c.get('raw');
    expect(readOnly && i2cPermits(readOnly, 0x11, [read(4)])).toBe(true);
    expect(readOnly && i2cPermits(readOnly, 0x11, [write(0)])).toBe(false);
    expect(readOnly && i2cPermits(readOnly, 0x11, [write()])).toBe(false);
    expect(whole && i2cPermits(whole, 0x11, [write(0), read(4), write()])).toBe(true);
  });

  it('cannot name registers when the board does not say how they are addressed', () => {
    expect(() =>
      grantsOf([{ kind: 'i2c', device: 'raw', actions: ['read'], registers: [{ first: 1 }] }]),
    ).toThrow(
      expect.objectContaining({
        code: 'KANCHI_MANIFEST_INVALID',
        message: expect.stringContaining('registerAddressing') as string,
      }) as Error,
    );
  });

  it('does not even let a denied device be probed', () => {
    const grant = grantsOf(
      [{ kind: 'i2c', device: 'environment', actions: ['read', 'write'] }],
      [{ kind: 'i2c', device: 'environment' }],
    ).i2c.get('environment');
    expect(grant && i2cPermits(grant, 0x76, [write()])).toBe(false);
  });
});

describe('a bus permission', () => {
  it('gives each address only the directions of the entry that names it', () => {
    const grant = grantsOf([
      { kind: 'i2c', bus: 'sensors', addresses: ['0x11'], actions: ['read'] },
      { kind: 'i2c', bus: 'sensors', addresses: [{ first: '0x20', last: '0x22' }], actions: ['write'] },
    ]).i2c.get('sensors');
    if (grant === undefined) {
      throw new Error('no grant');
    }
    expect(i2cPermits(grant, 0x11, [read(1)])).toBe(true);
    expect(i2cPermits(grant, 0x11, [write(1)])).toBe(false);
    expect(i2cPermits(grant, 0x22, [write(1)])).toBe(true);
    expect(i2cPermits(grant, 0x22, [read(1)])).toBe(false);
    expect(i2cPermits(grant, 0x23, [write(1)])).toBe(false);
  });

  it('does not reach a device that is denied by its own label, in the denied direction', () => {
    const wide: Json = {
      kind: 'i2c',
      bus: 'sensors',
      addresses: [{ first: '0x08', last: '0x77' }],
      actions: ['read', 'write'],
    };
    const deny = { kind: 'i2c', device: 'environment', registers: [{ first: '0xe0', actions: ['write'] }] };
    const grants = grantsOf([wide], [deny]);
    const grant = grants.i2c.get('sensors');
    expect(grant && i2cPermits(grant, 0x76, [write(0xd0), read(1)])).toBe(false);
    expect(grant && i2cPermits(grant, 0x76, [read(1)])).toBe(true);
    expect(grant && i2cPermits(grant, 0x77, [write(0xe0, 0xb6)])).toBe(true);
    expect(grants.denied).toContain('i2c:sensors');
  });

  it('denied as a whole takes the devices on it too', () => {
    const grants = grantsOf(
      [{ kind: 'i2c', device: 'environment', actions: ['read', 'write'] }],
      [{ kind: 'i2c', bus: 'sensors' }],
    );
    const grant = grants.i2c.get('environment');
    expect(grant && i2cPermits(grant, 0x76, [read(1)])).toBe(false);
    expect(grants.denied).toContain('i2c:environment');
  });
});
