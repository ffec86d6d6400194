import { millisecondsToNs, secondsToNs } from '@kanchi/hal';
import { VirtualClock } from '@kanchi/hal/mock';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readOn, writeRead, writeTo } from './chip-transfers.test-support.ts';
import { Tmp105 } from './tmp105.ts';

const TWELVE_BITS = 0x60;

function setUp(temperatureC: unknown): { chip: Tmp105; clock: VirtualClock } {
  const clock = new VirtualClock();
  return { clock, chip: new Tmp105({ clock, world: { temperatureC } }) };
}

describe('Tmp105 temperature register', () => {
  // Table 5, hexadecimal code of twelve bits; 36.5 degrees is 584 steps of 1/16.
  it.each([
    [128, 0x7f, 0xf0],
    [127.9375, 0x7f, 0xf0],
    [100, 0x64, 0x00],
    [36.5, 0x24, 0x80],
    [0.25, 0x00, 0x40],
    [0, 0x00, 0x00],
    [-0.25, 0xff, 0xc0],
    [-25, 0xe7, 0x00],
    [-55, 0xc9, 0x00],
    [-80, 0xc9, 0x00],
  ])('shows %d degrees as two bytes with twelve bits', (celsius, high, low) => {
    const { chip, clock } = setUp(celsius);
    writeTo(chip, 1, TWELVE_BITS);
    clock.spend(millisecondsToNs(220));
    expect(writeRead(chip, [0], 2)).toEqual([high, low]);
  });

  // 25.9375 degrees = 0x19f0: nine to twelve bits of it.
  it.each([
    [0x00, 0x80],
    [0x20, 0xc0],
    [0x40, 0xe0],
    [0x60, 0xf0],
  ])('has the resolution that configuration %d says, unused bits 0', (configuration, low) => {
    const { chip, clock } = setUp(25.9375);
    writeTo(chip, 1, configuration);
    clock.spend(millisecondsToNs(220));
    expect(writeRead(chip, [0], 2)).toEqual([0x19, low]);
  });

  it('has nine bits and a finished conversion to begin with', () => {
    const { chip } = setUp(21.3);
    expect(readOn(chip, 2)).toEqual([0x15, 0x00]);
  });

  it('cannot be written', () => {
    const { chip } = setUp(21);
    expect(writeTo(chip, 0, 0x55, 0x55)).toBe(3);
    expect(writeRead(chip, [0], 2)).toEqual([0x15, 0x00]);
  });

  it('shows one conversion in both bytes, and nothing after them', () => {
    const { chip, clock } = setUp({
      steps: [
        [0, 10.5],
        [0.02, 20],
      ],
    });
    chip.begin('read');
    const high = chip.readByte();
    clock.spend(secondsToNs(1));
    expect([high, chip.readByte(), chip.readByte()]).toEqual([0x0a, 0x80, 0xff]);
    chip.end();
    expect(readOn(chip, 2)).toEqual([0x14, 0x00]);
  });
});

describe('Tmp105 conversions', () => {
  it.each([
    [0x00, 27.5],
    [0x20, 55],
    [0x40, 110],
    [0x60, 220],
  ])('take the world at their start and, with configuration %d, last %d ms', (configuration, durationMs) => {
    const { chip, clock } = setUp(10);
    writeTo(chip, 1, configuration);
    clock.spend(millisecondsToNs(5 * durationMs));
    chip.setTemperatureC(30);
    // The one that began at that instant sees the new world.
    clock.spend(millisecondsToNs(durationMs) - 1n);
    expect(writeRead(chip, [0], 1)).toEqual([10]);
    clock.spend(1n);
    expect(readOn(chip, 1)).toEqual([30]);
  });

  it('end when shut down, after the one under way', () => {
    const { chip, clock } = setUp(10);
    chip.setTemperatureC(11);
    clock.spend(1n);
    writeTo(chip, 1, 0x01);
    chip.setTemperatureC(12);
    chip.setTemperatureC(13);
    clock.spend(secondsToNs(1));
    expect(writeRead(chip, [0], 1)).toEqual([11]);
  });

  it('are done once when shut down and asked for', () => {
    const { chip, clock } = setUp(10);
    writeTo(chip, 1, 0x61);
    clock.spend(secondsToNs(1));
    chip.setTemperatureC(20);
    writeTo(chip, 1, 0xe1);
    // One shot reads as 0.
    expect(readOn(chip, 1)).toEqual([0x61]);
    clock.spend(millisecondsToNs(220) - 1n);
    expect(writeRead(chip, [0], 1)).toEqual([10]);
    clock.spend(1n);
    expect(readOn(chip, 1)).toEqual([20]);
    chip.setTemperatureC(30);
    clock.spend(secondsToNs(1));
    expect(readOn(chip, 1)).toEqual([20]);
    writeTo(chip, 1, 0x60);
    clock.spend(millisecondsToNs(220));
    expect(writeRead(chip, [0], 1)).toEqual([30]);
  });
});

describe('Tmp105 registers', () => {
  it('have the limits of 75 and 80 degrees, which take twelve bits', () => {
    const { chip } = setUp(21);
    expect(writeRead(chip, [2], 2)).toEqual([0x4b, 0x00]);
    expect(writeRead(chip, [3], 2)).toEqual([0x50, 0x00]);
    writeTo(chip, 2, 0x12, 0x3f);
    writeTo(chip, 3, 0xff, 0xff, 0x00);
    expect(writeRead(chip, [2], 2)).toEqual([0x12, 0x30]);
    expect(writeRead(chip, [3], 2)).toEqual([0xff, 0xf0]);
  });

  it('are chosen by the two lowest bits of the pointer, which stays', () => {
    const { chip } = setUp(21);
    writeTo(chip, 0xfd, 0x22);
    expect(readOn(chip, 2)).toEqual([0x22, 0xff]);
    expect(readOn(chip, 1)).toEqual([0x22]);
  });

  it('have their reset values when power came back, and 0 degrees until the first conversion', () => {
    const { chip, clock } = setUp(21);
    writeTo(chip, 3, 0x01, 0x00);
    writeTo(chip, 1, 0x7f);
    chip.reset();
    expect(readOn(chip, 2)).toEqual([0x00, 0x00]);
    expect(writeRead(chip, [1], 1)).toEqual([0x00]);
    expect(writeRead(chip, [3], 2)).toEqual([0x50, 0x00]);
    clock.spend(millisecondsToNs(27.5));
    expect(writeRead(chip, [0], 2)).toEqual([0x15, 0x00]);
  });

  it('acknowledge and give bytes whatever is written, read and waited for', () => {
    const step = fc.oneof(
      fc.record({ write: fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 5 }) }),
      fc.record({ read: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ waitMs: fc.integer({ min: 0, max: 100_000_000 }) }),
    );
    fc.assert(
      fc.property(fc.double({ min: -200, max: 200, noNaN: true }), fc.array(step), (celsius, steps) => {
        const { chip, clock } = setUp(celsius);
        for (const one of steps) {
          if ('write' in one) expect(writeTo(chip, ...one.write)).toBe(one.write.length);
          else if ('waitMs' in one) clock.spend(millisecondsToNs(one.waitMs));
          else {
            for (const byte of readOn(chip, one.read) ?? []) {
              expect(byte).toBe(byte & 0xff);
            }
          }
        }
      }),
    );
  });
});
