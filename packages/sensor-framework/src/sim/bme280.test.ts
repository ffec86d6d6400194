import type { Clock } from '@kanchi/hal';
import { millisecondsToNs, NS_PER_S } from '@kanchi/hal';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bme280 } from './bme280.ts';
import type { RegisterDump } from './bme280-reference.test-support.ts';
import { compensateDouble, compensateInteger, rawWords } from './bme280-reference.test-support.ts';

class SteppedClock implements Clock {
  timeNs = 0n;
  nowNs(): bigint {
    return this.timeNs;
  }
  wallNs(): bigint {
    return this.timeNs;
  }
  waitUntil(deadlineNs: bigint): void {
    if (deadlineNs > this.timeNs) this.timeNs = deadlineNs;
  }
  passMs(milliseconds: number): void {
    this.timeNs += millisecondsToNs(milliseconds);
  }
}

function write(chip: Bme280, ...bytes: number[]): void {
  expect(chip.begin('write')).toBe(true);
  for (const byte of bytes) expect(chip.writeByte(byte)).toBe(true);
  chip.end();
}

function read(chip: Bme280, register: number, count: number): Uint8Array {
  chip.begin('write');
  chip.writeByte(register);
  chip.begin('read');
  const bytes = Uint8Array.from({ length: count }, () => chip.readByte());
  chip.end();
  return bytes;
}

function dump(chip: Bme280): RegisterDump {
  return { low: read(chip, 0x88, 26), high: read(chip, 0xe1, 7), data: read(chip, 0xf7, 8) };
}

const isMeasuring = (chip: Bme280) => ((read(chip, 0xf3, 1)[0] ?? 0) & 0x08) !== 0;
const RESET_DATA = Uint8Array.of(0x80, 0, 0, 0x80, 0, 0, 0x80, 0);
// Oversampling 16 for all, forced mode: 1.25 + 3 * 2.3 * 16 + 2 * 0.575 = 112.8 ms at most.
const FORCE_ALL_X16 = [0xf2, 0x05, 0xf4, 0xb5] as const;
const ALL_X16_MS = 112.8;
// Oversampling 1 for all, forced: 1.25 + 3 * 2.3 + 2 * 0.575 = 9.3 ms at most.
const FORCE_ALL_X1 = [0xf2, 0x01, 0xf4, 0x25] as const;
const ALL_X1_MS = 9.3;

function board(options: Partial<ConstructorParameters<typeof Bme280>[0]> = {}): {
  chip: Bme280;
  clock: SteppedClock;
} {
  const clock = new SteppedClock();
  return { chip: new Bme280({ clock, ...options }), clock };
}

const worlds = fc.record({
  temperatureC: fc.double({ min: -40, max: 85, noNaN: true }),
  pressurePa: fc.double({ min: 30_000, max: 110_000, noNaN: true }),
  humidityPercent: fc.double({ min: 0, max: 100, noNaN: true }),
});

describe('the compensation that these tests measure with', () => {
  it('gives the published values of the BMP280 data sheet example (BST-BMP280-DS001 section 3.12)', () => {
    const low = new Uint8Array(26);
    const view = new DataView(low.buffer);
    const words = [27504, 26435, -1000, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000];
    for (const [index, word] of words.entries()) view.setUint16(2 * index, word, true);
    // adc_P 415148 = 0x655AC, adc_T 519888 = 0x7EED0
    const data = Uint8Array.of(0x65, 0x5a, 0xc0, 0x7e, 0xed, 0x00, 0, 0);
    const example = { low, high: new Uint8Array(7), data };
    expect(compensateDouble(example).temperatureC).toBeCloseTo(25.08, 2);
    expect(compensateDouble(example).pressurePa).toBeCloseTo(100653.27, 1);
    expect(compensateInteger(example).temperatureC).toBe(25.08);
    expect(compensateInteger(example).pressurePa).toBeCloseTo(100653.25, 1);
  });
});

describe('Bme280 identity and reset state', () => {
  it('answers 0x60 as its identity and reset values before the first conversion', () => {
    const { chip } = board();
    expect(read(chip, 0xd0, 1)).toEqual(Uint8Array.of(0x60));
    expect(read(chip, 0xf2, 4)).toEqual(Uint8Array.of(0, 0, 0, 0));
    expect(read(chip, 0xf7, 8)).toEqual(RESET_DATA);
    expect(read(chip, 0xe0, 1)).toEqual(Uint8Array.of(0));
  });

  it('goes back to reset values on 0xB6 only, and copies its trimming words for 2 ms', () => {
    const { chip, clock } = board();
    const before = read(chip, 0x88, 26);
    write(chip, ...FORCE_ALL_X1);
    clock.passMs(ALL_X1_MS);
    write(chip, 0xe0, 0x00);
    expect(read(chip, 0xf7, 8)).not.toEqual(RESET_DATA);
    write(chip, 0xe0, 0xb6);
    expect(read(chip, 0xf2, 3)).toEqual(Uint8Array.of(0, 0x01, 0));
    expect(read(chip, 0xf7, 8)).toEqual(RESET_DATA);
    expect(read(chip, 0x88, 26)).toEqual(new Uint8Array(26));
    clock.passMs(2);
    expect(read(chip, 0xf3, 1)).toEqual(Uint8Array.of(0));
    expect(read(chip, 0x88, 26)).toEqual(before);
  });

  it('forgets its settings and results when power comes back', () => {
    const { chip, clock } = board();
    write(chip, 0xf5, 0x48, ...FORCE_ALL_X1);
    clock.passMs(ALL_X1_MS);
    chip.reset();
    expect(read(chip, 0xf2, 4)).toEqual(Uint8Array.of(0, 0x01, 0, 0));
    expect(read(chip, 0xf7, 8)).toEqual(RESET_DATA);
  });

  it('takes register and value pairs and does not count addresses up on writes', () => {
    const { chip } = board();
    write(chip, 0xf2, 0x03, 0xf5, 0x48, 0xf4, 0x54);
    expect(read(chip, 0xf2, 4)).toEqual(Uint8Array.of(0x03, 0, 0x54, 0x48));
  });

  it('counts writes to read-only registers and keeps their content', () => {
    const { chip } = board();
    write(chip, 0xd0, 0x55, 0x88, 0x00);
    expect(read(chip, 0xd0, 1)).toEqual(Uint8Array.of(0x60));
    expect(read(chip, 0x88, 2)).toEqual(Uint8Array.of(0x6c, 0x6d));
    expect(chip.ignoredWriteCount).toBe(2);
  });
});

describe('Bme280 accuracy', () => {
  it('reads back any world in range within 0.0003 degC, 0.15 Pa and 0.004 % at full resolution', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { chip, clock } = board({ world });
        write(chip, ...FORCE_ALL_X16);
        clock.passMs(ALL_X16_MS);
        const seen = compensateDouble(dump(chip));
        expect(Math.abs(seen.temperatureC - world.temperatureC)).toBeLessThan(0.0003);
        expect(Math.abs(seen.pressurePa - world.pressurePa)).toBeLessThan(0.15);
        expect(Math.abs(seen.humidityPercent - world.humidityPercent)).toBeLessThan(0.004);
      }),
      { numRuns: 500 },
    );
  });

  it('reads back any world within 0.003 degC, 2.1 Pa and 0.005 % at oversampling 1', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { chip, clock } = board({ world });
        write(chip, ...FORCE_ALL_X1);
        clock.passMs(ALL_X1_MS);
        const registers = dump(chip);
        expect(rawWords(registers).adcT % 16).toBe(0);
        expect(rawWords(registers).adcP % 16).toBe(0);
        const seen = compensateDouble(registers);
        expect(Math.abs(seen.temperatureC - world.temperatureC)).toBeLessThan(0.003);
        expect(Math.abs(seen.pressurePa - world.pressurePa)).toBeLessThan(2.1);
        expect(Math.abs(seen.humidityPercent - world.humidityPercent)).toBeLessThan(0.005);
      }),
      { numRuns: 500 },
    );
  });

  it('reads back any world within 0.01 degC, 0.7 Pa and 0.02 % through the integer formulas', () => {
    fc.assert(
      fc.property(worlds, (world) => {
        const { chip, clock } = board({ world });
        write(chip, ...FORCE_ALL_X16);
        clock.passMs(ALL_X16_MS);
        const seen = compensateInteger(dump(chip));
        expect(Math.abs(seen.temperatureC - world.temperatureC)).toBeLessThan(0.0101);
        expect(Math.abs(seen.pressurePa - world.pressurePa)).toBeLessThan(0.7);
        expect(Math.abs(seen.humidityPercent - world.humidityPercent)).toBeLessThan(0.02);
      }),
      { numRuns: 500 },
    );
  });

  it('shows the end of its range for a world outside it', () => {
    const { chip, clock } = board({ world: { temperatureC: 200, pressurePa: 1, humidityPercent: 150 } });
    write(chip, ...FORCE_ALL_X16);
    clock.passMs(ALL_X16_MS);
    const seen = compensateDouble(dump(chip));
    expect(seen.temperatureC).toBeCloseTo(85, 2);
    expect(seen.pressurePa).toBeCloseTo(30_000, 0);
    expect(seen.humidityPercent).toBeCloseTo(100, 2);
  });

  it('follows a signal: the world is taken when the conversion starts', () => {
    const { chip, clock } = board({
      world: {
        temperatureC: {
          steps: [
            [0, 10],
            [1, 20],
          ],
        },
      },
    });
    clock.passMs(999);
    write(chip, ...FORCE_ALL_X16);
    clock.passMs(ALL_X16_MS);
    expect(compensateDouble(dump(chip)).temperatureC).toBeCloseTo(10, 2);
    write(chip, ...FORCE_ALL_X16);
    clock.passMs(ALL_X16_MS);
    expect(compensateDouble(dump(chip)).temperatureC).toBeCloseTo(20, 2);
  });
});

describe('Bme280 forced mode', () => {
  it.each([
    // Section 9.1: temperature x1, pressure x4, no humidity is 11.5 ms typical and 13.325 ms at most.
    { timing: 'typical', milliseconds: 11.5 },
    { timing: 'maximum', milliseconds: 13.325 },
  ] as const)(
    'measures for $milliseconds ms ($timing) and shows nothing new before',
    ({ timing, milliseconds }) => {
      const { chip, clock } = board({ timing });
      write(chip, 0xf4, 0x2d);
      clock.timeNs += millisecondsToNs(milliseconds) - 1n;
      expect(isMeasuring(chip)).toBe(true);
      expect(read(chip, 0xf7, 8)).toEqual(RESET_DATA);
      clock.timeNs += 1n;
      expect(isMeasuring(chip)).toBe(false);
      expect(read(chip, 0xf7, 6)).not.toEqual(RESET_DATA.subarray(0, 6));
      expect(read(chip, 0xf4, 1)).toEqual(Uint8Array.of(0x2c));
    },
  );

  it('converts once and then holds its words', () => {
    const { chip, clock } = board();
    write(chip, ...FORCE_ALL_X1);
    clock.passMs(ALL_X1_MS);
    const first = read(chip, 0xf7, 8);
    chip.setTemperatureC(40);
    clock.passMs(60_000);
    expect(read(chip, 0xf7, 8)).toEqual(first);
  });

  it('shows 0x80000 and 0x8000 for skipped channels', () => {
    const { chip, clock } = board();
    write(chip, 0xf4, 0x21);
    clock.passMs(20);
    const { adcT, adcP, adcH } = rawWords(dump(chip));
    expect(adcT).not.toBe(0x80000);
    expect(adcP).toBe(0x80000);
    expect(adcH).toBe(0x8000);
  });

  it('applies ctrl_hum only with the next write to ctrl_meas', () => {
    const { chip, clock } = board();
    write(chip, 0xf4, 0x25, 0xf2, 0x01);
    clock.passMs(20);
    expect(rawWords(dump(chip)).adcH).toBe(0x8000);
    write(chip, 0xf4, 0x25);
    clock.passMs(20);
    expect(rawWords(dump(chip)).adcH).not.toBe(0x8000);
  });

  it('delays a mode change to the end of the running conversion and ignores further ones', () => {
    const { chip, clock } = board();
    write(chip, ...FORCE_ALL_X1);
    clock.passMs(5);
    write(chip, 0xf4, 0xb5);
    write(chip, 0xf4, 0x00);
    expect(chip.ignoredWriteCount).toBe(1);
    clock.passMs(ALL_X1_MS - 5);
    expect(isMeasuring(chip)).toBe(true);
    expect(read(chip, 0xf7, 8)).not.toEqual(RESET_DATA);
  });
});

describe('Bme280 normal mode', () => {
  // Oversampling 1 for all, standby 62.5 ms.
  const NORMAL_X1 = [0xf5, 0x20, 0xf2, 0x01, 0xf4, 0x27] as const;

  it('cycles between measuring and standby without further writes', () => {
    const { chip, clock } = board();
    write(chip, ...NORMAL_X1);
    for (let cycle = 0; cycle < 5; cycle += 1) {
      chip.setTemperatureC(cycle);
      expect(isMeasuring(chip)).toBe(true);
      clock.passMs(ALL_X1_MS);
      expect(isMeasuring(chip)).toBe(false);
      clock.passMs(62.5);
    }
    // The conversion that began in the last cycle saw the world of that cycle's start.
    expect(compensateDouble(dump(chip)).temperatureC).toBeCloseTo(3, 2);
  });

  it('keeps the words of a burst read together while a conversion ends meanwhile', () => {
    const { chip, clock } = board({
      world: {
        temperatureC: {
          steps: [
            [0, -20],
            [0.05, 60],
          ],
        },
      },
    });
    write(chip, ...NORMAL_X1);
    clock.passMs(ALL_X1_MS);
    const before = read(chip, 0xf7, 8);
    chip.begin('write');
    chip.writeByte(0xf7);
    chip.begin('read');
    const mixed = Uint8Array.from({ length: 8 }, () => {
      clock.passMs(30);
      return chip.readByte();
    });
    chip.end();
    expect(mixed).toEqual(before);
    expect(read(chip, 0xf7, 8)).not.toEqual(before);
  });

  it('ignores config in normal mode and takes it in sleep mode', () => {
    const { chip, clock } = board();
    write(chip, ...NORMAL_X1);
    write(chip, 0xf5, 0xa0);
    expect(read(chip, 0xf5, 1)).toEqual(Uint8Array.of(0x20));
    clock.passMs(ALL_X1_MS);
    write(chip, 0xf4, 0x24, 0xf5, 0xa0);
    expect(read(chip, 0xf5, 1)).toEqual(Uint8Array.of(0xa0));
  });

  it('filters temperature and pressure, not humidity, as section 3.4.4 says', () => {
    const { chip, clock } = board({ world: { temperatureC: 20, humidityPercent: 20 } });
    // Standby 0.5 ms, coefficient 4.
    write(chip, 0xf5, 0x08, 0xf2, 0x01, 0xf4, 0x27);
    clock.passMs(ALL_X1_MS);
    const first = rawWords(dump(chip)).adcT;
    chip.setTemperatureC(30);
    chip.setHumidityPercent(80);
    clock.passMs(0.5 + ALL_X1_MS);
    const second = rawWords(dump(chip)).adcT;
    clock.passMs(120_000);
    const settled = dump(chip);
    const last = rawWords(settled).adcT;
    expect(second - first).toBeCloseTo((last - first) / 4, -1);
    expect(compensateDouble(settled).temperatureC).toBeCloseTo(30, 2);
    expect(compensateDouble(settled).humidityPercent).toBeCloseTo(80, 1);
  });

  it('lets the first word after a write to config through unfiltered', () => {
    const { chip, clock } = board({ world: { temperatureC: 0 } });
    const FILTER_16 = 0x10;
    write(chip, 0xf5, FILTER_16, ...FORCE_ALL_X1);
    clock.passMs(ALL_X1_MS);
    chip.setTemperatureC(50);
    write(chip, ...FORCE_ALL_X1);
    clock.passMs(ALL_X1_MS);
    expect(compensateDouble(dump(chip)).temperatureC).toBeCloseTo(50 / 16, 1);
    write(chip, 0xf5, FILTER_16, ...FORCE_ALL_X1);
    clock.passMs(ALL_X1_MS);
    expect(compensateDouble(dump(chip)).temperatureC).toBeCloseTo(50, 1);
  });

  it('shows the newest conversion after a silence of a year', () => {
    const { chip, clock } = board({ world: { temperatureC: { from: 0, to: 40, periodSeconds: 86_400 } } });
    write(chip, 0xf5, 0x10, 0xf2, 0x01, 0xf4, 0x27);
    // Half a day past a whole number of days: the sine is at `to`.
    clock.timeNs = NS_PER_S * (365n * 86_400n + 43_200n);
    expect(compensateDouble(dump(chip)).temperatureC).toBeCloseTo(40, 1);
  });
});

it('gives the same bytes in two runs', () => {
  const run = (): Uint8Array[] => {
    const { chip, clock } = board({ world: { pressurePa: { from: 98_000, to: 102_000, periodSeconds: 7 } } });
    write(chip, 0xf5, 0x0c, 0xf2, 0x03, 0xf4, 0x6f);
    return Array.from({ length: 50 }, () => {
      clock.passMs(13);
      return read(chip, 0xf7, 8);
    });
  };
  expect(run()).toEqual(run());
});
