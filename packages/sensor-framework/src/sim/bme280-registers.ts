/** Register map and the pure rules of the simulated BME280, from BST-BME280-DS002 revision 1.6 (sections cited). */
import { millisecondsToNs } from '@kanchi/hal';
import type { Bme280Words } from './bme280-trimming.ts';

export type Bme280Timing = 'typical' | 'maximum';
export type Mode = 'sleep' | 'forced' | 'normal';

// Section 5.3, table 18.
export const ID = 0xd0;
export const RESET = 0xe0;
export const CTRL_HUM = 0xf2;
export const STATUS = 0xf3;
export const CTRL_MEAS = 0xf4;
export const CONFIG = 0xf5;
export const FIRST_DATA = 0xf7;
export const LAST_DATA = 0xfe;
export const CHIP_ID = 0x60;
export const RESET_WORD = 0xb6;
export const STATUS_MEASURING = 0x08;
export const STATUS_IM_UPDATE = 0x01;

/** What skipped and not yet converted channels show (sections 5.4.7 to 5.4.9 and table 18). */
export const SKIPPED: Bme280Words = { temperature: 0x8_0000, pressure: 0x8_0000, humidity: 0x8000 };

/** Table 27, register code to standby time. */
const STANDBY_NS = [0.5, 62.5, 125, 250, 500, 1000, 10, 20].map(millisecondsToNs);

/** Table 28, register code to filter coefficient; codes 5 to 7 are as 4. */
const FILTER_COEFFICIENTS = [1, 2, 4, 8, 16, 16, 16, 16] as const;

/** Tables 20, 23 and 24, register code to oversampling; 0 skips, codes 6 and 7 are as 5. */
const OVERSAMPLINGS = [0, 1, 2, 4, 8, 16, 16, 16] as const;

/** Section 9.1, milliseconds: fixed part, per sample, and what pressure and humidity add once each. */
const MEASURE_TIME = {
  typical: { base: 1, sample: 2, settle: 0.5 },
  maximum: { base: 1.25, sample: 2.3, settle: 0.575 },
} as const;

/** Table 25: 00 sleep, 01 and 10 forced, 11 normal. */
export function modeOf(control: number): Mode {
  const bits = control & 0x03;
  if (bits === 0) return 'sleep';
  return bits === 3 ? 'normal' : 'forced';
}

/** Sections 3.4.1 and 3.4.3: without the filter a word has 16 + (code - 1) bits, at most 20; the bits below are 0. */
export function atResolution(word: number, code: number): number {
  const step = 2 ** (20 - (15 + Math.min(code, 5)));
  const last = 2 ** 20 - step;
  return Math.min(last, Math.round(word / step) * step);
}

export function isTrimming(register: number): boolean {
  return (register >= 0x88 && register <= 0xa1) || (register >= 0xe1 && register <= 0xf0);
}

/** Sections 5.4.7 to 5.4.9: 20-bit words are left-aligned in three bytes. */
export function dataByte({ pressure, temperature, humidity }: Bme280Words, register: number): number {
  const bytes = [
    pressure >> 12,
    (pressure >> 4) & 0xff,
    (pressure & 0x0f) << 4,
    temperature >> 12,
    (temperature >> 4) & 0xff,
    (temperature & 0x0f) << 4,
    humidity >> 8,
    humidity & 0xff,
  ];
  return bytes[register - FIRST_DATA] ?? 0;
}

export function filterCoefficientOf(config: number): number {
  return FILTER_COEFFICIENTS[(config >> 2) & 0x07] ?? 1;
}

export function standbyNsOf(config: number): bigint {
  return STANDBY_NS[config >> 5] ?? 0n;
}

/** Section 9.1. */
export function measureNsOf(control: number, humidityCode: number, timing: Bme280Timing): bigint {
  const { base, sample, settle } = MEASURE_TIME[timing];
  const temperature = OVERSAMPLINGS[control >> 5] ?? 0;
  const pressure = OVERSAMPLINGS[(control >> 2) & 0x07] ?? 0;
  const humidity = OVERSAMPLINGS[humidityCode] ?? 0;
  return millisecondsToNs(
    base +
      sample * temperature +
      (pressure === 0 ? 0 : sample * pressure + settle) +
      (humidity === 0 ? 0 : sample * humidity + settle),
  );
}
