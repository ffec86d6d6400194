import { describe, expect } from 'vitest';
import type { MmioWidth, MmioWindow, MmioWindowRequest } from '../contract/mmio.ts';
import type { ConformanceMmio, ConformanceSetup } from './fixture.ts';
import { codeOf, consumer, type GroupBench, need, testsOf } from './fixture-test.ts';

type Bench = GroupBench<ConformanceMmio>;

const allWidths: readonly MmioWidth[] = [8, 16, 32];

function open(bench: Bench, fields: Partial<MmioWindowRequest> = {}): MmioWindow {
  const { device, base, byteLength } = bench.wiring;
  return bench.hal.openMmioWindow({ device, base, byteLength, consumer, ...fields });
}

export function defineMmioSuite(setup: ConformanceSetup): void {
  const test = testsOf(setup, 'mmio');

  describe('mmio: open and close', () => {
    test('a window tells its length and has 32-bit accesses', (bench) => {
      using window = open(bench);
      expect(window.byteLength).toBe(bench.wiring.byteLength);
      expect(window.widths).toContain(32);
    });

    test('a window closes once, and every call after close throws HAL_CLOSED', (bench) => {
      const window = open(bench);
      window.close();
      window.close();
      window[Symbol.dispose]();
      const calls = [
        () => window.read(0, 32),
        () => window.write(0, 32, 0),
        () => window.modify(0, 32, 0, 0),
      ];
      expect(calls.map(codeOf)).toEqual(calls.map(() => 'HAL_CLOSED'));
    });

    test('a device that does not exist is HAL_NO_SUCH_DEVICE', (bench) => {
      const device = bench.wiring.missingDevice;
      expect(codeOf(() => open(bench, { device }))).toBe('HAL_NO_SUCH_DEVICE');
      expect(bench.hal.openHandleCount()).toBe(0);
    });

    test('a window before the start of the device or without bytes is HAL_BAD_ARGUMENT', (bench) => {
      expect(codeOf(() => open(bench, { base: -4 }))).toBe('HAL_BAD_ARGUMENT');
      expect(codeOf(() => open(bench, { byteLength: 0 }))).toBe('HAL_BAD_ARGUMENT');
    });

    test('a window that goes beyond the end of the device is HAL_BAD_ARGUMENT', (bench) => {
      const end = bench.wiring.deviceBytes;
      need(bench, end !== undefined, 'nobody knows how long this device is');
      const beyond = [
        { base: end, byteLength: 4 },
        { base: end - 4, byteLength: 8 },
        { base: 0, byteLength: end + 4 },
      ];
      expect(beyond.map((fields) => codeOf(() => open(bench, fields)))).toEqual(
        beyond.map(() => 'HAL_BAD_ARGUMENT'),
      );
      expect(bench.hal.openHandleCount()).toBe(0);
      using last = open(bench, { base: end - 4, byteLength: 4 });
      expect(last.byteLength).toBe(4);
    });
  });

  describe('mmio: accesses', () => {
    test('a register keeps what was written, unsigned and modulo its width', (bench) => {
      using window = open(bench);
      const offset = bench.wiring.readWriteOffset;
      const values = [0, 1, 0x8000_0000, 0xffff_ffff, 2 ** 32 + 5, -1];
      const read = values.map((value) => {
        window.write(offset, 32, value);
        return window.read(offset, 32);
      });
      expect(read).toEqual([0, 1, 0x8000_0000, 0xffff_ffff, 5, 0xffff_ffff]);
    });

    test('narrow accesses touch their bytes only', (bench) => {
      using window = open(bench);
      const offset = bench.wiring.readWriteOffset;
      const narrow = window.widths.filter((width) => width !== 32);
      need(bench, narrow.length > 0, 'this window has 32-bit accesses only');
      for (const width of narrow) {
        window.write(offset, 32, 0x1122_3344);
        window.write(offset, width, 2 ** width + 0x55);
        const kept = Math.floor(0x1122_3344 / 2 ** width) * 2 ** width;
        expect([window.read(offset, width), window.read(offset, 32)]).toEqual([0x55, kept + 0x55]);
      }
    });

    test('modify changes the bits of the mask only', (bench) => {
      using window = open(bench);
      const offset = bench.wiring.readWriteOffset;
      window.write(offset, 32, 0xff00_ff00);
      window.modify(offset, 32, 0xf000_000f, 0x5555_5555);
      expect(window.read(offset, 32)).toBe(0x5f00_ff05);
      window.modify(offset, 32, 0, 0xffff_ffff);
      expect(window.read(offset, 32)).toBe(0x5f00_ff05);
    });

    test('what leaves the window is refused and touches nothing', (bench) => {
      using window = open(bench);
      const { byteLength, readWriteOffset } = bench.wiring;
      window.write(readWriteOffset, 32, 0x0bad_cafe);
      const outside = [byteLength, byteLength + 4, -4, 2 ** 32, 2 ** 32 + readWriteOffset];
      const codes = outside.flatMap((offset) => [
        codeOf(() => window.read(offset, 32)),
        codeOf(() => window.write(offset, 32, 0)),
        codeOf(() => window.modify(offset, 32, 0xffff_ffff, 0)),
      ]);
      expect(new Set(codes)).toEqual(new Set(['HAL_MMIO_OUT_OF_RANGE']));
      expect(window.read(readWriteOffset, 32)).toBe(0x0bad_cafe);
    });

    test('an offset that is no multiple of the width is refused and touches nothing', (bench) => {
      using window = open(bench);
      const { readWriteOffset } = bench.wiring;
      window.write(readWriteOffset, 32, 0x0bad_cafe);
      // Odd offsets below the last register, so that they do not leave the window as well.
      const near = readWriteOffset === 0 ? 0 : readWriteOffset - 4;
      for (const offset of [near + 1, near + 2, near + 3]) {
        expect(codeOf(() => window.read(offset, 32))).toBe('HAL_MMIO_MISALIGNED');
        expect(codeOf(() => window.write(offset, 32, 0))).toBe('HAL_MMIO_MISALIGNED');
        expect(codeOf(() => window.modify(offset, 32, 0xffff_ffff, 0))).toBe('HAL_MMIO_MISALIGNED');
      }
      expect(window.read(readWriteOffset, 32)).toBe(0x0bad_cafe);
    });

    test('a width that the window does not have is HAL_NOT_SUPPORTED', (bench) => {
      using window = open(bench);
      const missing = [...allWidths.filter((width) => !window.widths.includes(width)), 64 as MmioWidth];
      const codes = missing.map((width) => codeOf(() => window.read(0, width)));
      expect(codes).toEqual(missing.map(() => 'HAL_NOT_SUPPORTED'));
    });
  });
}
