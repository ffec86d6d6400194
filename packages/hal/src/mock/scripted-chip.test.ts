import { describe, expect, it } from 'vitest';
import type { I2cBus } from '../contract/i2c.ts';
import { i2cWrite, i2cWriteRead } from '../contract/i2c.ts';
import { spiTransfer } from '../contract/spi.ts';
import { MockBoard } from './board.ts';
import { codeOf, errorOf } from './mock.test-support.ts';
import type { I2cExpectation, Script, SpiExpectation } from './scripted-chip.ts';
import { ScriptedI2cChip, ScriptedSpiChip } from './scripted-chip.ts';
import { VirtualClock } from './virtual-clock.ts';

function i2cWith(script: Script<I2cExpectation>): { bus: I2cBus; chip: ScriptedI2cChip } {
  const board = new MockBoard({ clock: new VirtualClock() });
  const chip = new ScriptedI2cChip(script);
  board.attachI2cChip(1, 0x20, chip);
  return { bus: board.openI2cBus({ bus: 1, consumer: 'test' }), chip };
}

function readFrom(bus: I2cBus, register: number, byteLength: number): number[] {
  const buffer = new Uint8Array(byteLength);
  i2cWriteRead(bus, 0x20, Uint8Array.of(register), buffer);
  return [...buffer];
}

describe('ScriptedI2cChip', () => {
  it('answers as scripted, in order and in groups of any order', () => {
    const { bus, chip } = i2cWith([
      { write: [0xe0, 0xb6] },
      {
        anyOrder: [
          { write: [1], answer: [10] },
          { write: [2], answer: [20, 21] },
        ],
      },
      { write: [3], answer: [30] },
    ]);
    i2cWrite(bus, 0x20, Uint8Array.of(0xe0, 0xb6));
    expect(readFrom(bus, 2, 2)).toEqual([20, 21]);
    expect(readFrom(bus, 1, 1)).toEqual([10]);
    expect(errorOf(() => chip.verify()).message).toContain('1 expected transactions did not come');
    expect(readFrom(bus, 3, 1)).toEqual([30]);
    chip.verify();
  });

  it('refuses and notes what the script does not have', () => {
    const { bus, chip } = i2cWith([{ write: [1, 2] }]);
    expect(codeOf(() => i2cWrite(bus, 0x20, Uint8Array.of(1, 3)))).toBe('HAL_I2C_NO_ACKNOWLEDGE_DATA');
    i2cWrite(bus, 0x20, Uint8Array.of(1, 2));
    expect(errorOf(() => chip.verify()).message).toContain('unexpected write [0x01 0x03]');
    expect(codeOf(() => i2cWrite(bus, 0x20, Uint8Array.of(1, 2)))).toBe('HAL_I2C_NO_ACKNOWLEDGE_ADDRESS');
  });

  it('notes a transaction that stops early or reads too much', () => {
    const { bus, chip } = i2cWith([{ write: [1, 2] }]);
    i2cWrite(bus, 0x20, Uint8Array.of(1));
    expect(errorOf(() => chip.verify()).message).toContain('stop after write [0x01] and 0 read bytes');
    const second = i2cWith([{ write: [1], answer: [9] }]);
    expect(readFrom(second.bus, 1, 2)).toEqual([9, 0xff]);
    expect(errorOf(() => second.chip.verify()).message).toContain('byte 2 was read');
  });
});

describe('ScriptedSpiChip', () => {
  function exchange(
    script: Script<SpiExpectation>,
    ...sent: number[][]
  ): { got: number[][]; chip: ScriptedSpiChip } {
    const board = new MockBoard({ clock: new VirtualClock() });
    const chip = new ScriptedSpiChip(script);
    board.attachSpiChip(0, 0, chip);
    using device = board.openSpiDevice({ bus: 0, chipSelect: 0, consumer: 'test' });
    const got = sent.map((bytes) => {
      const buffer = new Uint8Array(bytes.length);
      spiTransfer(device, Uint8Array.from(bytes), buffer);
      return [...buffer];
    });
    return { got, chip };
  }

  it('answers in full duplex as scripted', () => {
    const script = [{ expect: [1, 0x80, 0], answer: [0, 2, 0x55] }, { answer: [7] }];
    const { got, chip } = exchange(script, [1, 0x80, 0], [0x99]);
    expect(got).toEqual([[0, 2, 0x55], [7]]);
    chip.verify();
  });

  it('notes other bytes, other lengths and what did not come', () => {
    const { chip } = exchange([{ expect: [1, 2] }], [1, 3], [1]);
    const error = errorOf(() => chip.verify());
    expect(error.message).toContain('[0x01 0x03]');
    expect(error.message).toContain('[0x01]');
    expect(error.details).toEqual({ problemCount: 2, missing: 1 });
  });
});
