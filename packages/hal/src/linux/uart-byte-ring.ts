/** Where a ring keeps its two positions. Both run on from 0 and wrap at 2^32. */
export interface RingWords {
  readonly words: Int32Array;
  /** Index of the reader's position; only the reader moves it. */
  readonly head: number;
  /** Index of the writer's position; only the writer moves it. */
  readonly tail: number;
}

/** Bytes from one thread to another through shared memory, in order. Never blocks. */
export class ByteRing {
  readonly #words: RingWords;
  readonly #bytes: Uint8Array;

  /** The length of `bytes` is a power of two. */
  constructor(words: RingWords, bytes: Uint8Array) {
    this.#words = words;
    this.#bytes = bytes;
  }

  get head(): number {
    return Atomics.load(this.#words.words, this.#words.head) >>> 0;
  }

  get tail(): number {
    return Atomics.load(this.#words.words, this.#words.tail) >>> 0;
  }

  /** Bytes that wait for the reader. */
  get count(): number {
    return (this.tail - this.head) >>> 0;
  }

  get room(): number {
    return this.#bytes.length - this.count;
  }

  /** The writer's. Copies what fits; returns how many. */
  put(source: Uint8Array): number {
    const count = Math.min(source.length, this.room);
    const { tail } = this;
    const start = tail % this.#bytes.length;
    const first = Math.min(count, this.#bytes.length - start);
    this.#bytes.set(source.subarray(0, first), start);
    this.#bytes.set(source.subarray(first, count), 0);
    Atomics.store(this.#words.words, this.#words.tail, (tail + count) | 0);
    return count;
  }

  /** The reader's. Copies at most `target.length` bytes without taking them; returns how many. */
  peek(target: Uint8Array): number {
    const count = Math.min(target.length, this.count);
    const start = this.head % this.#bytes.length;
    const first = Math.min(count, this.#bytes.length - start);
    target.set(this.#bytes.subarray(start, start + first));
    target.set(this.#bytes.subarray(0, count - first), first);
    return count;
  }

  /** The reader's. Gives the room of the oldest `count` bytes back to the writer. */
  drop(count: number): void {
    Atomics.store(this.#words.words, this.#words.head, (this.head + count) | 0);
  }

  /** The reader's. `peek` and `drop` in one. */
  take(target: Uint8Array): number {
    const count = this.peek(target);
    this.drop(count);
    return count;
  }
}
