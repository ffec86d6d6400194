import type { MmioWidth } from '@kanchi/hal';
import { observed } from './access.ts';
import type { MmioGrant, Refusal } from './grant.ts';
import { MAX_WINDOW_BYTES } from './limits.ts';
import { hex } from './register-walk.ts';

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

export const REGISTER_BYTES = 4;

/**
 * The one check for registers.
 * - A read needs a readable register.
 * - A modify may change only bits of the register's mask. It writes the other bits back as it read them, so where a one
 *   acts and a zero does not (write-one registers), it would act on all that read as one: there it needs those too.
 * - A plain write puts a value into every bit of its width, so all of them must be in the mask; except in a register in
 *   which writing 0 does nothing, where only the ones count.
 * Narrow accesses use the lane of the 32-bit register that they touch, little-endian. An access across two registers
 * (misaligned) is refused.
 */
export function mmioPermits(grant: MmioGrant, access: MmioAccess): boolean {
  return granted(grant, access) || observed(grant, { kind: 'mmio', label: grant.label, access });
}

/** The check for opening: any permission for the window will do; each access is checked. */
export function mmioPermitsOpen(grant: MmioGrant): boolean {
  return (
    !grant.revocation.revoked &&
    (grant.observer === undefined || observed(grant, { kind: 'mmio', label: grant.label, access: undefined }))
  );
}

function granted(grant: MmioGrant, access: MmioAccess): boolean {
  if (grant.revocation.revoked) {
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
    case 'write':
      return register.writeMask !== 0 && subset(neededMask(grant, access, lane), register.writeMask);
  }
}

export function mmioRefusal(label: string, grant: MmioGrant | undefined, access: MmioAccess): Refusal {
  const lane = access.offset % REGISTER_BYTES;
  const register = access.offset - lane;
  const crosses = lane * 8 + access.width > 32;
  const outside = register + REGISTER_BYTES > (grant?.byteLength ?? MAX_WINDOW_BYTES);
  return {
    kind: 'mmio',
    label,
    resource: `mmio window "${label}", register ${hex(access.offset)}`,
    rule: rule(grant, access, register),
    manifestLine:
      grant?.revocation.revoked === true || crosses || outside
        ? undefined
        : JSON.stringify({
            kind: 'mmio',
            window: label,
            registers: [{ offset: hex(register), ...advice(grant, access, lane) }],
          }),
    under: ({ mmio }) => {
      const other = mmio.get(label);
      // Without a grant it was opening that was refused, which needs any permission for the window.
      const permits =
        other !== undefined && (grant === undefined ? !other.revocation.revoked : mmioPermits(other, access));
      return permits ? undefined : mmioRefusal(label, other, access);
    },
  };
}

function advice(grant: MmioGrant | undefined, access: MmioAccess, lane: number): object {
  if (access.operation === 'read') {
    return { actions: ['read'] };
  }
  // An access that changes no bit still writes: it needs one bit, and the lowest of its width is as good as any.
  const mask = neededMask(grant, access, lane) || shifted(1, lane);
  return { actions: ['write'], writeMask: `0x${mask.toString(16)}` };
}

function rule(grant: MmioGrant | undefined, access: MmioAccess, register: number): string {
  if (grant === undefined) {
    return 'no "mmio" permission for this window';
  }
  if (grant.revocation.revoked) {
    return 'the permission was revoked';
  }
  if (register + REGISTER_BYTES > grant.byteLength) {
    return `the window has ${grant.byteLength} bytes`;
  }
  if ((access.offset - register) * 8 + access.width > 32) {
    return `${access.width} bits at offset ${access.offset} reach into the next register`;
  }
  const granted = grant.registers.get(register);
  if (access.operation === 'read' || granted === undefined || granted.writeMask === 0) {
    return `the "mmio" permission does not include a ${access.operation === 'read' ? 'read' : 'write'} of this register`;
  }
  const allowed = `the "mmio" permission allows bits 0x${granted.writeMask.toString(16)} of this register to change`;
  const writeOne = grant.writeOneOnly.has(register);
  if (access.operation === 'write') {
    return writeOne ? allowed : `${allowed}; a plain write sets all of them (use modify)`;
  }
  return writeOne ? `${allowed}; a modify writes ones back to the others (use a plain write)` : allowed;
}

/** Bits of the 32-bit register that the access may change, so that it needs them in the mask. */
export function neededMask(
  grant: MmioGrant | undefined,
  access: Exclude<MmioAccess, { readonly operation: 'read' }>,
  lane: number,
): number {
  const writeOne = grant?.writeOneOnly.has(access.offset - lane) === true;
  const every = widthMask(access.width);
  if (access.operation === 'modify') {
    // In a write-one register: ones of its own, and whatever else was read as one.
    const changed = writeOne ? (access.mask & access.value) | ~access.mask : access.mask;
    return shifted(changed & every, lane);
  }
  return shifted(writeOne ? access.value & every : every, lane);
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
