import type { Clock } from '@kanchi/hal';
import { NS_PER_S } from '@kanchi/hal';
import type { I2cChip } from '@kanchi/hal/mock';
import {
  advanceCalendar,
  CLOCK_HALT,
  centurySecondsOf,
  SECONDS,
  setCalendar,
  YEAR,
} from './ds1338-calendar.ts';
import type { Quantity, WorldData } from './world.ts';
import { PartWorld } from './world.ts';

export type Ds1338Quantity = 'batteryVolts';

export const ds1338Quantities: readonly Quantity<Ds1338Quantity>[] = [
  { name: 'batteryVolts', unit: 'V', default: 0 },
];

/** The part has one address ("I2C serial data bus"). */
export const ds1338Addresses: readonly number[] = [0x68];

export interface Ds1338Options {
  readonly clock: Clock;
  readonly world?: WorldData;
}

/** Lowest voltage at VBAT that keeps the part going ("recommended DC operating conditions"). */
const LOWEST_BATTERY_VOLTS = 1.3;

/** Table 3: control register, then 56 bytes of RAM; the pointer goes from the last of them to 0. */
const CONTROL = 0x07;
const REGISTER_COUNT = 64;
const OSCILLATOR_STOP_FLAG = 0x20;
/** Bits that exist in registers 0x00 to 0x07; the others read as 0. */
const IMPLEMENTED = [0xff, 0x7f, 0x7f, 0x07, 0x3f, 0x1f, 0xff, 0xb3] as const;
/** Control register when power is applied for the first time: OUT, OSF, SQWE, RS1, RS0. */
const FIRST_CONTROL = 0xb3;

/**
 * A Maxim DS1338 real-time clock (19-4977), simulated without its square-wave output. It counts on the injected clock, lazily:
 * seconds that passed are added when the bus touches the part. Without a battery it begins halted, with its oscillator stop flag
 * set; with one it has been set before and shows the wall clock's UTC time.
 */
export class Ds1338 implements I2cChip {
  readonly #clock: Clock;
  readonly #world: PartWorld<Ds1338Quantity>;
  readonly #registers = new Uint8Array(REGISTER_COUNT);
  /** The user buffers: what a read of the calendar shows. */
  readonly #shown = new Uint8Array(CONTROL);
  #pointer = 0;
  #expectsPointer = true;
  /** When the second that runs began. */
  #secondNs: bigint;

  /** Throws SENSOR_UNKNOWN_QUANTITY, SENSOR_BAD_SIGNAL. */
  constructor(options: Ds1338Options) {
    this.#clock = options.clock;
    this.#secondNs = this.#clock.nowNs();
    this.#world = new PartWorld('ds1338', ds1338Quantities, options.world ?? {}, this.#secondNs);
    this.#firstPower();
    const wallNs = this.#clock.wallNs();
    if (this.#hasBattery()) {
      setCalendar(this.#registers, centurySecondsOf(wallNs) ?? 0);
      this.#secondNs -= wallNs % NS_PER_S;
      this.#registers[CONTROL] = FIRST_CONTROL & ~OSCILLATOR_STOP_FLAG;
    }
  }

  /** Moves the world. Throws SENSOR_UNKNOWN_QUANTITY, SENSOR_BAD_SIGNAL. */
  setQuantity(name: string, value: unknown): void {
    this.#world.set(name, value);
  }

  /** "Clock and calendar": a start copies the time into the user buffers. */
  begin(direction: 'read' | 'write'): boolean {
    this.#expectsPointer = direction === 'write';
    this.#copyTime();
    return true;
  }

  writeByte(value: number): boolean {
    if (this.#expectsPointer) {
      this.#pointer = value % REGISTER_COUNT;
      this.#expectsPointer = false;
      return true;
    }
    this.#settle();
    this.#write(this.#pointer, value);
    this.#next();
    return true;
  }

  readByte(): number {
    const value = (this.#pointer < CONTROL ? this.#shown : this.#registers)[this.#pointer] ?? 0;
    this.#next();
    return value;
  }

  end(): void {
    this.#copyTime();
  }

  /** Power came back: with a battery the time went on, without one nothing is left. */
  reset(): void {
    this.#pointer = 0;
    this.#expectsPointer = true;
    if (!this.#hasBattery()) this.#firstPower();
    this.#copyTime();
  }

  #hasBattery(): boolean {
    return this.#world.at('batteryVolts', this.#clock.nowNs()) >= LOWEST_BATTERY_VOLTS;
  }

  /** "Not defined" for all but the control register: here the clock is halted and the rest is 2000-01-01 and zeros. */
  #firstPower(): void {
    this.#registers.fill(0);
    setCalendar(this.#registers, 0);
    this.#registers[SECONDS] = CLOCK_HALT;
    this.#registers[CONTROL] = FIRST_CONTROL;
  }

  #write(register: number, value: number): void {
    const before = this.#registers[register] ?? 0;
    const written = value & (IMPLEMENTED[register] ?? 0xff);
    // The oscillator stop flag can only be written to 0.
    const flag = before & written & OSCILLATOR_STOP_FLAG;
    this.#registers[register] = register === CONTROL ? (written & ~OSCILLATOR_STOP_FLAG) | flag : written;
    if (register === SECONDS) {
      if ((before & CLOCK_HALT) === 0 && (written & CLOCK_HALT) !== 0) {
        this.#registers[CONTROL] = (this.#registers[CONTROL] ?? 0) | OSCILLATOR_STOP_FLAG;
      }
      // The countdown chain starts anew.
      this.#secondNs = this.#clock.nowNs();
    }
    if (register <= YEAR) this.#shown[register] = written;
  }

  #next(): void {
    this.#pointer = (this.#pointer + 1) % REGISTER_COUNT;
    if (this.#pointer === 0) this.#copyTime();
  }

  #copyTime(): void {
    this.#settle();
    this.#shown.set(this.#registers.subarray(0, CONTROL));
  }

  /** Counts the seconds that passed up to now. */
  #settle(): void {
    if (((this.#registers[SECONDS] ?? 0) & CLOCK_HALT) !== 0) return;
    const seconds = (this.#clock.nowNs() - this.#secondNs) / NS_PER_S;
    if (seconds < 1n) return;
    advanceCalendar(this.#registers, Number(seconds));
    this.#secondNs += seconds * NS_PER_S;
  }
}
