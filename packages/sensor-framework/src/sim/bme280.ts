import type { Clock } from '@kanchi/hal';
import { millisecondsToNs } from '@kanchi/hal';
import type { I2cChip } from '@kanchi/hal/mock';
import {
  atResolution,
  type Bme280Timing,
  CHIP_ID,
  CONFIG,
  CTRL_HUM,
  CTRL_MEAS,
  dataByte,
  FIRST_DATA,
  filterCoefficientOf,
  ID,
  isTrimming,
  LAST_DATA,
  type Mode,
  measureNsOf,
  modeOf,
  RESET,
  RESET_WORD,
  SKIPPED,
  STATUS,
  STATUS_IM_UPDATE,
  STATUS_MEASURING,
  standbyNsOf,
} from './bme280-registers.ts';
import type { Bme280Trimming, Bme280Words } from './bme280-trimming.ts';
import { bme280WordsOf, defaultBme280Trimming, storeBme280Trimming } from './bme280-trimming.ts';
import type { Signal } from './signal.ts';
import type { Quantity, WorldData } from './world.ts';
import { PartWorld } from './world.ts';

export type Bme280Quantity = 'temperatureC' | 'humidityPercent' | 'pressurePa';

export const bme280Quantities: readonly Quantity<Bme280Quantity>[] = [
  { name: 'temperatureC', unit: 'degC', default: 21 },
  { name: 'humidityPercent', unit: 'percent', default: 45 },
  { name: 'pressurePa', unit: 'Pa', default: 101_325 },
];

/** SDO to ground or to the supply (section 6.2). */
export const bme280Addresses: readonly number[] = [0x76, 0x77];

export interface Bme280Options {
  readonly clock: Clock;
  readonly world?: WorldData;
  /** Which column of section 9.1 a conversion takes. Default `maximum`: what a driver has to wait for. */
  readonly timing?: Bme280Timing;
  readonly trimming?: Bme280Trimming;
}

/** Start-up time, table 1 (maximum); the trimming words are copied from the memory of the part meanwhile. */
const START_UP_NS = millisecondsToNs(2);

/** Most cycles of normal mode that are worked through after a long silence: older ones no longer show in any word. */
const MAX_CATCH_UP_CYCLES_FILTERED = 512;
const MAX_CATCH_UP_CYCLES = 2;

/** Specified operating range (table 1 to 4): the world is clamped to it. */
const RANGE = {
  temperatureC: [-40, 85],
  pressurePa: [30_000, 110_000],
  humidityPercent: [0, 100],
} as const;

interface Conversion {
  readonly words: Bme280Words;
  readonly temperatureCode: number;
  readonly pressureCode: number;
  readonly humidityCode: number;
}

/**
 * A Bosch BME280 on I2C, simulated from its datasheet (BST-BME280-DS002 revision 1.6). It works lazily: whatever would
 * have happened up to now is worked out when the bus or the world touches the chip, so it needs no scheduled actions.
 * A conversion takes the world at its start.
 */
export class Bme280 implements I2cChip {
  readonly #clock: Clock;
  readonly #world: PartWorld<Bme280Quantity>;
  readonly #timing: Bme280Timing;
  readonly #trimming: Bme280Trimming;
  /** Only trimming words and control registers live here; the rest is worked out on a read. */
  readonly #registers = new Uint8Array(256);
  #pointer = 0;
  #expects: 'register' | 'value' = 'register';

  #phase: 'idle' | 'measuring' | 'standby' = 'idle';
  #phaseEndNs = 0n;
  #readyAtNs: bigint;
  #mode: Mode = 'sleep';
  /** A write to ctrl_meas that waits for the end of the running conversion (section 3.3.1). */
  #modeChangePending = false;
  #activeHumidityCode = 0;
  #conversion: Conversion | undefined;
  #filterMemory: { temperature?: number; pressure?: number } = {};
  #data: Bme280Words = SKIPPED;
  /** The words that a running burst read shows, whatever ends meanwhile (section 4.1). */
  #shadow: Bme280Words = SKIPPED;
  #ignoredWriteCount = 0;

  constructor(options: Bme280Options) {
    this.#clock = options.clock;
    this.#timing = options.timing ?? 'maximum';
    this.#trimming = options.trimming ?? defaultBme280Trimming;
    // The part has had power for a while: its start-up time is over.
    this.#readyAtNs = this.#clock.nowNs();
    this.#world = new PartWorld('bme280', bme280Quantities, options.world ?? {}, this.#readyAtNs);
    storeBme280Trimming(this.#trimming, this.#registers);
  }

  /** Writes that the chip acknowledged but did not carry out: read-only registers, config in normal mode, ... */
  get ignoredWriteCount(): number {
    return this.#ignoredWriteCount;
  }

  setTemperatureC(value: Signal): void {
    this.setQuantity('temperatureC', value);
  }

  setHumidityPercent(value: Signal): void {
    this.setQuantity('humidityPercent', value);
  }

  setPressurePa(value: Signal): void {
    this.setQuantity('pressurePa', value);
  }

  /** Moves the world. Throws SENSOR_UNKNOWN_QUANTITY, SENSOR_BAD_SIGNAL. */
  setQuantity(name: string, value: unknown): void {
    // Conversions that have begun before now must still see the old world.
    this.#settle();
    this.#world.set(name, value);
  }

  begin(direction: 'read' | 'write'): boolean {
    this.#settle();
    if (direction === 'read') this.#shadow = this.#data;
    else this.#expects = 'register';
    return true;
  }

  /** Section 6.2.1: a write is register address and value, in pairs; addresses do not count up. */
  writeByte(value: number): boolean {
    this.#settle();
    if (this.#expects === 'register') {
      this.#pointer = value;
      this.#expects = 'value';
    } else {
      this.#write(this.#pointer, value);
      this.#expects = 'register';
    }
    return true;
  }

  /** Section 6.2.2: reads count up from the register address. */
  readByte(): number {
    this.#settle();
    const value = this.#read(this.#pointer);
    this.#pointer = (this.#pointer + 1) & 0xff;
    return value;
  }

  end(): void {
    this.#expects = 'register';
  }

  /** Power came back: as a soft reset, with the start-up time still to run. */
  reset(): void {
    this.#powerOn();
    this.#pointer = 0;
    this.#expects = 'register';
  }

  #read(register: number): number {
    if (register >= FIRST_DATA && register <= LAST_DATA) return dataByte(this.#shadow, register);
    switch (register) {
      case ID:
        return CHIP_ID;
      case STATUS:
        return (
          (this.#phase === 'measuring' ? STATUS_MEASURING : 0) | (this.#isStartingUp() ? STATUS_IM_UPDATE : 0)
        );
      default:
        // Until the copy is done there is nothing to read from the image registers; a driver must wait for im_update.
        return isTrimming(register) && this.#isStartingUp() ? 0 : (this.#registers[register] ?? 0);
    }
  }

  #write(register: number, value: number): void {
    switch (register) {
      case RESET:
        if (value === RESET_WORD) this.#powerOn();
        return;
      case CTRL_HUM:
        if (this.#modeChangePending) break;
        this.#registers[CTRL_HUM] = value & 0x07;
        return;
      case CTRL_MEAS:
        if (this.#modeChangePending) break;
        this.#writeControl(value);
        return;
      case CONFIG:
        // Section 5.4.6: may be ignored in normal mode. The simulated part always does, so that a driver cannot rely on it.
        if (this.#mode === 'normal') break;
        this.#registers[CONFIG] = value & 0xfd;
        this.#filterMemory = {};
        return;
      default:
        break;
    }
    this.#ignoredWriteCount += 1;
  }

  #writeControl(value: number): void {
    this.#registers[CTRL_MEAS] = value;
    // Section 5.4.3: a change of ctrl_hum takes effect with the next write to ctrl_meas.
    this.#activeHumidityCode = this.#registers[CTRL_HUM] ?? 0;
    if (this.#phase === 'measuring') this.#modeChangePending = true;
    else this.#enterMode(this.#clock.nowNs());
  }

  #enterMode(atNs: bigint): void {
    const previous = this.#mode;
    this.#mode = modeOf(this.#registers[CTRL_MEAS] ?? 0);
    if (this.#mode === 'sleep') {
      this.#phase = 'idle';
    } else if (this.#mode === 'forced' || previous !== 'normal') {
      this.#startConversion(atNs);
    }
    // Normal mode that goes on keeps its cycle; new settings count from its next conversion.
  }

  #powerOn(): void {
    this.#registers.fill(0, CTRL_HUM, CONFIG + 1);
    this.#phase = 'idle';
    this.#mode = 'sleep';
    this.#modeChangePending = false;
    this.#activeHumidityCode = 0;
    this.#conversion = undefined;
    this.#filterMemory = {};
    this.#data = SKIPPED;
    this.#shadow = SKIPPED;
    this.#readyAtNs = this.#clock.nowNs() + START_UP_NS;
  }

  #isStartingUp(): boolean {
    return this.#clock.nowNs() < this.#readyAtNs;
  }

  /** Works out everything that ended up to now. */
  #settle(): void {
    const nowNs = this.#clock.nowNs();
    this.#skipOldCycles(nowNs);
    while (this.#phase !== 'idle' && this.#phaseEndNs <= nowNs) {
      if (this.#phase === 'standby') this.#startConversion(this.#phaseEndNs);
      else this.#endConversion();
    }
  }

  #skipOldCycles(nowNs: bigint): void {
    if (this.#mode !== 'normal' || this.#modeChangePending) return;
    const cycleNs = this.#measureNs() + this.#standbyNs();
    const kept = this.#filterCoefficient() > 1 ? MAX_CATCH_UP_CYCLES_FILTERED : MAX_CATCH_UP_CYCLES;
    const skipped = (nowNs - this.#phaseEndNs) / cycleNs - BigInt(kept);
    if (skipped > 0n) this.#phaseEndNs += skipped * cycleNs;
  }

  #startConversion(atNs: bigint): void {
    const control = this.#registers[CTRL_MEAS] ?? 0;
    this.#conversion = {
      words: this.#acquire(atNs),
      temperatureCode: control >> 5,
      pressureCode: (control >> 2) & 0x07,
      humidityCode: this.#activeHumidityCode,
    };
    this.#phase = 'measuring';
    this.#phaseEndNs = atNs + this.#measureNs();
  }

  #endConversion(): void {
    if (this.#conversion !== undefined) this.#data = this.#output(this.#conversion);
    this.#conversion = undefined;
    const endNs = this.#phaseEndNs;
    if (this.#mode === 'normal') {
      this.#phase = 'standby';
      this.#phaseEndNs = endNs + this.#standbyNs();
    } else {
      this.#phase = 'idle';
      this.#mode = 'sleep';
    }
    if (this.#modeChangePending) {
      this.#modeChangePending = false;
      this.#enterMode(endNs);
    } else if (this.#mode === 'sleep') {
      // Section 3.3.3: back to sleep mode, which the mode bits show.
      this.#registers[CTRL_MEAS] = (this.#registers[CTRL_MEAS] ?? 0) & 0xfc;
    }
  }

  #acquire(atNs: bigint): Bme280Words {
    return bme280WordsOf(this.#trimming, {
      temperatureC: this.#clamped('temperatureC', atNs),
      pressurePa: this.#clamped('pressurePa', atNs),
      humidityPercent: this.#clamped('humidityPercent', atNs),
    });
  }

  #clamped(name: Bme280Quantity, atNs: bigint): number {
    const [lowest, highest] = RANGE[name];
    return Math.min(highest, Math.max(lowest, this.#world.at(name, atNs)));
  }

  /** The measurement flow of section 3.4, figure 6. */
  #output({ words, temperatureCode, pressureCode, humidityCode }: Conversion): Bme280Words {
    return {
      temperature:
        temperatureCode === 0 ? SKIPPED.temperature : this.#filtered('temperature', words, temperatureCode),
      pressure: pressureCode === 0 ? SKIPPED.pressure : this.#filtered('pressure', words, pressureCode),
      humidity: humidityCode === 0 ? SKIPPED.humidity : words.humidity,
    };
  }

  #filtered(channel: 'temperature' | 'pressure', words: Bme280Words, code: number): number {
    const coefficient = this.#filterCoefficient();
    const acquired = words[channel];
    if (coefficient === 1) return atResolution(acquired, code);
    const memory = this.#filterMemory[channel];
    // Section 3.4.4: the first word after a write to the filter setting passes unchanged.
    const next = memory === undefined ? acquired : (memory * (coefficient - 1) + acquired) / coefficient;
    this.#filterMemory[channel] = next;
    return Math.round(next);
  }

  #filterCoefficient(): number {
    return filterCoefficientOf(this.#registers[CONFIG] ?? 0);
  }

  #standbyNs(): bigint {
    return standbyNsOf(this.#registers[CONFIG] ?? 0);
  }

  #measureNs(): bigint {
    return measureNsOf(this.#registers[CTRL_MEAS] ?? 0, this.#activeHumidityCode, this.#timing);
  }
}
