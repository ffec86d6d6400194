import { NS_PER_S, secondsToNs } from '@kanchi/hal';
import { VirtualClock } from '@kanchi/hal/mock';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readOn, writeRead, writeTo } from './chip-transfers.test-support.ts';
import { Ds1338 } from './ds1338.ts';

/** 2026-03-01T12:34:56Z, a Sunday: 20513 days and 45296 seconds after 1970. */
const MARCH_1_2026_NS = (20_513n * 86_400n + 45_296n) * NS_PER_S;

function setUp(
  world: object = {},
  wallStartNs = MARCH_1_2026_NS,
): { chip: Ds1338; clock: VirtualClock; time: () => string | undefined } {
  const clock = new VirtualClock({ wallStartNs });
  const chip = new Ds1338({ clock, world: { ...world } });
  const time = () => hex(writeRead(chip, [0], 7));
  return { chip, clock, time };
}

/** Bytes as the registers are written in the datasheet. */
function hex(bytes: readonly number[] | undefined): string | undefined {
  return bytes?.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

/** Registers from `first` on, written as hexadecimal text. */
function set(chip: Ds1338, first: number, text: string): void {
  const bytes = text.split(' ').map((byte) => Number.parseInt(byte, 16));
  expect(writeTo(chip, first, ...bytes)).toBe(1 + bytes.length);
}

describe('Ds1338 counting', () => {
  // Seconds, minutes, hours, day, date, month, year; then what they are a second later.
  it.each([
    ['a second', '00 00 00 01 01 01 00', '01 00 00 01 01 01 00'],
    ['a decade of seconds', '09 00 00 01 01 01 00', '10 00 00 01 01 01 00'],
    ['a minute', '59 00 00 01 01 01 00', '00 01 00 01 01 01 00'],
    ['an hour', '59 59 19 01 01 01 00', '00 00 20 01 01 01 00'],
    ['midnight', '59 59 23 03 09 01 00', '00 00 00 04 10 01 00'],
    ['the end of a week', '59 59 23 07 09 01 00', '00 00 00 01 10 01 00'],
    ['the end of a month', '59 59 23 01 30 04 25', '00 00 00 02 01 05 25'],
    ['February', '59 59 23 01 28 02 25', '00 00 00 02 01 03 25'],
    ['February of a leap year', '59 59 23 01 28 02 24', '00 00 00 02 29 02 24'],
    ['the end of a leap day', '59 59 23 01 29 02 24', '00 00 00 02 01 03 24'],
    ['a year', '59 59 23 01 31 12 25', '00 00 00 02 01 01 26'],
    ['a century', '59 59 23 01 31 12 99', '00 00 00 02 01 01 00'],
    // 0x40 twelve-hour mode, 0x20 PM.
    ['noon in twelve-hour mode', '59 59 51 01 01 01 00', '00 00 72 01 01 01 00'],
    ['one in the afternoon', '59 59 72 01 01 01 00', '00 00 61 01 01 01 00'],
    ['one in the night', '59 59 52 01 01 01 00', '00 00 41 01 01 01 00'],
    ['midnight in twelve-hour mode', '59 59 71 01 01 01 00', '00 00 52 02 02 01 00'],
  ])('goes over %s', (_, before, after) => {
    const { chip, clock, time } = setUp();
    set(chip, 0, before);
    clock.spend(NS_PER_S - 1n);
    expect(time()).toBe(before);
    clock.spend(1n);
    expect(time()).toBe(after);
  });

  it('adds what passed since it was last looked at, a year of 366 days', () => {
    const { chip, clock, time } = setUp();
    set(chip, 0, '30 15 08 01 01 01 24');
    clock.spend(secondsToNs(366 * 86_400 + 31));
    // 366 days are 52 weeks and 2 days.
    expect(time()).toBe('01 16 08 03 01 01 25');
  });

  it('begins a second anew when the seconds are written, and only then', () => {
    const { chip, clock, time } = setUp();
    set(chip, 0, '10 00 00 01 01 01 00');
    clock.spend(600_000_000n);
    set(chip, 0, '20');
    set(chip, 1, '30');
    clock.spend(999_999_999n);
    expect(time()).toBe('20 30 00 01 01 01 00');
    clock.spend(1n);
    expect(time()).toBe('21 30 00 01 01 01 00');
  });

  it('stands still with what is no time, and keeps it', () => {
    for (const text of ['7a 00 00 01 01 01 00', '00 00 00 01 30 02 24', '00 00 00 01 00 01 00']) {
      const { chip, clock, time } = setUp();
      set(chip, 0, text);
      clock.spend(secondsToNs(100));
      expect(time()).toBe(text);
    }
  });
});

describe('Ds1338 oscillator', () => {
  it('is halted at first power, with its stop flag set', () => {
    const { chip, clock, time } = setUp();
    clock.spend(secondsToNs(5));
    expect(time()).toBe('80 00 00 06 01 01 00');
    expect(hex(writeRead(chip, [7], 1))).toBe('b3');
  });

  it('runs once CH is 0; the flag stays until it is written to 0, and cannot be written to 1', () => {
    const { chip, clock } = setUp();
    set(chip, 0, '00 00 12 01 01 01 26 b3');
    clock.spend(secondsToNs(3));
    expect(hex(writeRead(chip, [0], 8))).toBe('03 00 12 01 01 01 26 b3');
    set(chip, 7, '13');
    expect(hex(writeRead(chip, [7], 1))).toBe('13');
    set(chip, 7, 'ff');
    expect(hex(writeRead(chip, [7], 1))).toBe('93');
  });

  it('sets the flag when it is halted, and stands still until it runs again', () => {
    const { chip, clock } = setUp();
    set(chip, 0, '00 00 12 01 01 01 26 00');
    clock.spend(secondsToNs(2.5));
    set(chip, 0, '82');
    clock.spend(secondsToNs(9));
    expect(hex(writeRead(chip, [0], 8))).toBe('82 00 12 01 01 01 26 20');
    set(chip, 0, '02');
    clock.spend(secondsToNs(1));
    expect(hex(writeRead(chip, [0], 2))).toBe('03 00');
  });
});

describe('Ds1338 battery', () => {
  it('had set the time before: UTC, Monday as day 1, with no stop flag', () => {
    const { clock, chip, time } = setUp({ batteryVolts: 3 }, MARCH_1_2026_NS + 700_000_000n);
    expect(time()).toBe('56 34 12 07 01 03 26');
    clock.spend(300_000_000n);
    expect(time()).toBe('57 34 12 07 01 03 26');
    expect(hex(writeRead(chip, [7], 1))).toBe('93');
  });

  it('shows the start of 2000 when the wall clock is in another century', () => {
    expect(setUp({ batteryVolts: 3 }, 0n).time()).toBe('00 00 00 06 01 01 00');
  });

  it('keeps time and RAM while the part has no power', () => {
    const { chip, clock, time } = setUp({ batteryVolts: 1.3 });
    set(chip, 0x3f, 'ab');
    clock.spend(secondsToNs(60));
    chip.reset();
    expect(time()).toBe('56 35 12 07 01 03 26');
    expect(hex(writeRead(chip, [0x3f], 1))).toBe('ab');
  });

  it('is missed when it is low', () => {
    const { chip, time } = setUp({ batteryVolts: 1.2 });
    set(chip, 0, '00 00 12 01 01 01 26 00');
    chip.reset();
    expect(time()).toBe('80 00 00 06 01 01 00');
    expect(hex(writeRead(chip, [7], 1))).toBe('b3');
  });
});

describe('Ds1338 registers', () => {
  it('lack the bits that the table shows as 0', () => {
    const { chip } = setUp();
    set(chip, 0, 'ff ff ff ff ff ff ff ff');
    expect(hex(writeRead(chip, [0], 8))).toBe('ff 7f 7f 07 3f 1f ff b3');
  });

  it('go from the last byte of the RAM to the seconds, reading and writing', () => {
    const { chip } = setUp();
    set(chip, 0x3e, '11 22 05 06');
    expect(hex(writeRead(chip, [0x3e], 4))).toBe('11 22 05 06');
    expect(hex(readOn(chip, 1))).toBe('00');
  });

  it('show one time in one read, also over a second, until the pointer is back at 0', () => {
    const { chip, clock } = setUp();
    set(chip, 0, '59 59 23 01 31 12 99 00');
    chip.begin('write');
    chip.writeByte(0);
    chip.begin('read');
    const first = chip.readByte();
    clock.spend(NS_PER_S);
    const rest = Array.from({ length: 64 }, () => chip.readByte());
    chip.end();
    expect(hex([first, ...rest.slice(0, 6)])).toBe('59 59 23 01 31 12 99');
    expect(rest[63]).toBe(0x00);
  });

  it('acknowledge and give bytes whatever is written, read and waited for', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    const step = fc.oneof(
      fc.record({ write: fc.array(byte, { maxLength: 12 }) }),
      fc.record({ read: fc.integer({ min: 1, max: 70 }) }),
      fc.record({ waitSeconds: fc.integer({ min: 0, max: 500_000_000 }) }),
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const { chip, clock } = setUp();
        for (const one of steps) {
          if ('write' in one) expect(writeTo(chip, ...one.write)).toBe(one.write.length);
          else if ('waitSeconds' in one) clock.spend(secondsToNs(one.waitSeconds));
          else expect(readOn(chip, one.read)).toHaveLength(one.read);
        }
        const implemented = [0xff, 0x7f, 0x7f, 0x07, 0x3f, 0x1f, 0xff, 0xb3];
        for (const [index, value] of (writeRead(chip, [0], 8) ?? []).entries()) {
          expect(value & ~(implemented[index] ?? 0)).toBe(0);
        }
      }),
    );
  });

  it('never show what is no time when they began with one', () => {
    const valid = fc.record({
      year: fc.integer({ min: 0, max: 99 }),
      seconds: fc.integer({ min: 0, max: 2_000_000_000 }),
    });
    fc.assert(
      fc.property(valid, ({ year, seconds }) => {
        const { chip, clock, time } = setUp();
        set(chip, 0, `00 00 00 01 01 01 ${String(year).padStart(2, '0')}`);
        clock.spend(secondsToNs(seconds));
        expect(time()).toMatch(
          /^[0-5]\d [0-5]\d ([01]\d|2[0-3]) 0[1-7] (0[1-9]|[12]\d|3[01]) (0[1-9]|1[0-2]) \d\d$/,
        );
      }),
    );
  });
});
