import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compensateDouble, compensateInteger } from '../../sim/bme280-reference.test-support.ts';
import { compensate } from './compensation.ts';
import type { RawData } from './registers.ts';
import { parseData } from './registers.ts';
import type { Trimming } from './trimming.ts';
import { parseTrimming } from './trimming.ts';

/** Trimming words and ADC words of the worked example of BST-BMP280-DS001 section 3.12: same formulas, no humidity. */
const exampleTrimming: Trimming = {
  digT1: 27504,
  digT2: 26435,
  digT3: -1000,
  digP1: 36477,
  digP2: -10685,
  digP3: 3024,
  digP4: 2855,
  digP5: 140,
  digP6: -7,
  digP7: 15500,
  digP8: -14600,
  digP9: 6000,
  digH1: 0,
  digH2: 0,
  digH3: 0,
  digH4: 0,
  digH5: 0,
  digH6: 0,
};
const exampleRaw: RawData = { temperature: 519_888, pressure: 415_148, humidity: 0 };

function imageOf(bytes: Readonly<Record<number, readonly number[]>>): Uint8Array {
  const image = new Uint8Array(256);
  for (const [first, values] of Object.entries(bytes)) image.set(values, Number(first));
  return image;
}

describe('compensate', () => {
  it('gives the values of the worked example in the data sheet', () => {
    const { temperatureC, pressurePa } = compensate(exampleTrimming, exampleRaw);
    expect(temperatureC).toBeCloseTo(25.08, 2);
    expect(pressurePa).toBeCloseTo(100_653.27, 1);
  });

  it('gives a humidity that is worked out by hand', () => {
    // digT1 27504 and this word make (519888 / 16384 - 27504 / 1024) * 15750 = 76728.6, so t_fine - 76800 is -72.
    // Without H3, H5 and H6 the warmth drops out: (30000 - 4 * 64) * 256 / 65536 = 116.1875; then H1 takes
    // 116.1875 * (75 * 116.1875 / 524288) = 1.9311 off.
    const trimming = { ...exampleTrimming, digH1: 75, digH2: 256, digH4: 4 };
    const { humidityPercent } = compensate(trimming, { ...exampleRaw, humidity: 30_000 });
    expect(humidityPercent).toBeCloseTo(114.2564, 4);
  });

  it('agrees with the integer and the double formulas, written a second time, for any part and any words', () => {
    const word = (bits: number) => fc.integer({ min: 0, max: 2 ** bits - 1 });
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 26, maxLength: 26 }),
        fc.uint8Array({ minLength: 7, maxLength: 7 }),
        word(20),
        word(20),
        word(16),
        (low, high, temperature, pressure, humidity) => {
          const data = Uint8Array.of(
            pressure >> 12,
            (pressure >> 4) & 0xff,
            (pressure & 15) << 4,
            temperature >> 12,
            (temperature >> 4) & 0xff,
            (temperature & 15) << 4,
            humidity >> 8,
            humidity & 0xff,
          );
          const image = imageOf({ 136: [...low], 225: [...high] });
          const ours = compensate(parseTrimming(image), { temperature, pressure, humidity });
          const theirs = compensateDouble({ low, high, data });
          // Relative, because words that no part has give huge numbers.
          const near = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * (1 + Math.abs(b));
          expect(near(ours.temperatureC, theirs.temperatureC)).toBe(true);
          if (Number.isFinite(theirs.pressurePa)) expect(near(ours.pressurePa, theirs.pressurePa)).toBe(true);
          else expect(Number.isFinite(ours.pressurePa)).toBe(false);
          const limited = Math.min(100, Math.max(0, ours.humidityPercent));
          expect(near(limited, theirs.humidityPercent)).toBe(true);
        },
      ),
    );
    const data = Uint8Array.of(0x65, 0x5a, 0xc0, 0x7e, 0xed, 0x00, 0x80, 0x01);
    const view = new DataView(new ArrayBuffer(26));
    [27504, 26435, -1000, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000].forEach((value, index) => {
      view.setUint16(2 * index, value, true);
    });
    const integer = compensateInteger({ low: new Uint8Array(view.buffer), high: new Uint8Array(7), data });
    expect(compensate(exampleTrimming, exampleRaw).pressurePa).toBeCloseTo(integer.pressurePa, 0);
  });
});

describe('parseTrimming', () => {
  it('takes signs, byte order and the shared register as table 16 has them', () => {
    const image = imageOf({
      136: [0xfe, 0xff, 0xfe, 0xff],
      142: [0x01, 0x80, 0x01, 0x80],
      161: [0xff],
      225: [0x00, 0x80, 0xff, 0x80, 0x2b, 0x7f, 0x80],
    });
    expect(parseTrimming(image)).toMatchObject({
      digT1: 0xfffe,
      digT2: -2,
      digP1: 0x8001,
      digP2: 0x8001 - 0x1_0000,
      digH1: 255,
      digH2: -32_768,
      digH3: 255,
      // 0x80 and 0xB: -2048 + 11; 0x7F and 0x2: 2032 + 2.
      digH4: -2037,
      digH5: 2034,
      digH6: -128,
    });
  });
});

describe('parseData', () => {
  const dataOf = (...bytes: number[]) => parseData(imageOf({ 247: bytes }));

  it('takes 20-bit words left-aligned and a 16-bit word, MSB first', () => {
    expect(dataOf(0x65, 0x5a, 0xc0, 0x7e, 0xed, 0x00, 0x12, 0x34)).toEqual({
      pressure: 415_148,
      temperature: 519_888,
      humidity: 0x1234,
    });
  });

  it('says mute only when all three words are those of skipped channels', () => {
    expect(dataOf(0x80, 0, 0, 0x80, 0, 0, 0x80, 0)).toBe('mute');
    expect(dataOf(0x65, 0x5a, 0xc0, 0x80, 0, 0, 0x80, 0)).toMatchObject({ temperature: 0x8_0000 });
  });

  it('says damaged when a bit that is always 0 is 1', () => {
    expect(dataOf(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)).toBe('damaged');
    expect(dataOf(0x65, 0x5a, 0xc0, 0x7e, 0xed, 0x01, 0x80, 0)).toBe('damaged');
  });
});
