/**
 * ADC words to quantities: the double precision formulas of BST-BME280-DS002 section 8.1. Pure. The results are not
 * limited to the measuring range, and not finite for trimming words that no part has: the caller checks.
 */
import type { RawData } from './registers.ts';
import type { Trimming } from './trimming.ts';

export interface Compensated {
  readonly temperatureC: number;
  readonly humidityPercent: number;
  readonly pressurePa: number;
}

export function compensate(trimming: Trimming, raw: RawData): Compensated {
  const fine = fineTemperature(trimming, raw.temperature);
  // The data sheet keeps t_fine as a whole number for the other two.
  const whole = Math.trunc(fine);
  return {
    temperatureC: fine / 5120,
    humidityPercent: humidityPercent(trimming, raw.humidity, whole),
    pressurePa: pressurePa(trimming, raw.pressure, whole),
  };
}

/** Units of 1/5120 degC. */
function fineTemperature({ digT1, digT2, digT3 }: Trimming, word: number): number {
  const linear = (word / 16_384 - digT1 / 1_024) * digT2;
  const distance = word / 131_072 - digT1 / 8_192;
  return linear + distance * distance * digT3;
}

function pressurePa(trimming: Trimming, word: number, fine: number): number {
  const { digP1, digP2, digP3, digP4, digP5, digP6, digP7, digP8, digP9 } = trimming;
  const warmth = fine / 2 - 64_000;
  const offset = ((warmth * warmth * digP6) / 32_768 + warmth * digP5 * 2) / 4 + digP4 * 65_536;
  const slope = ((digP3 * warmth * warmth) / 524_288 + digP2 * warmth) / 524_288;
  const sensitivity = (1 + slope / 32_768) * digP1;
  const first = ((1_048_576 - word - offset / 4_096) * 6_250) / sensitivity;
  const curve = (digP9 * first * first) / 2_147_483_648 + (first * digP8) / 32_768;
  return first + (curve + digP7) / 16;
}

function humidityPercent(trimming: Trimming, word: number, fine: number): number {
  const { digH1, digH2, digH3, digH4, digH5, digH6 } = trimming;
  const warmth = fine - 76_800;
  const zero = digH4 * 64 + (digH5 / 16_384) * warmth;
  const drift = 1 + (digH6 / 67_108_864) * warmth * (1 + (digH3 / 67_108_864) * warmth);
  const first = (word - zero) * ((digH2 / 65_536) * drift);
  return first * (1 - (digH1 * first) / 524_288);
}
