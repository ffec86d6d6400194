import type { Clock } from '@kanchi/hal';
import { millisecondsToNs } from '@kanchi/hal';
import type { I2cChip } from '@kanchi/hal/mock';
import type { Signal } from './signal.ts';
import type { Quantity, WorldData } from './world.ts';
import { PartWorld } from './world.ts';

export type Tmp105Quantity = 'temperatureC';

export const tmp105Quantities: readonly Quantity<Tmp105Quantity>[] = [
  { name: 'temperatureC', unit: 'degC', default: 21 },
];

/** A0 to ground or to the supply (section "serial bus address"). */
export const tmp105Addresses: readonly number[] = [0x48, 0x49];

export interface Tmp105Options {
  readonly clock: Clock;
  readonly world?: WorldData;
}

// Table 2: what the pointer register selects.
const TEMPERATURE = 0;
const CONFIGURATION = 1;
const LOW_LIMIT = 2;
const HIGH_LIMIT = 3;

// Table 6: bits of the configuration register.
const ONE_SHOT = 0x80;
const RESOLUTION_SHIFT = 5;
const SHUTDOWN = 0x01;

/** Bits R1 R0: how many of the 16 bits a conversion fills, and how long it takes (typical). */
const RESOLUTIONS = [
  { mask: 0xff80, conversionNs: millisecondsToNs(27.5) },
  { mask: 0xffc0, conversionNs: millisecondsToNs(55) },
  { mask: 0xffe0, conversionNs: millisecondsToNs(110) },
  { mask: 0xfff0, conversionNs: millisecondsToNs(220) },
] as const;

/** T_LOW 75 and T_HIGH 80 degrees after power-up, twelve bits to the left (table 5). */
const RESET_LIMITS = { low: 0x4b00, high: 0x5000 } as const;
/** The limits have twelve bits, whatever the resolution. */
const LIMIT_MASK = 0xfff0;

/** The coldest and the warmest that table 5 has a code for. */
const COLDEST_C = -55;
const WARMEST_C = 127.9375;
/** Steps of 0.0625 degrees in a degree, and where their lowest bit is in a register. */
const STEPS_PER_DEGREE = 16;
const STEP_SHIFT = 4;

/** After the one or two bytes of a register the part has nothing to send: the line stays high. */
const UNDRIVEN_BYTE = 0xff;

/**
 * A Texas Instruments TMP105 (SLLS648D), simulated without its ALERT pin. It works lazily: conversions that ended up to now
 * are worked out when the bus or the world touches the chip. A conversion takes the world at its start.
 */
export class Tmp105 implements I2cChip {
  readonly #clock: Clock;
  readonly #world: PartWorld<Tmp105Quantity>;
  #pointer = TEMPERATURE;
  #configuration = 0;
  #limits: { low: number; high: number } = { ...RESET_LIMITS };
  #temperature = 0;
  /** Start of the conversion that runs; undefined while shut down. */
  #startNs: bigint | undefined;
  /** The temperature that the running conversion began with, when the world was moved since; else the world tells. */
  #begunWithC: number | undefined;
  /** Bytes since the address byte of a read, or since the pointer byte of a write; -1 waits for the pointer. */
  #position = -1;
  /** What a read transfer shows, whatever ends meanwhile. */
  #shown: readonly number[] = [];

  /** Throws SENSOR_UNKNOWN_QUANTITY, SENSOR_BAD_SIGNAL. */
  constructor(options: Tmp105Options) {
    this.#clock = options.clock;
    const nowNs = this.#clock.nowNs();
    this.#world = new PartWorld('tmp105', tmp105Quantities, options.world ?? {}, nowNs);
    // The part has had power for a while: its first conversion is over.
    this.#temperature = this.#converted(this.#celsius(nowNs));
    this.#startNs = nowNs;
  }

  setTemperatureC(value: Signal): void {
    this.setQuantity('temperatureC', value);
  }

  /** Moves the world. Throws SENSOR_UNKNOWN_QUANTITY, SENSOR_BAD_SIGNAL. */
  setQuantity(name: string, value: unknown): void {
    // Conversions that have begun before now must still see the old world.
    this.#settle();
    const startNs = this.#startNs;
    const hasBegun = startNs !== undefined && startNs < this.#clock.nowNs();
    const begunWithC = hasBegun ? (this.#begunWithC ?? this.#celsius(startNs)) : undefined;
    this.#world.set(name, value);
    this.#begunWithC = begunWithC;
  }

  begin(direction: 'read' | 'write'): boolean {
    this.#settle();
    this.#position = direction === 'read' ? 0 : -1;
    if (direction === 'read') this.#shown = this.#bytesOf(this.#pointer);
    return true;
  }

  writeByte(value: number): boolean {
    this.#settle();
    // The pointer register has two bits (table 1).
    if (this.#position < 0) this.#pointer = value & 0x03;
    else this.#write(this.#pointer, this.#position, value);
    this.#position += 1;
    return true;
  }

  readByte(): number {
    const value = this.#shown[this.#position] ?? UNDRIVEN_BYTE;
    this.#position += 1;
    return value;
  }

  end(): void {
    this.#position = -1;
  }

  /** Power came back: reset values, and 0 degrees until the first conversion is over. */
  reset(): void {
    this.#pointer = TEMPERATURE;
    this.#configuration = 0;
    this.#limits = { ...RESET_LIMITS };
    this.#temperature = 0;
    this.#start(this.#clock.nowNs());
    this.#shown = [];
    this.end();
  }

  #bytesOf(register: number): readonly number[] {
    switch (register) {
      case TEMPERATURE:
        return bytesOfWord(this.#temperature);
      case CONFIGURATION:
        return [this.#configuration];
      default:
        return bytesOfWord(register === LOW_LIMIT ? this.#limits.low : this.#limits.high);
    }
  }

  #write(register: number, position: number, value: number): void {
    if (register === CONFIGURATION && position === 0) this.#configure(value);
    if (register === LOW_LIMIT) this.#limits.low = withByte(this.#limits.low, position, value);
    if (register === HIGH_LIMIT) this.#limits.high = withByte(this.#limits.high, position, value);
  }

  #configure(value: number): void {
    const before = this.#configuration;
    // One shot always reads as 0.
    this.#configuration = value & ~ONE_SHOT;
    const wasShutDown = (before & SHUTDOWN) !== 0;
    const isShutDown = (value & SHUTDOWN) !== 0;
    const starts = isShutDown
      ? wasShutDown && (value & ONE_SHOT) !== 0 && this.#startNs === undefined
      : // A conversion of another resolution begins anew; the datasheet does not say what becomes of the old one.
        wasShutDown || resolutionOf(before) !== resolutionOf(value);
    if (starts) this.#start(this.#clock.nowNs());
  }

  /** Works out the conversions that ended up to now: only the last one shows. */
  #settle(): void {
    if (this.#startNs === undefined) return;
    const { conversionNs } = resolutionOf(this.#configuration);
    const ended = (this.#clock.nowNs() - this.#startNs) / conversionNs;
    if (ended < 1n) return;
    // Shut down, the conversion under way is the last one.
    const isLast = (this.#configuration & SHUTDOWN) !== 0;
    const shown = isLast ? 1n : ended;
    const begunWithC = shown === 1n ? this.#begunWithC : undefined;
    this.#temperature = this.#converted(
      begunWithC ?? this.#celsius(this.#startNs + (shown - 1n) * conversionNs),
    );
    this.#start(isLast ? undefined : this.#startNs + ended * conversionNs);
  }

  #start(atNs: bigint | undefined): void {
    this.#startNs = atNs;
    this.#begunWithC = undefined;
  }

  #celsius(atNs: bigint): number {
    return this.#world.at('temperatureC', atNs);
  }

  #converted(celsius: number): number {
    const steps = Math.floor(Math.min(WARMEST_C, Math.max(COLDEST_C, celsius)) * STEPS_PER_DEGREE);
    return (steps << STEP_SHIFT) & resolutionOf(this.#configuration).mask;
  }
}

function resolutionOf(configuration: number): (typeof RESOLUTIONS)[number] {
  return RESOLUTIONS[((configuration >> RESOLUTION_SHIFT) & 0x03) as 0 | 1 | 2 | 3];
}

function bytesOfWord(word: number): readonly number[] {
  return [word >> 8, word & 0xff];
}

/** A limit with one of its two bytes written, the most significant first; later bytes have no place. */
function withByte(word: number, position: number, value: number): number {
  if (position > 1) return word;
  const written = position === 0 ? (value << 8) | (word & 0xff) : (word & 0xff00) | value;
  return written & LIMIT_MASK;
}
