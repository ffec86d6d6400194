import { i2cWrite, i2cWriteRead, millisecondsToNs } from '@kanchi/hal';
import { MockBoard, VirtualClock } from '@kanchi/hal/mock';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { At24c02 } from './at24c02.ts';
import { readOn, writeRead, writeTo } from './chip-transfers.test-support.ts';

const CYCLE_NS = millisecondsToNs(5);

function setUp(content?: Uint8Array): { chip: At24c02; clock: VirtualClock } {
  const clock = new VirtualClock();
  return { clock, chip: new At24c02({ clock, ...(content === undefined ? {} : { content }) }) };
}

/** Byte n holds n. */
const counted = Uint8Array.from({ length: 256 }, (_, index) => index);

describe('At24c02 reading', () => {
  it('gives ones as it is delivered', () => {
    expect(writeRead(setUp().chip, [0], 256)).toEqual(Array.from({ length: 256 }, () => 0xff));
  });

  it('goes on from the last byte with the first', () => {
    expect(writeRead(setUp(counted).chip, [0xfe], 4)).toEqual([0xfe, 0xff, 0x00, 0x01]);
  });

  it('goes on where the last transaction stopped', () => {
    const { chip } = setUp(counted);
    writeTo(chip, 0x10);
    expect(readOn(chip, 2)).toEqual([0x10, 0x11]);
    expect(readOn(chip, 1)).toEqual([0x12]);
  });
});

describe('At24c02 writing', () => {
  it('does not acknowledge its address for 5 ms after the stop, then holds the bytes', () => {
    const { chip, clock } = setUp();
    expect(writeTo(chip, 0x08, 0x11, 0x22)).toBe(3);
    clock.spend(CYCLE_NS - 1n);
    expect(writeTo(chip, 0x08)).toBe(-1);
    expect(readOn(chip, 1)).toBeUndefined();
    expect(chip.content[8]).toBe(0xff);
    clock.spend(1n);
    expect(writeRead(chip, [0x08], 3)).toEqual([0x11, 0x22, 0xff]);
  });

  it('begins no cycle for an address alone', () => {
    const { chip } = setUp(counted);
    writeTo(chip, 0x08);
    expect(readOn(chip, 1)).toEqual([0x08]);
  });

  it('goes round in a page of 8 bytes', () => {
    const { chip, clock } = setUp();
    writeTo(chip, 0x0e, 1, 2, 3, 4);
    clock.spend(CYCLE_NS);
    expect(writeRead(chip, [0x08], 9)).toEqual([3, 4, 0xff, 0xff, 0xff, 0xff, 1, 2, 0xff]);
  });

  it('keeps the last of more than 8 bytes', () => {
    const { chip, clock } = setUp();
    writeTo(chip, 0x00, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    clock.spend(CYCLE_NS);
    expect(writeRead(chip, [0x00], 9)).toEqual([9, 10, 3, 4, 5, 6, 7, 8, 0xff]);
  });

  it('loses bytes that a repeated start follows instead of a stop', () => {
    const { chip } = setUp(counted);
    expect(writeRead(chip, [0x20, 0x99], 1)).toEqual([0x21]);
    expect(writeRead(chip, [0x20], 1)).toEqual([0x20]);
  });

  it('has its old bytes when power is lost during the cycle, its new ones after it', () => {
    const { chip, clock } = setUp(counted);
    writeTo(chip, 0x00, 0x77);
    clock.spend(CYCLE_NS - 1n);
    chip.reset();
    expect(writeRead(chip, [0x00], 1)).toEqual([0x00]);
    writeTo(chip, 0x00, 0x77);
    clock.spend(CYCLE_NS);
    chip.reset();
    expect(readOn(chip, 1)).toEqual([0x77]);
  });
});

describe('At24c02 on a mock board', () => {
  it('lets an app wait for the write by asking for an acknowledge', () => {
    const clock = new VirtualClock();
    const board = new MockBoard({ clock });
    board.attachI2cChip(1, 0x50, new At24c02({ clock }));
    const bus = board.openI2cBus({ bus: 1, consumer: 'test' });
    i2cWrite(bus, 0x50, Uint8Array.of(0x10, 0x42));
    const writtenNs = clock.nowNs();
    let polls = 0;
    for (let busy = true; busy; polls += 1) {
      try {
        i2cWrite(bus, 0x50, Uint8Array.of(0x10));
        busy = false;
      } catch (error) {
        expect(error).toMatchObject({ code: 'HAL_I2C_NO_ACKNOWLEDGE_ADDRESS' });
      }
    }
    // A refusal takes 110 us at 100 kHz, and an address is answered 100 us after its start: the 46th at 5050 us.
    expect(polls).toBe(46);
    expect(clock.nowNs() - writtenNs).toBeLessThan(CYCLE_NS + millisecondsToNs(0.4));
    const byte = new Uint8Array(1);
    i2cWriteRead(bus, 0x50, Uint8Array.of(0x10), byte);
    expect(byte[0]).toBe(0x42);
    bus.close();
  });
});

describe('At24c02 with anything', () => {
  it('refuses content of another length, and quantities', () => {
    const clock = new VirtualClock();
    expect(() => new At24c02({ clock, content: new Uint8Array(255) })).toThrow(
      expect.objectContaining({ code: 'SENSOR_BAD_OPTION' }),
    );
    expect(() => new At24c02({ clock, world: { size: 1 } })).toThrow(
      expect.objectContaining({ code: 'SENSOR_UNKNOWN_QUANTITY' }),
    );
  });

  it('does not keep the array that it was given', () => {
    const content = counted.slice();
    const { chip } = setUp(content);
    content[0] = 0x99;
    const copy = chip.content;
    copy[1] = 0x99;
    expect(writeRead(chip, [0], 2)).toEqual([0, 1]);
  });

  it('holds what a table of pages would, whatever is written and waited for', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    const step = fc.record({
      address: byte,
      bytes: fc.array(byte, { maxLength: 20 }),
      waitMs: fc.integer({ min: 0, max: 8 }),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const { chip, clock } = setUp();
        const table = Array.from({ length: 256 }, () => 0xff);
        let busyMs = 0;
        for (const { address, bytes, waitMs } of steps) {
          const acknowledged = writeTo(chip, address, ...bytes);
          expect(acknowledged).toBe(busyMs > 0 ? -1 : 1 + bytes.length);
          if (acknowledged >= 0 && bytes.length > 0) {
            for (const [index, value] of bytes.entries())
              table[(address & 0xf8) | ((address + index) & 7)] = value;
            busyMs = 5;
          }
          clock.spend(millisecondsToNs(waitMs));
          busyMs = Math.max(0, busyMs - waitMs);
        }
        clock.spend(CYCLE_NS);
        expect([...chip.content]).toEqual(table);
      }),
    );
  });
});
