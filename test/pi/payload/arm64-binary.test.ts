import { describe, expect, it } from 'vitest';
import { isArm64Binary } from './arm64-binary.ts';

/** The first 20 bytes of a shared library: 64 bits, little-endian, and the machine. */
const library = (machine: number): Uint8Array =>
  Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, machine, 0);

describe('binary for arm64', () => {
  it('is told by the machine in its header, not by its name', () => {
    expect(isArm64Binary(library(183))).toBe(true);
    expect(isArm64Binary(library(62)), 'x86-64').toBe(false);
    expect(isArm64Binary(library(40)), '32-bit Arm').toBe(false);
    expect(isArm64Binary(library(183).subarray(0, 19)), 'cut off').toBe(false);
    expect(isArm64Binary(Buffer.from('MZ this is for Windows')), 'Windows').toBe(false);
  });
});
