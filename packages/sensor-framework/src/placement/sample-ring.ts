import type { Reading } from '../reading.ts';
import { readingReasons } from '../reading.ts';
import type { StreamRecord } from '../stream/record-queue.ts';

/** Readings that can be on their way to one app. What does not fit waits in the hub's queue of the subscription. */
export const DEFAULT_RING_READINGS = 1024;
/** One record has at most as many readings as a sensor has channels. */
const MIN_RING_READINGS = 64;
const MAX_RING_READINGS = 65_536;

/** Words before the readings, padded to the alignment of their fields. */
const HEADER_BYTES = 16;
const word = { head: 0, tail: 1, pending: 2 } as const;

/** Fields of 8 bytes of one reading. */
const field = {
  subscription: 0,
  channel: 1,
  /** 0: a value; else the place of the reason, from 1. */
  status: 2,
  /** Readings of the record that follow this one. */
  rest: 3,
  dueNs: 4,
  capturedNs: 5,
  capturedWallNs: 6,
  /** Of the record. */
  sequence: 7,
  lost: 8,
  /** Of the sensor's channel. */
  readingSequence: 9,
  value: 10,
} as const;
const FIELDS = 11;
const READING_BYTES = FIELDS * Float64Array.BYTES_PER_ELEMENT;

/** Memory of a ring between the thread that reads sensors and one app's. */
export function createSampleRing(readingCount = DEFAULT_RING_READINGS): SharedArrayBuffer {
  if (
    !Number.isInteger(readingCount) ||
    readingCount < MIN_RING_READINGS ||
    readingCount > MAX_RING_READINGS
  ) {
    throw new RangeError(`a ring has ${MIN_RING_READINGS} to ${MAX_RING_READINGS} readings`);
  }
  return new SharedArrayBuffer(HEADER_BYTES + readingCount * READING_BYTES);
}

class SampleRing {
  readonly words: Int32Array;
  readonly numbers: Float64Array;
  readonly integers: BigInt64Array;
  readonly capacity: number;
  /** Indexes run from 0 to this and start again: a multiple of the capacity that fits in 31 bits. */
  readonly wrap: number;

  constructor(buffer: SharedArrayBuffer) {
    this.words = new Int32Array(buffer, 0, HEADER_BYTES / Int32Array.BYTES_PER_ELEMENT);
    this.numbers = new Float64Array(buffer, HEADER_BYTES);
    this.integers = new BigInt64Array(buffer, HEADER_BYTES);
    this.capacity = Math.floor((buffer.byteLength - HEADER_BYTES) / READING_BYTES);
    this.wrap = this.capacity * Math.floor(0x7fff_ffff / this.capacity);
  }

  start(index: number): number {
    return (index % this.capacity) * FIELDS;
  }
}

/** The side that reads sensors. Never waits and never overwrites; whoever finds no room keeps the record. */
export class SampleRingWriter {
  readonly #ring: SampleRing;
  #tail = 0;

  constructor(buffer: SharedArrayBuffer) {
    this.#ring = new SampleRing(buffer);
  }

  /** Readings that fit now. 0 also while the reader's index makes no sense. */
  get room(): number {
    const { words, capacity, wrap } = this.#ring;
    const head = Atomics.load(words, word.head);
    const used = (this.#tail - head + wrap) % wrap;
    return head < 0 || head >= wrap || used > capacity ? 0 : capacity - used;
  }

  /** The caller has checked `room`. `channelOf` gives the number of a channel by its name. */
  push(subscription: number, record: StreamRecord, channelOf: (name: string) => number): void {
    const { words, numbers, integers, wrap } = this.#ring;
    let tail = this.#tail;
    let rest = record.readings.length;
    for (const reading of record.readings) {
      rest -= 1;
      const start = this.#ring.start(tail);
      numbers[start + field.subscription] = subscription;
      numbers[start + field.channel] = channelOf(reading.channel);
      numbers[start + field.status] =
        reading.reason === undefined ? 0 : readingReasons.indexOf(reading.reason) + 1;
      numbers[start + field.rest] = rest;
      integers[start + field.dueNs] = record.dueNs;
      integers[start + field.capturedNs] = reading.capturedNs;
      integers[start + field.capturedWallNs] = reading.capturedWallNs;
      numbers[start + field.sequence] = record.sequence;
      numbers[start + field.lost] = record.lost;
      numbers[start + field.readingSequence] = reading.sequence;
      numbers[start + field.value] = reading.value ?? 0;
      tail = (tail + 1) % wrap;
    }
    this.#tail = tail;
    // Whole records appear at once.
    Atomics.store(words, word.tail, tail);
  }

  /** Says that more waits than fits; the reader asks for it when it has made room. */
  setPending(): void {
    Atomics.store(this.#ring.words, word.pending, 1);
  }
}

/** The channels that a subscription's numbers stand for. */
export type ChannelNames = (
  subscription: number,
) => readonly { readonly name: string; readonly unit: string }[] | undefined;

/** The app's side. */
export class SampleRingReader {
  readonly #ring: SampleRing;

  constructor(buffer: SharedArrayBuffer) {
    this.#ring = new SampleRing(buffer);
  }

  /** True once for each time that the writer found too little room. */
  takePending(): boolean {
    return Atomics.exchange(this.#ring.words, word.pending, 0) === 1;
  }

  /** Gives every record that is there, oldest first. Those of subscriptions that `channels` does not know are dropped. */
  drain(channels: ChannelNames, receive: (subscription: number, record: StreamRecord) => void): void {
    const { words, numbers, integers, wrap } = this.#ring;
    const tail = Atomics.load(words, word.tail);
    let head = Atomics.load(words, word.head);
    let readings: Reading[] = [];
    while (head !== tail) {
      const start = this.#ring.start(head);
      const at = (name: keyof typeof field): number => numbers[start + field[name]] as number;
      const integerAt = (name: keyof typeof field): bigint => integers[start + field[name]] as bigint;
      const subscription = at('subscription');
      const channel = channels(subscription)?.[at('channel')];
      if (channel !== undefined) {
        const capture = {
          channel: channel.name,
          unit: channel.unit,
          sequence: at('readingSequence'),
          capturedNs: integerAt('capturedNs'),
          capturedWallNs: integerAt('capturedWallNs'),
        };
        const status = at('status');
        const reason = status === 0 ? undefined : (readingReasons[status - 1] ?? 'unavailable');
        readings.push(reason === undefined ? { ...capture, value: at('value') } : { ...capture, reason });
      }
      if (at('rest') === 0) {
        const record = { dueNs: integerAt('dueNs'), sequence: at('sequence'), lost: at('lost'), readings };
        if (readings.length > 0) receive(subscription, record);
        readings = [];
      }
      head = (head + 1) % wrap;
    }
    Atomics.store(words, word.head, head);
  }
}
