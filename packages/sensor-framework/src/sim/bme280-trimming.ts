/**
 * Trimming words and transfer curves of the simulated BME280. Source: Bosch Sensortec BST-BME280-DS002, revision 1.6,
 * sections 4.2.2 (trimming words) and 8.1 (compensation in double precision). A driver turns ADC words into quantities;
 * a chip goes the other way, so the curves are inverted here by bisection.
 */
export interface Bme280Trimming {
  readonly t1: number;
  readonly t2: number;
  readonly t3: number;
  readonly p1: number;
  readonly p2: number;
  readonly p3: number;
  readonly p4: number;
  readonly p5: number;
  readonly p6: number;
  readonly p7: number;
  readonly p8: number;
  readonly p9: number;
  readonly h1: number;
  readonly h2: number;
  readonly h3: number;
  readonly h4: number;
  readonly h5: number;
  readonly h6: number;
}

/**
 * Trimming of the part that is simulated by default. Chosen so that all three curves are monotonic over the whole ADC
 * range and the specified range (-40 to 85 degC, 300 to 1100 hPa, 0 to 100 %) lies well inside it.
 */
export const defaultBme280Trimming: Bme280Trimming = {
  t1: 28012,
  t2: 26178,
  t3: 50,
  p1: 37244,
  p2: -10612,
  p3: 3024,
  p4: 7196,
  p5: -58,
  p6: -7,
  p7: 9900,
  p8: -10230,
  p9: 4285,
  h1: 75,
  h2: 362,
  h3: 0,
  h4: 315,
  h5: 50,
  h6: 30,
};

/** ADC words: 20 bits for temperature and pressure, 16 for humidity (section 4). */
export interface Bme280Words {
  readonly temperature: number;
  readonly pressure: number;
  readonly humidity: number;
}

const LAST_20_BIT_WORD = 0xf_ffff;
const LAST_16_BIT_WORD = 0xffff;

/** The ADC words that a part with this trimming shows in this world (at full resolution). */
export function bme280WordsOf(
  trimming: Bme280Trimming,
  world: { readonly temperatureC: number; readonly pressurePa: number; readonly humidityPercent: number },
): Bme280Words {
  const temperature = invert(
    (word) => fineTemperature(trimming, word),
    world.temperatureC * 5120,
    LAST_20_BIT_WORD,
  );
  const fine = fineTemperature(trimming, temperature);
  return {
    temperature,
    // Pressure falls while its word rises: both sides are negated to make the curve rise.
    pressure: invert((word) => -pressurePa(trimming, word, fine), -world.pressurePa, LAST_20_BIT_WORD),
    humidity: invert(
      (word) => humidityPercent(trimming, word, fine),
      world.humidityPercent,
      LAST_16_BIT_WORD,
    ),
  };
}

/** The word in 0 to `last` whose curve value is nearest to `target`; `curve` must rise. */
function invert(curve: (word: number) => number, target: number, last: number): number {
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (curve(middle) <= target) low = middle;
    else high = middle;
  }
  return Math.abs(curve(high) - target) < Math.abs(target - curve(low)) ? high : low;
}

/** Temperature in 1/5120 degC, the `t_fine` of section 8.1. */
function fineTemperature(trimming: Bme280Trimming, word: number): number {
  const offset = word / 16384 - trimming.t1 / 1024;
  return offset * trimming.t2 + (offset / 8) ** 2 * trimming.t3;
}

function pressurePa(trimming: Bme280Trimming, word: number, fine: number): number {
  const offset = fine / 2 - 64000;
  const bias = (offset * offset * trimming.p6) / 32768 + offset * trimming.p5 * 2;
  const zero = bias / 4 + trimming.p4 * 65536;
  const gain = (trimming.p3 * offset * offset) / 524288 + trimming.p2 * offset;
  const scale = (1 + gain / 524288 / 32768) * trimming.p1;
  const linear = ((1048576 - word - zero / 4096) * 6250) / scale;
  const square = (trimming.p9 * linear * linear) / 2147483648;
  return linear + (square + (linear * trimming.p8) / 32768 + trimming.p7) / 16;
}

function humidityPercent(trimming: Bme280Trimming, word: number, fine: number): number {
  const offset = fine - 76800;
  const zero = trimming.h4 * 64 + (trimming.h5 / 16384) * offset;
  const drift = 1 + (trimming.h6 / 67108864) * offset * (1 + (trimming.h3 / 67108864) * offset);
  const linear = (word - zero) * (trimming.h2 / 65536) * drift;
  return linear * (1 - (trimming.h1 * linear) / 524288);
}

/** Writes the trimming words where section 4.2.2 (table 16) puts them: 0x88 to 0xA1 and 0xE1 to 0xE7. */
export function storeBme280Trimming(trimming: Bme280Trimming, registers: Uint8Array): void {
  const view = new DataView(registers.buffer, registers.byteOffset, registers.byteLength);
  const { t1, t2, t3, p1, p2, p3, p4, p5, p6, p7, p8, p9, h1, h2, h3, h4, h5, h6 } = trimming;
  for (const [index, word] of [t1, t2, t3, p1, p2, p3, p4, p5, p6, p7, p8, p9].entries()) {
    // DataView wraps, so one call writes the bits of signed and unsigned words alike.
    view.setUint16(0x88 + 2 * index, word, true);
  }
  view.setUint8(0xa1, h1);
  view.setUint16(0xe1, h2, true);
  view.setUint8(0xe3, h3);
  // dig_H4 and dig_H5 have 12 bits and share 0xE5: its low half is H4[3:0], its high half H5[3:0].
  view.setUint8(0xe4, h4 >> 4);
  view.setUint8(0xe5, (h4 & 0x0f) | ((h5 & 0x0f) << 4));
  view.setUint8(0xe6, h5 >> 4);
  view.setUint8(0xe7, h6);
}
