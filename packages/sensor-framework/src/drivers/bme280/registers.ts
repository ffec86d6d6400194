/**
 * What the driver knows of the BME280's registers. Source: Bosch Sensortec BST-BME280-DS002, revision 1.6; the section or
 * table is named at each.
 */
import type { RegisterRead } from '../register-reads.ts';
import { planRegisterReads } from '../register-reads.ts';

/** Table 18. */
export const register = {
  id: 0xd0,
  reset: 0xe0,
  controlHumidity: 0xf2,
  status: 0xf3,
  controlMeasure: 0xf4,
  pressure: 0xf7,
  temperature: 0xfa,
  humidity: 0xfd,
} as const;

/** Section 5.4.1. A BMP280, which has no humidity, says 0x58. */
export const BME280_ID = 0x60;

/** Section 5.4.2. */
export const RESET_COMMAND = 0xb6;

/** Table 1, start-up time, maximum: power or reset to communication. */
export const START_UP_MS = 2;

export type Oversampling = 1 | 2 | 4 | 8 | 16;

/** Tables 20, 23 and 24: osrs_h, osrs_p and osrs_t share their codes. */
const oversamplingCodes: Readonly<Record<Oversampling, number>> = {
  1: 0b001,
  2: 0b010,
  4: 0b011,
  8: 0b100,
  16: 0b101,
};

export const oversamplings: readonly Oversampling[] = [1, 2, 4, 8, 16];

export function isOversampling(value: unknown): value is Oversampling {
  return oversamplings.some((known) => known === value);
}

/** Section 9.1, the maximum column, with the same oversampling for all three: milliseconds. */
export function longestMeasurementMs(oversampling: Oversampling): number {
  const temperature = 2.3 * oversampling;
  const pressure = 2.3 * oversampling + 0.575;
  const humidity = 2.3 * oversampling + 0.575;
  return 1.25 + temperature + pressure + humidity;
}

/** ctrl_hum, section 5.4.3: osrs_h in bits 2:0. */
export function controlHumidityOf(oversampling: Oversampling): number {
  return oversamplingCodes[oversampling];
}

/** ctrl_meas, section 5.4.5: osrs_t in bits 7:5, osrs_p in bits 4:2, mode (table 25) in bits 1:0. */
export function controlMeasureOf(oversampling: Oversampling, mode: 'sleep' | 'forced'): number {
  const code = oversamplingCodes[oversampling];
  return (code << 5) | (code << 2) | (mode === 'forced' ? 0b01 : 0b00);
}

/** ctrl_hum, status and ctrl_meas, which are neighbours. */
export interface ControlState {
  readonly controlHumidity: number;
  readonly measuring: boolean;
  readonly updating: boolean;
  readonly controlMeasure: number;
}

export const controlRead: RegisterRead = { first: register.controlHumidity, count: 3 };

/** `image` is indexed by the register. Section 5.4.4: measuring is bit 3, im_update bit 0. */
export function parseControl(image: Uint8Array): ControlState {
  const status = image[register.status] ?? 0;
  return {
    controlHumidity: (image[register.controlHumidity] ?? 0) & 0b111,
    measuring: (status & 0b1000) !== 0,
    updating: (status & 0b0001) !== 0,
    controlMeasure: image[register.controlMeasure] ?? 0,
  };
}

/**
 * True when the registers are as the driver left them. Power that was lost shows here: reset values are 0 (table 18), and
 * an oversampling code of 0 is never set. The part itself goes back from forced mode (01 or 10) to sleep (00, 3.3.3).
 */
export function isSetUp(state: ControlState, oversampling: Oversampling): boolean {
  const mode = state.controlMeasure & 0b11;
  return (
    state.controlHumidity === controlHumidityOf(oversampling) &&
    (state.controlMeasure & 0b1111_1100) === controlMeasureOf(oversampling, 'sleep') &&
    mode !== 0b11
  );
}

/** Sections 4 and 5.4.7 to 5.4.9: one burst, so that the words are of one conversion. */
export const dataRead: RegisterRead = { first: register.pressure, count: 8 };

/** 20-bit words of temperature and pressure, 16-bit word of humidity. */
export interface RawData {
  readonly temperature: number;
  readonly pressure: number;
  readonly humidity: number;
}

/**
 * The words of one conversion. `mute` when all three are what the registers show before the first conversion and for
 * channels that are skipped (0x80000 and 0x8000; sections 5.4.7 to 5.4.9). One of them alone is an ordinary value: with
 * the usual trimming 0x80000 is about 23 degC. `damaged` when a bit that is always 0 is not (table 18, xlsb bits 3:0).
 */
export function parseData(image: Uint8Array): RawData | 'mute' | 'damaged' {
  const word20 = (at: number) =>
    ((image[at] ?? 0) << 12) | ((image[at + 1] ?? 0) << 4) | ((image[at + 2] ?? 0) >> 4);
  const spare = ((image[register.pressure + 2] ?? 0) | (image[register.temperature + 2] ?? 0)) & 0x0f;
  if (spare !== 0) return 'damaged';
  const temperature = word20(register.temperature);
  const pressure = word20(register.pressure);
  const humidity = ((image[register.humidity] ?? 0) << 8) | (image[register.humidity + 1] ?? 0);
  if (temperature === 0x8_0000 && pressure === 0x8_0000 && humidity === 0x8000) return 'mute';
  return { temperature, pressure, humidity };
}

/** Table 16: dig_T1 to dig_P9, dig_H1, dig_H2 to dig_H6. 0xA0 between the first two is read along. */
export const trimmingPlan: readonly RegisterRead[] = planRegisterReads([
  { first: 0x88, count: 24 },
  { first: 0xa1, count: 1 },
  { first: 0xe1, count: 7 },
]);
