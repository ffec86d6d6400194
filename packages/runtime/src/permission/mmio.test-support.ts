import type { MmioWidth } from '@kanchi/hal';
import fc from 'fast-check';
import type { MmioAccess } from './mmio.ts';

/** Accesses of a small window, few of them far outside. */
export const mmioAccess: fc.Arbitrary<MmioAccess> = fc
  .record({
    operation: fc.constantFrom('read' as const, 'write' as const, 'modify' as const),
    offset: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 0, max: 17 }) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff_ffff }) },
    ),
    width: fc.constantFrom<MmioWidth>(8, 16, 32),
    mask: fc.constantFrom(0, 1, 0x30, 0xff, 0xffff, 0xffff_ffff),
    value: fc.constantFrom(0, 1, 0x10, 0xf0, 0xffff_ffff),
  })
  .map(({ operation, offset, width, mask, value }) => {
    const low = (bits: number): number => (width === 32 ? bits : bits & (2 ** width - 1));
    return { operation, offset, width, mask: low(mask), value: low(value) };
  });
