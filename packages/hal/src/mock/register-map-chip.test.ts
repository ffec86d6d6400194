import { describe, expect, it } from 'vitest';
import type { I2cBus } from '../contract/i2c.ts';
import { i2cRead, i2cWrite, i2cWriteRead } from '../contract/i2c.ts';
import { MockBoard } from './board.ts';
import { codeOf } from './mock.test-support.ts';
import type { RegisterMapOptions } from './register-map-chip.ts';
import { RegisterMapChip } from './register-map-chip.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Notes its accesses; register 3 clears when read, register 5 accepts nothing. */
class NotingChip extends RegisterMapChip {
  readonly notes: string[] = [];
  protected override onRead(register: number): number {
    this.notes.push(`read ${register}`);
    const value = super.onRead(register);
    if (register === 3) this.registers[3] = 0;
    return value;
  }
  protected override onWrite(register: number, value: number): void {
    this.notes.push(`write ${register} ${value}`);
    super.onWrite(register, value);
  }
  protected override accepts(register: number): boolean {
    return register !== 5;
  }
}

function setUp(options: RegisterMapOptions = {}): { bus: I2cBus; chip: NotingChip } {
  const board = new MockBoard({ clock: new VirtualClock() });
  const chip = new NotingChip(options);
  board.attachI2cChip(1, 0x20, chip);
  return { bus: board.openI2cBus({ bus: 1, consumer: 'test' }), chip };
}

function readFrom(bus: I2cBus, pointer: readonly number[], byteLength: number): number[] {
  const buffer = new Uint8Array(byteLength);
  i2cWriteRead(bus, 0x20, Uint8Array.from(pointer), buffer);
  return [...buffer];
}

describe('RegisterMapChip', () => {
  it('writes and reads on from the pointer, which stays between transactions', () => {
    const { bus, chip } = setUp();
    i2cWrite(bus, 0x20, Uint8Array.of(1, 10, 11, 12));
    expect(readFrom(bus, [1], 2)).toEqual([10, 11]);
    const buffer = new Uint8Array(1);
    i2cRead(bus, 0x20, buffer);
    expect(buffer[0]).toBe(12);
    expect(chip.pointer).toBe(4);
    expect(chip.notes.slice(0, 4)).toEqual(['write 1 10', 'write 2 11', 'write 3 12', 'read 1']);
    expect(readFrom(bus, [3], 1)).toEqual([0]);
  });

  it('takes register and value in turn in the pairs style', () => {
    const { bus, chip } = setUp({ writeStyle: 'pairs' });
    i2cWrite(bus, 0x20, Uint8Array.of(1, 10, 9, 90, 2, 20));
    expect(chip.notes).toEqual(['write 1 10', 'write 9 90', 'write 2 20']);
    expect(readFrom(bus, [9], 1)).toEqual([90]);
  });

  it('takes pointers of two bytes, most significant first', () => {
    const { bus } = setUp({ pointerBytes: 2 });
    i2cWrite(bus, 0x20, Uint8Array.of(0x12, 0x34, 7));
    expect(readFrom(bus, [0x12, 0x34], 2)).toEqual([7, 0]);
    expect(readFrom(bus, [0x34, 0x12], 1)).toEqual([0]);
  });

  it('forgets half a pointer at the stop', () => {
    const { bus } = setUp({ pointerBytes: 2 });
    i2cWrite(bus, 0x20, Uint8Array.of(0, 1, 55));
    i2cWrite(bus, 0x20, Uint8Array.of(0x12));
    expect(readFrom(bus, [0, 1], 1)).toEqual([55]);
  });

  it('wraps after the last register and refuses a pointer beyond it', () => {
    const { bus } = setUp({ registerCount: 4 });
    i2cWrite(bus, 0x20, Uint8Array.of(3, 33, 44));
    expect(readFrom(bus, [3], 2)).toEqual([33, 44]);
    expect(codeOf(() => i2cWrite(bus, 0x20, Uint8Array.of(4)))).toBe('HAL_I2C_NO_ACKNOWLEDGE_DATA');
  });

  it('does not acknowledge a byte that the part refuses, and does not store it', () => {
    const { bus, chip } = setUp();
    expect(codeOf(() => i2cWrite(bus, 0x20, Uint8Array.of(4, 1, 2)))).toBe('HAL_I2C_NO_ACKNOWLEDGE_DATA');
    expect(chip.notes).toEqual(['write 4 1']);
  });

  it('clears registers and pointer on reset', () => {
    const { bus, chip } = setUp();
    i2cWrite(bus, 0x20, Uint8Array.of(8, 1));
    chip.reset();
    expect([chip.pointer, readFrom(bus, [8], 1)]).toEqual([0, [0]]);
  });

  it.each([0, 257, 1.5])('refuses %d registers behind a pointer of one byte', (registerCount) => {
    expect(codeOf(() => new NotingChip({ registerCount }))).toBe('HAL_BAD_ARGUMENT');
  });
});
