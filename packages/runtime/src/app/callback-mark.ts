/**
 * Whether the app is inside a callback, for a thread that watches it: the number is odd inside, and another one for each
 * callback. One writer, the app's thread.
 */
export class CallbackMark {
  readonly #word: Int32Array;

  /** `buffer`: CallbackMark.byteLength bytes, shared with the watcher. */
  constructor(buffer: ArrayBufferLike = new ArrayBuffer(CallbackMark.byteLength)) {
    this.#word = new Int32Array(buffer);
  }

  static readonly byteLength = Int32Array.BYTES_PER_ELEMENT;

  get value(): number {
    return Atomics.load(this.#word, 0);
  }

  /** Runs the callback with the mark set, however it ends. */
  within<Result>(callback: () => Result): Result {
    Atomics.add(this.#word, 0, 1);
    try {
      return callback();
    } finally {
      Atomics.add(this.#word, 0, 1);
    }
  }
}

/** Looks at a mark every so often and tells when one callback has lasted for the limit. */
export class CallbackWatch {
  readonly #mark: CallbackMark;
  readonly #looksInLimit: number;
  #seen = 0;
  #sameLooks = 0;

  /** `looksInLimit`: how many looks in a row at the same callback are the limit. */
  constructor(mark: CallbackMark, looksInLimit: number) {
    this.#mark = mark;
    this.#looksInLimit = looksInLimit;
  }

  /** True when the callback that was there that many looks ago is still there. */
  look(): boolean {
    const { value } = this.#mark;
    const isInside = (value & 1) === 1;
    this.#sameLooks = isInside && value === this.#seen ? this.#sameLooks + 1 : 0;
    this.#seen = value;
    return this.#sameLooks >= this.#looksInLimit;
  }
}
