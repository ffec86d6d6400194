import type { ByteRing, RingWords } from './uart-byte-ring.ts';

export interface GapWords extends RingWords {
  /** Counts lost bytes, modulo 2^32; only the writer moves it. */
  readonly lost: number;
  /** First of the words that hold the gaps' places. */
  readonly places: number;
  readonly placeCount: number;
}

/** Received bytes with the places where some were lost because nobody took them. Each gap is told once, at its place. */
export class UartReceiveRing {
  readonly #ring: ByteRing;
  readonly #gaps: GapWords;

  constructor(ring: ByteRing, gaps: GapWords) {
    this.#ring = ring;
    this.#gaps = gaps;
  }

  get count(): number {
    return this.#ring.count;
  }

  get room(): number {
    return this.#ring.room;
  }

  /** Bytes lost so far, modulo 2^32. */
  get lostCount(): number {
    return Atomics.load(this.#gaps.words, this.#gaps.lost) >>> 0;
  }

  /** The writer's: what finds no room is lost, the newest first, as in a UART. */
  put(bytes: Uint8Array): void {
    const { words, lost, tail, placeCount } = this.#gaps;
    // No place to note another gap: it is made part of the last one.
    const taken = this.#gapCount() === placeCount ? 0 : this.#ring.put(bytes);
    if (taken === bytes.length) return;
    Atomics.add(words, lost, bytes.length - taken);
    if (this.#gapCount() > 0 && this.#place(Atomics.load(words, tail) - 1) === this.#ring.tail) return;
    Atomics.store(words, this.#placeIndex(Atomics.load(words, tail)), this.#ring.tail | 0);
    Atomics.add(words, tail, 1);
  }

  /** The reader's: true once when the bytes before a gap were taken. */
  takeGap(): boolean {
    const { words, head } = this.#gaps;
    if (this.#gapCount() === 0 || this.#place(Atomics.load(words, head)) !== this.#ring.head) return false;
    Atomics.add(words, head, 1);
    return true;
  }

  /** The reader's: takes bytes up to the next gap. Returns how many. */
  take(buffer: Uint8Array): number {
    const { words, head } = this.#gaps;
    if (this.#gapCount() === 0) return this.#ring.take(buffer);
    const untilGap = (this.#place(Atomics.load(words, head)) - this.#ring.head) >>> 0;
    return this.#ring.take(buffer.subarray(0, untilGap));
  }

  #gapCount(): number {
    const { words, head, tail } = this.#gaps;
    return (Atomics.load(words, tail) - Atomics.load(words, head)) >>> 0;
  }

  #place(gap: number): number {
    return Atomics.load(this.#gaps.words, this.#placeIndex(gap)) >>> 0;
  }

  #placeIndex(gap: number): number {
    return this.#gaps.places + ((gap >>> 0) % this.#gaps.placeCount);
  }
}
