import type { MmioWidth } from '@kanchi/hal';
import type { MmioGrant, Refusal } from './grant.ts';

/** One access to a window; numbers are unsigned and within the width. */
export type MmioAccess =
  | { readonly operation: 'read'; readonly offset: number; readonly width: MmioWidth }
  | {
      readonly operation: 'write';
      readonly offset: number;
      readonly width: MmioWidth;
      readonly value: number;
    }
  | {
      readonly operation: 'modify';
      readonly offset: number;
      readonly width: MmioWidth;
      readonly mask: number;
      readonly value: number;
    };

const REGISTER_BYTES = 4;

/**
 * The one check for registers.
 * - A read needs a readable register.
 * - A modify may change only bits of the register's mask.
 * - A plain write puts a value into every bit of its width, so all of them must be in the mask; except in a register in
 *   which writing 0 does nothing, where only the ones count.
 * Narrow accesses use the lane of the 32-bit register that they touch, little-endian. An access across two registers
 * (misaligned) is refused.
 */
export function mmioPermits(grant: MmioGrant, access: MmioAccess): boolean {
  if (grant.revoked) {
    return false;
  }
  const lane = access.offset % REGISTER_BYTES;
  if (lane * 8 + access.width > 32) {
    return false;
  }
  const register = grant.registers.get(access.offset - lane);
  if (register === undefined) {
    return false;
  }
  switch (access.operation) {
    case 'read':
      return register.read;
    case 'modify':
      return subset(shifted(access.mask, lane), register.writeMask);
    case 'write':
      return (
        subset(shifted(widthMask(access.width), lane), register.writeMask) ||
        (grant.writeOneOnly.has(access.offset - lane) &&
          subset(shifted(access.value, lane), register.writeMask) &&
          register.writeMask !== 0)
      );
  }
}

export function mmioRefusal(label: string, grant: MmioGrant | undefined, access: MmioAccess): Refusal {
  const lane = access.offset % REGISTER_BYTES;
  const register = access.offset - lane;
  const shown = `0x${access.offset.toString(16)}`;
  const crosses = lane * 8 + access.width > 32;
  return {
    kind: 'mmio',
    label,
    resource: `mmio window "${label}", register ${shown}`,
    rule: rule(grant, access, register, crosses),
    manifestLine:
      grant?.revoked === true || crosses
        ? undefined
        : JSON.stringify({
            kind: 'mmio',
            window: label,
            registers: [
              {
                offset: `0x${register.toString(16)}`,
                ...(access.operation === 'read'
                  ? { actions: ['read'] }
                  : { actions: ['write'], writeMask: `0x${neededMask(grant, access, lane).toString(16)}` }),
              },
            ],
          }),
  };
}

function rule(grant: MmioGrant | undefined, access: MmioAccess, register: number, crosses: boolean): string {
  if (grant === undefined) {
    return 'no "mmio" permission for this window';
  }
  if (grant.revoked) {
    return 'the permission was revoked';
  }
  if (crosses) {
    return `${access.width} bits at offset ${access.offset} reach into the next register`;
  }
  const granted = grant.registers.get(register);
  if (access.operation === 'read' || granted === undefined || granted.writeMask === 0) {
    return `the "mmio" permission does not include a ${access.operation === 'read' ? 'read' : 'write'} of this register`;
  }
  return (
    `the "mmio" permission allows bits 0x${granted.writeMask.toString(16)} of this register to change` +
    (access.operation === 'write' ? '; a plain write sets all of them (use modify)' : '')
  );
}

/** Bits that the access needs in the mask. */
function neededMask(grant: MmioGrant | undefined, access: MmioAccess, lane: number): number {
  switch (access.operation) {
    case 'read':
      return 0;
    case 'modify':
      return shifted(access.mask, lane);
    case 'write': {
      const oneOnly = grant?.writeOneOnly.has(access.offset - lane) === true && access.value !== 0;
      return shifted(oneOnly ? access.value : widthMask(access.width), lane);
    }
  }
}

function subset(bits: number, mask: number): boolean {
  return (bits & ~mask) === 0;
}

function shifted(bits: number, lane: number): number {
  return (bits << (lane * 8)) >>> 0;
}

function widthMask(width: MmioWidth): number {
  return width === 32 ? 0xffffffff : 2 ** width - 1;
}
