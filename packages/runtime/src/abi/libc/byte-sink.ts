/** Where formatted bytes go. The array is only valid within the call. */
export interface ByteSink {
  write(bytes: Uint8Array): void;
}

/** Collects bytes. */
export class CollectingSink implements ByteSink {
  #bytes = new Uint8Array(256);
  #length = 0;

  write(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length = needed;
  }

  get collected(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}

/** Keeps the first `capacity` bytes and counts all. */
export class TruncatingSink implements ByteSink {
  readonly #collecting = new CollectingSink();
  readonly #capacity: number;
  #count = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  write(bytes: Uint8Array): void {
    const room = Math.max(this.#capacity - this.#count, 0);
    this.#collecting.write(bytes.subarray(0, room));
    this.#count += bytes.length;
  }

  get collected(): Uint8Array {
    return this.#collecting.collected;
  }

  /** All bytes, the dropped ones included. */
  get count(): number {
    return this.#count;
  }
}
