import type { Clock } from '@kanchi/hal';
import { millisecondsToNs } from '@kanchi/hal';
import type { I2cChip } from '@kanchi/hal/mock';
import { SensorError } from '../error.ts';
import type { Quantity, WorldData } from './world.ts';
import { PartWorld } from './world.ts';

/** Nothing outside moves an EEPROM. */
export const at24c02Quantities: readonly Quantity<never>[] = [];

/** A2 to A0 (section 6, "device addressing"). */
export const at24c02Addresses: readonly number[] = [0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57];

export interface At24c02Options {
  readonly clock: Clock;
  readonly world?: WorldData;
  /** What it holds at first, 256 bytes. Default: as delivered, all ones. */
  readonly content?: Uint8Array;
}

const BYTE_COUNT = 256;
/** Section 7, "page write": the lowest three bits of the address count, the others stay. */
const PAGE_BYTES = 8;
const ERASED_BYTE = 0xff;
/** t_WR, the longest write cycle of a byte or a page ("AC characteristics"). */
const WRITE_CYCLE_NS = millisecondsToNs(5);

/** A page that was clocked in, until its write cycle is over. */
interface PendingWrite {
  readonly pageStart: number;
  /** By place in the page; undefined keeps what is there. */
  readonly bytes: (number | undefined)[];
}

/**
 * An Atmel AT24C02C (8700), 256 bytes of EEPROM on I2C with its write-protect pin at ground. A write begins its cycle at the stop;
 * until it is over the part does not acknowledge its address.
 */
export class At24c02 implements I2cChip {
  readonly #clock: Clock;
  readonly #world: PartWorld<never>;
  readonly #content: Uint8Array;
  #address = 0;
  #expectsAddress = false;
  #isSelected = false;
  #clockedIn: PendingWrite | undefined;
  #cycle: (PendingWrite & { readonly endNs: bigint }) | undefined;

  /** Throws SENSOR_BAD_OPTION for content of another length, SENSOR_UNKNOWN_QUANTITY: it has none. */
  constructor(options: At24c02Options) {
    this.#clock = options.clock;
    this.#world = new PartWorld('24c02', at24c02Quantities, options.world ?? {}, this.#clock.nowNs());
    const { content } = options;
    if (content !== undefined && content.length !== BYTE_COUNT) {
      throw new SensorError('SENSOR_BAD_OPTION', `24c02 holds ${BYTE_COUNT} bytes, not ${content.length}`, {
        byteCount: content.length,
      });
    }
    this.#content = content?.slice() ?? new Uint8Array(BYTE_COUNT).fill(ERASED_BYTE);
  }

  /** A copy of what the cells hold now: a write under way is not in them yet. */
  get content(): Uint8Array {
    this.#settle();
    return this.#content.slice();
  }

  /** Throws SENSOR_UNKNOWN_QUANTITY. */
  setQuantity(name: string, value: unknown): void {
    this.#world.set(name, value);
  }

  /** Section 7, "acknowledge polling": no answer during the write cycle. */
  begin(direction: 'read' | 'write'): boolean {
    this.#settle();
    this.#isSelected = this.#cycle === undefined;
    if (!this.#isSelected) return false;
    this.#expectsAddress = direction === 'write';
    // Only a stop begins the cycle: bytes before a repeated start are lost.
    this.#clockedIn = undefined;
    return true;
  }

  writeByte(value: number): boolean {
    if (!this.#isSelected) return false;
    if (this.#expectsAddress) {
      this.#address = value % BYTE_COUNT;
      this.#expectsAddress = false;
      return true;
    }
    const place = this.#address % PAGE_BYTES;
    const pageStart = this.#address - place;
    this.#clockedIn ??= { pageStart, bytes: Array.from({ length: PAGE_BYTES }, () => undefined) };
    this.#clockedIn.bytes[place] = value;
    this.#address = pageStart + ((place + 1) % PAGE_BYTES);
    return true;
  }

  /** Section 8, "sequential read": goes on from the last byte with the first. */
  readByte(): number {
    const value = this.#content[this.#address] ?? ERASED_BYTE;
    this.#address = (this.#address + 1) % BYTE_COUNT;
    return value;
  }

  end(): void {
    if (this.#isSelected && this.#clockedIn !== undefined) {
      this.#cycle = { ...this.#clockedIn, endNs: this.#clock.nowNs() + WRITE_CYCLE_NS };
    }
    this.#clockedIn = undefined;
    this.#isSelected = false;
  }

  /**
   * Power came back: the cells hold what they held. A write cycle that the loss of power cut short left them as they were; the
   * datasheet does not say what a real part has then.
   */
  reset(): void {
    this.#settle();
    this.#cycle = undefined;
    this.#clockedIn = undefined;
    this.#isSelected = false;
    this.#address = 0;
  }

  #settle(): void {
    const cycle = this.#cycle;
    if (cycle === undefined || this.#clock.nowNs() < cycle.endNs) return;
    for (const [place, value] of cycle.bytes.entries()) {
      if (value !== undefined) this.#content[cycle.pageStart + place] = value;
    }
    this.#cycle = undefined;
  }
}
