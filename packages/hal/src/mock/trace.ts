import type { Clock } from '../contract/clock.ts';
import type { Level } from '../contract/gpio.ts';
import { HalError } from '../error.ts';
import { traceToText } from './trace-text.ts';
import { traceToVcd } from './trace-vcd.ts';

/** Entries that a trace keeps unless the board is told otherwise; a power of two. */
const DEFAULT_TRACE_CAPACITY = 65_536;
const MAX_TRACE_CAPACITY = 16_777_216;
/** Different names (lines, buses, error codes) in one trace; sources are stored as 16-bit numbers. */
const MAX_TRACE_NAMES = 65_535;

/** What happened. The position in this list is the number that the ring stores. */
const traceKinds = [
  'edge',
  'i2c-start',
  'i2c-write',
  'i2c-read',
  'i2c-stop',
  'spi-select',
  'spi-exchange',
  'spi-deselect',
  'uart-transmit',
  'uart-receive',
  'uart-fault',
  'uart-disconnect',
  'mmio-read',
  'mmio-write',
  'pwm-set',
  'pwm-switch',
  'error',
  'fault',
] as const;
export type TraceKind = (typeof traceKinds)[number];

/** One thing that happened on the board. What `a` and `b` mean depends on the kind: see `Trace`. */
export interface TraceEntry {
  readonly timeNs: bigint;
  readonly kind: TraceKind;
  /** Line, bus, chip select, port or window: `pinctrl-mock/17`, `i2c-1`, `spi0.0`, `/dev/serial0`, `/dev/gpiomem`. */
  readonly source: string;
  readonly a: number;
  readonly b: number;
}

/** An edge is one word beside its time: the lowest byte 0 for a fall, 1 for a rise; other kinds follow from 2. */
const OTHER_KINDS_FROM = 1;
const KIND_BITS = 8;
const KIND_MASK = 0xff;

/**
 * Every edge and every bus byte of a board, in order, in a ring that is allocated once: recording allocates nothing.
 * When it is full the oldest entry is dropped and counted.
 *
 * | kind | a | b |
 * | edge | physical level | 0 |
 * | i2c-start | address | bit 0: read, bit 1: acknowledged, bit 2: repeated start |
 * | i2c-write, i2c-read | byte | 1 when acknowledged (a read: by the controller) |
 * | spi-exchange | byte out | byte in |
 * | uart-transmit, uart-receive | byte | 0 |
 * | uart-fault | byte | 1 parity, 2 framing, 3 noise |
 * | mmio-read, mmio-write | offset times 64 plus width in bits | value |
 * | pwm-set | period, nanoseconds | duty, nanoseconds (both unsigned: `>>> 0`) |
 * | pwm-switch | 1 when it runs | 1 when its polarity is inversed |
 * | error, fault | number of the name of the error code or fault kind: `name(a)` | address, or 0 |
 */
export class Trace {
  readonly capacity: number;
  /**
   * Hot: a GPIO write ends here. A function that closes over the ring, not a method: where a thread has one board, the
   * engine then knows where the ring is and compiles the addresses in, which takes a quarter off a guest's write. Where
   * a thread has several boards it costs a few nanoseconds instead.
   */
  readonly recordEdge: (source: number, level: Level) => void;
  readonly #mask: number;
  readonly #times: BigInt64Array;
  /** Source in the upper bits, kind in the lowest byte. */
  readonly #words: Int32Array;
  readonly #a: Int32Array;
  readonly #b: Int32Array;
  readonly #clock: Clock;
  readonly #names: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #count = { recorded: 0 };
  #first = 0;

  /** `capacity` is rounded up to a power of two. Throws HAL_BAD_ARGUMENT outside 1 to MAX_TRACE_CAPACITY. */
  constructor(clock: Clock, capacity: number = DEFAULT_TRACE_CAPACITY) {
    if (!Number.isInteger(capacity) || capacity < 1 || capacity > MAX_TRACE_CAPACITY) {
      throw new HalError(
        'HAL_BAD_ARGUMENT',
        `trace capacity must be 1 to ${MAX_TRACE_CAPACITY}, not ${capacity}`,
        { details: { capacity } },
      );
    }
    this.capacity = 2 ** Math.ceil(Math.log2(capacity));
    // As a 32-bit integer: the hot path would convert it from a double each time.
    this.#mask = (this.capacity - 1) | 0;
    this.#clock = clock;
    this.#times = new BigInt64Array(this.capacity);
    this.#words = new Int32Array(this.capacity);
    this.#a = new Int32Array(this.capacity);
    this.#b = new Int32Array(this.capacity);
    const times = this.#times;
    const words = this.#words;
    const mask = this.#mask;
    const count = this.#count;
    this.recordEdge = (source, level) => {
      const recorded = count.recorded;
      const slot = recorded & mask;
      times[slot] = clock.nowNs();
      words[slot] = (source << KIND_BITS) | level;
      count.recorded = recorded + 1;
    };
  }

  /** The number under which the ring stores a name. Throws HAL_LIMIT_REACHED beyond MAX_TRACE_NAMES. */
  number(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    if (this.#names.length >= MAX_TRACE_NAMES) {
      throw new HalError('HAL_LIMIT_REACHED', `a trace holds ${MAX_TRACE_NAMES} names`, {
        details: { limit: 'MAX_TRACE_NAMES', value: MAX_TRACE_NAMES },
      });
    }
    this.#names.push(name);
    this.#numbers.set(name, this.#names.length - 1);
    return this.#names.length - 1;
  }

  name(number: number): string {
    return this.#names[number] ?? '';
  }

  record(kind: Exclude<TraceKind, 'edge'>, source: number, a: number, b: number): void {
    const slot = this.#count.recorded & this.#mask;
    this.#times[slot] = this.#clock.nowNs();
    this.#words[slot] = (source << KIND_BITS) | (traceKinds.indexOf(kind) + OTHER_KINDS_FROM);
    this.#a[slot] = a;
    this.#b[slot] = b;
    this.#count.recorded += 1;
  }

  /** Entries on hand. */
  get length(): number {
    return Math.min(this.#count.recorded - this.#first, this.capacity);
  }

  /** Entries that were dropped because the ring was full (not those that `clear` took). */
  get droppedCount(): number {
    return Math.max(0, this.#count.recorded - this.#first - this.capacity);
  }

  /** A copy, oldest first. */
  entries(): TraceEntry[] {
    const entries: TraceEntry[] = [];
    for (let index = this.#count.recorded - this.length; index < this.#count.recorded; index += 1) {
      const slot = index & this.#mask;
      const word = this.#words[slot] as number;
      const code = word & KIND_MASK;
      const timeNs = this.#times[slot] as bigint;
      const source = this.name(word >>> KIND_BITS);
      if (code <= OTHER_KINDS_FROM) {
        entries.push({ timeNs, kind: 'edge', source, a: code, b: 0 });
        continue;
      }
      entries.push({
        timeNs,
        kind: traceKinds[code - OTHER_KINDS_FROM] as TraceKind,
        source,
        a: this.#a[slot] as number,
        b: this.#b[slot] as number,
      });
    }
    return entries;
  }

  /** Forgets the entries and the dropped count. */
  clear(): void {
    this.#first = this.#count.recorded;
  }

  /** One line per entry. Two runs on a virtual clock give the same text, byte for byte. */
  toText(): string {
    return traceToText(this);
  }

  /** IEEE 1364 value change dump, time unit 1 ns: a wire per line, the bytes of each bus as vectors. */
  toVcd(): string {
    return traceToVcd(this);
  }
}
