import type { MmioWidth } from '@kanchi/hal';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseBoard } from '../app/board.ts';
import { buildGrants } from './build-grants.ts';
import { MAX_GRANTED_REGISTERS } from './limits.ts';
import { mmioAccess } from './mmio.test-support.ts';
import { type MmioAccess, mmioPermits, mmioRefusal } from './mmio.ts';
import { grantsOf, manifestOf } from './permission.test-support.ts';

const WRITE_ONE_OFFSET = 4;
const masks = fc.constantFrom(0x1, 0x30, 0xf0, 0xff, 0xff00, 0xffff, 0xff00_0000, 0xffff_ffff);

/** Bits of the 32-bit register that the access touches. */
function lane(access: MmioAccess, bit: number): boolean {
  const from = (access.offset % 4) * 8;
  return bit >= from && bit < from + access.width;
}

/**
 * Whether the access can have an effect on one bit, whatever the register holds: the hardware's view. An ordinary bit
 * is changed when what is written can differ from what it holds; a write-one bit acts when a one is written.
 */
function canAffect(access: MmioAccess, bit: number): boolean {
  if (access.operation === 'read' || !lane(access, bit)) {
    return false;
  }
  const writeOne = access.offset - (access.offset % 4) === WRITE_ONE_OFFSET;
  const at = (bits: number): number => Math.floor(bits / 2 ** (bit - (access.offset % 4) * 8)) % 2;
  return [0, 1].some((held) => {
    const written = access.operation === 'write' || at(access.mask) === 1 ? at(access.value) : held;
    return writeOne ? written === 1 : written !== held;
  });
}

describe('an access to a register', () => {
  it('is allowed only if it can have no effect on a bit outside the mask, and needs its direction', () => {
    const seen = { allowed: 0, refused: 0 };
    fc.assert(
      fc.property(
        fc.constantFrom(0, WRITE_ONE_OFFSET, 8),
        fc.boolean(),
        fc.option(masks, { nil: undefined }),
        mmioAccess,
        (offset, mayRead, writeMask, access) => {
          const grants = grantsOf([
            ...(mayRead ? [entry(offset, { actions: ['read'] })] : []),
            ...(writeMask === undefined ? [] : [entry(offset, { actions: ['write'], writeMask })]),
            entry(12, { actions: ['read'] }),
          ]);
          const grant = grants.mmio.get('registers');
          if (grant === undefined) {
            throw new Error('no grant');
          }
          const bits = Array.from({ length: 32 }, (_, bit) => bit);
          const inside =
            Math.floor(access.offset / 4) === offset / 4 && (access.offset % 4) * 8 + access.width <= 32;
          const expected =
            access.operation === 'read'
              ? (inside && mayRead) || (access.offset >= 12 && access.offset * 8 + access.width <= 16 * 8)
              : inside &&
                writeMask !== undefined &&
                bits.every((bit) => !canAffect(access, bit) || Math.floor(writeMask / 2 ** bit) % 2 === 1);
          expect(mmioPermits(grant, access)).toBe(expected);
          seen[expected ? 'allowed' : 'refused'] += 1;
        },
      ),
      { numRuns: 5000 },
    );
    expect(Math.min(seen.allowed, seen.refused)).toBeGreaterThan(100);
  });

  it.each<[string, Partial<MmioAccess>, string]>([
    ['a plain write of more than the mask', { operation: 'write', offset: 0 }, 'use modify'],
    ['a modify of a write-one register', { operation: 'modify', offset: 4 }, 'use a plain write'],
    [
      'a read that is not granted',
      { operation: 'read', offset: 0 },
      'does not include a read of this register',
    ],
    [
      'a register that is not named',
      { operation: 'write', offset: 8 },
      'does not include a write of this register',
    ],
    ['an offset past the window', { operation: 'read', offset: 16 }, 'the window has 16 bytes'],
    ['an access across two registers', { operation: 'read', offset: 2 }, 'reach into the next register'],
  ])('refused for %s says the rule', (_, part, rule) => {
    const grant = grantsOf([
      entry(0, { actions: ['write'], writeMask: 1 }),
      entry(4, { actions: ['write'], writeMask: 1 }),
    ]).mmio.get('registers');
    const access = { width: 32 as MmioWidth, mask: 1, value: 1, ...part } as MmioAccess;
    expect(grant && mmioPermits(grant, access)).toBe(false);
    expect(mmioRefusal('registers', grant, access).rule).toContain(rule);
  });

  it('to what a deny takes is refused, the others stay', () => {
    const grant = grantsOf(
      [entry(0, { actions: ['read', 'write'] })],
      [entry(0, { actions: ['write'], writeMask: '0x2' })],
    ).mmio.get('registers');
    const unread = grantsOf(
      [entry(0, { actions: ['read', 'write'] })],
      [entry(0, { actions: ['read'] })],
    ).mmio.get('registers');
    expect(unread && mmioPermits(unread, { operation: 'read', offset: 0, width: 32 })).toBe(false);
    const modify = (mask: number): boolean =>
      grant !== undefined &&
      mmioPermits(grant, { operation: 'modify', offset: 0, width: 32, mask, value: 0 });
    expect([modify(1), modify(2), modify(3), modify(0xffff_fffd)]).toEqual([true, false, false, true]);
  });
});

describe('an mmio permission', () => {
  it('for a register outside the window is an error that names app, label and size', () => {
    expect(() => grantsOf([entry(16, {})])).toThrow(
      'app "test-app": an "mmio" entry for "registers" names register 0x10, but the window has 16 bytes',
    );
  });

  it('grants a limited number of registers', () => {
    const board = parseBoard(
      {
        kanchi: 1,
        name: 'big',
        mmio: { windows: { registers: { device: '/dev/mem', byteLength: 65_536 } } },
      },
      'board.json',
    );
    const grant = (last: number): unknown => buildGrants(manifestOf([entry(0, { last })]), board);
    expect(() => grant(4 * (MAX_GRANTED_REGISTERS - 1))).not.toThrow();
    expect(() => grant(4 * MAX_GRANTED_REGISTERS)).toThrow(
      expect.objectContaining({ code: 'KANCHI_MANIFEST_INVALID' }) as Error,
    );
  });
});

function entry(offset: number, detail: object): Record<string, unknown> {
  return { kind: 'mmio', window: 'registers', registers: [{ offset, ...detail }] };
}
