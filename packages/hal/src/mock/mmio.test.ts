import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MmioWidth } from '../contract/mmio.ts';
import { MockBoard } from './board.ts';
import type { MmioBlock } from './chip.ts';
import { codeOf, outcomeOf } from './mock.test-support.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Plain memory that notes each access. */
class NotingBlock implements MmioBlock {
  readonly byteLength = 16;
  readonly widths = [8, 32] as const;
  readonly accesses: string[] = [];
  value = 0;
  read(offset: number, width: number): number {
    this.accesses.push(`read${width} ${offset}`);
    return this.value;
  }
  write(offset: number, width: number, value: number): void {
    this.accesses.push(`write${width} ${offset} ${value}`);
  }
}

function setUp(): { board: MockBoard; block: NotingBlock } {
  const board = new MockBoard({ clock: new VirtualClock() });
  const block = new NotingBlock();
  board.attachMmioBlock('timer', block);
  return { board, block };
}

const request = { device: 'timer', base: 4, byteLength: 8, consumer: 'test' };

describe('mock MMIO window', () => {
  it('makes one access per call at the place in the block, unsigned and of that width', () => {
    const { board, block } = setUp();
    using window = board.openMmioWindow(request);
    block.value = -1;
    expect([window.read(0, 32), window.read(3, 8)]).toEqual([0xffff_ffff, 0xff]);
    window.write(4, 32, -2);
    window.write(1, 8, 0x1_23);
    expect(block.accesses).toEqual(['read32 4', 'read8 7', 'write32 8 4294967294', 'write8 5 35']);
  });

  it('modifies only the bits of the mask, in one read and one write', () => {
    const { board, block } = setUp();
    using window = board.openMmioWindow(request);
    block.value = 0xf0f0_f0f0;
    window.modify(0, 32, 0xff00_000f, 0x1234_5675);
    expect(block.accesses).toEqual(['read32 4', `write32 4 ${0x12f0_f0f5}`]);
  });

  it('touches nothing when an access is not within the window, aligned and of a width that the block has', () => {
    const any = fc.oneof(fc.integer({ min: -8, max: 16 }), fc.double(), fc.integer());
    const width = fc.constantFrom<MmioWidth>(8, 16, 32, 64 as MmioWidth);
    fc.assert(
      fc.property(any, width, (offset, accessWidth) => {
        const { board, block } = setUp();
        using window = board.openMmioWindow(request);
        const inside = Number.isInteger(offset) && offset >= 0 && offset + accessWidth / 8 <= 8;
        const code = ![8, 32].includes(accessWidth)
          ? 'HAL_NOT_SUPPORTED'
          : !inside
            ? 'HAL_MMIO_OUT_OF_RANGE'
            : offset % (accessWidth / 8) !== 0
              ? 'HAL_MMIO_MISALIGNED'
              : 'done';
        expect(outcomeOf(() => window.read(offset, accessWidth))).toBe(code);
        expect(outcomeOf(() => window.write(offset, accessWidth, 0))).toBe(code);
        expect(outcomeOf(() => window.modify(offset, accessWidth, 0, 0))).toBe(code);
        expect(block.accesses.length).toBe(code === 'done' ? 4 : 0);
      }),
    );
  });

  it.each([
    ['HAL_BAD_ARGUMENT', { base: 12 }],
    ['HAL_BAD_ARGUMENT', { base: -4 }],
    ['HAL_BAD_ARGUMENT', { base: 2 }],
    ['HAL_BAD_ARGUMENT', { byteLength: 0 }],
    ['HAL_BAD_ARGUMENT', { byteLength: Number.NaN }],
    ['HAL_BAD_ARGUMENT', { consumer: '' }],
    ['HAL_NO_SUCH_DEVICE', { device: 'other' }],
  ])('answers %s to an open with %j', (code, change) => {
    const { board } = setUp();
    expect(codeOf(() => board.openMmioWindow({ ...request, ...change }))).toBe(code);
    expect(board.openHandleCount()).toBe(0);
  });

  it('is closed for good after close, and the block can be taken off', () => {
    const { board, block } = setUp();
    const window = board.openMmioWindow(request);
    const second = board.openMmioWindow({ ...request, consumer: 'other' });
    expect(board.openHandles()).toEqual(['mmio timer+0x4 (test)', 'mmio timer+0x4 (other)']);
    window.close();
    window.close();
    second.close();
    expect(codeOf(() => window.read(0, 32))).toBe('HAL_CLOSED');
    expect(codeOf(() => board.attachMmioBlock('timer', block))).toBe('HAL_BAD_ARGUMENT');
    expect(board.openHandleCount()).toBe(0);
    const detach = board.attachMmioBlock('second', block);
    detach();
    expect(codeOf(() => board.openMmioWindow({ ...request, device: 'second' }))).toBe('HAL_NO_SUCH_DEVICE');
  });
});
