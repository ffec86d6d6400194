import type { HalEvent, HalEventKind } from '../contract/event.ts';
import { EVENT_HEADER_BYTES, EVENT_RECORD_BYTES } from './channel.ts';

const eventKinds: readonly HalEventKind[] = ['edge', 'uart-readable', 'uart-closed'];

const word = { head: 0, tail: 1, dropped: 2 } as const;

/** Fields of 8 bytes in one record: kind, token, time (a 64-bit integer), sequence, detail. */
const FIELDS = EVENT_RECORD_BYTES / Float64Array.BYTES_PER_ELEMENT;

class EventRing {
  readonly words: Int32Array;
  readonly numbers: Float64Array;
  readonly times: BigInt64Array;
  readonly capacity: number;

  constructor(buffer: SharedArrayBuffer) {
    this.words = new Int32Array(buffer, 0, EVENT_HEADER_BYTES / Int32Array.BYTES_PER_ELEMENT);
    this.numbers = new Float64Array(buffer, EVENT_HEADER_BYTES);
    this.times = new BigInt64Array(buffer, EVENT_HEADER_BYTES);
    this.capacity = Math.floor((buffer.byteLength - EVENT_HEADER_BYTES) / EVENT_RECORD_BYTES);
  }

  /** First field of the record with this index. */
  start(index: number): number {
    return (index % this.capacity) * FIELDS;
  }

  /** Indexes run from 0 to this and start again: a multiple of the capacity that fits in 31 bits. */
  get wrap(): number {
    return this.capacity * Math.floor(0x7fff_ffff / this.capacity);
  }
}

/**
 * The broker's side. Never waits: when the ring is full the oldest event goes and is counted. It keeps its own idea of
 * the end, so whatever a dead client left in the shared indexes costs events, never memory or the thread.
 */
export class EventRingWriter {
  readonly #ring: EventRing;
  readonly #wrap: number;
  #tail = 0;

  constructor(buffer: SharedArrayBuffer) {
    this.#ring = new EventRing(buffer);
    this.#wrap = this.#ring.wrap;
  }

  push(event: HalEvent): void {
    const { words, numbers, times } = this.#ring;
    this.#makeRoom();
    const start = this.#ring.start(this.#tail);
    numbers[start] = eventKinds.indexOf(event.kind);
    numbers[start + 1] = event.token;
    times[start + 2] = event.timeNs;
    numbers[start + 3] = event.sequence;
    numbers[start + 4] = event.detail;
    this.#tail = (this.#tail + 1) % this.#wrap;
    Atomics.store(words, word.tail, this.#tail);
  }

  #makeRoom(): void {
    const { words, capacity } = this.#ring;
    const head = Atomics.load(words, word.head);
    const used = (this.#tail - head + this.#wrap) % this.#wrap;
    if (head < 0 || head >= this.#wrap || used > capacity) {
      // Garbage: everything that waited is given up.
      Atomics.store(words, word.head, this.#tail);
      return;
    }
    if (used < capacity) return;
    // The reader moves the head too. If it was first, there is room now.
    if (Atomics.compareExchange(words, word.head, head, (head + 1) % this.#wrap) === head) {
      Atomics.add(words, word.dropped, 1);
    }
  }
}

/** The client's side. */
export class EventRingReader {
  readonly #ring: EventRing;
  readonly #wrap: number;

  constructor(buffer: SharedArrayBuffer) {
    this.#ring = new EventRing(buffer);
    this.#wrap = this.#ring.wrap;
  }

  get capacity(): number {
    return this.#ring.capacity;
  }

  /** Events that were dropped because the ring was full, modulo 2^32. */
  droppedCount(): number {
    return Atomics.load(this.#ring.words, word.dropped) >>> 0;
  }

  /** Takes the oldest event; undefined when there is none. */
  next(): HalEvent | undefined {
    const { words, numbers, times, capacity } = this.#ring;
    // Each failed round means that the writer dropped a record meanwhile; more than a ring full of them is a storm.
    for (let round = 0; round < capacity; round += 1) {
      const head = Atomics.load(words, word.head);
      if (head === Atomics.load(words, word.tail)) return undefined;
      const start = this.#ring.start(head);
      const kind = eventKinds[numbers[start] as number];
      const token = numbers[start + 1] as number;
      const timeNs = times[start + 2] as bigint;
      const sequence = numbers[start + 3] as number;
      const detail = numbers[start + 4] as number;
      // The writer may have dropped this record and written over it while it was read: then it does not count.
      const taken = Atomics.compareExchange(words, word.head, head, (head + 1) % this.#wrap) === head;
      if (taken && kind !== undefined) return { kind, token, timeNs, sequence, detail };
    }
    return undefined;
  }
}
