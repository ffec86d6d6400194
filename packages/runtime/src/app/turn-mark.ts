/**
 * What the guest's code may be doing for how long:
 * - `start`: from its start function to the return of `on_init`, waits included;
 * - `callback`: one callback, waits included;
 * - `main`: `main` between two waits.
 */
export type TurnKind = 'start' | 'callback' | 'main';

/** The guest has control. */
export interface Turn {
  readonly kind: TurnKind;
  /** What was called: `on_event`. */
  readonly what: string;
  /** When it was called, or returned from its last wait; of all of the start, when that began. Monotonic nanoseconds. */
  readonly beganNs: bigint;
  /** Another one for each turn of an app. */
  readonly sequence: number;
}

const kinds = ['none', 'start', 'callback', 'main'] as const;
/** Words of 32 bits: how often the mark changed (odd: it is changing), the kind, the length of the name. */
const SEQUENCE = 0;
const KIND = 1;
const NAME_LENGTH = 2;
/** Places in bytes: the time needs a multiple of 8. */
const BEGAN_OFFSET = 16;
const NAME_OFFSET = 24;
/** The longest name of a callback, `on_connection_data`, has 18. A longer one is cut. */
const MAX_NAME_BYTES = 40;
/** A mark that changes during this many reads belongs to an app that is doing well. */
const MAX_READS = 8;

/**
 * Whether the guest has control, for a thread that watches it. One writer, the app's thread. What a host call takes is the turn's as
 * well; only a wait is not (docs/adr/0016-time-of-the-guest.md).
 */
export class TurnMark {
  static readonly byteLength = NAME_OFFSET + MAX_NAME_BYTES;
  readonly #words: Int32Array;
  readonly #began: BigInt64Array;
  readonly #name: Uint8Array;
  readonly #nowNs: () => bigint;
  readonly #names = new Map<string, Uint8Array>();
  #startNs: bigint | undefined;
  #current: Omit<Turn, 'sequence'> | undefined;

  /**
   * `buffer`: TurnMark.byteLength bytes, shared with the watcher. `nowNs`: the monotonic clock of both; a mark that nobody looks at
   * needs none.
   */
  constructor(
    buffer: ArrayBufferLike = new ArrayBuffer(TurnMark.byteLength),
    nowNs: () => bigint = () => 0n,
  ) {
    this.#words = new Int32Array(buffer, 0, BEGAN_OFFSET / Int32Array.BYTES_PER_ELEMENT);
    this.#began = new BigInt64Array(buffer, BEGAN_OFFSET, 1);
    this.#name = new Uint8Array(buffer, NAME_OFFSET, MAX_NAME_BYTES);
    this.#nowNs = nowNs;
  }

  /** The turn that is on; undefined when the guest does not have control. */
  read(): Turn | undefined {
    for (let attempt = 0; attempt < MAX_READS; attempt += 1) {
      const sequence = Atomics.load(this.#words, SEQUENCE);
      const kind = kinds[Atomics.load(this.#words, KIND)] ?? 'none';
      const beganNs = Atomics.load(this.#began, 0);
      const length = Math.min(Atomics.load(this.#words, NAME_LENGTH), MAX_NAME_BYTES);
      const name = Uint8Array.from(this.#name.subarray(0, length));
      if ((sequence & 1) !== 0 || Atomics.load(this.#words, SEQUENCE) !== sequence) continue;
      return kind === 'none' ? undefined : { kind, what: new TextDecoder().decode(name), beganNs, sequence };
    }
    return undefined;
  }

  /** Runs a part of the app's start. All parts have one limit together. */
  start<Result>(what: string, run: () => Result): Result {
    this.#startNs ??= this.#nowNs();
    return this.#within({ kind: 'start', what, beganNs: this.#startNs }, run);
  }

  callback<Result>(what: string, run: () => Result): Result {
    return this.#within({ kind: 'callback', what, beganNs: this.#nowNs() }, run);
  }

  main<Result>(what: string, run: () => Result): Result {
    return this.#within({ kind: 'main', what, beganNs: this.#nowNs() }, run);
  }

  /** Runs a wait that the guest asked for. `main` has a new turn after it. */
  wait<Result>(run: () => Result): Result {
    const turn = this.#current;
    if (turn?.kind !== 'main') return run();
    this.#set(undefined);
    try {
      return run();
    } finally {
      this.#set({ ...turn, beganNs: this.#nowNs() });
    }
  }

  #within<Result>(turn: Omit<Turn, 'sequence'>, run: () => Result): Result {
    const outer = this.#current;
    this.#set(turn);
    try {
      return run();
    } finally {
      this.#set(outer);
    }
  }

  #set(turn: Omit<Turn, 'sequence'> | undefined): void {
    this.#current = turn;
    Atomics.add(this.#words, SEQUENCE, 1);
    Atomics.store(this.#words, KIND, turn === undefined ? 0 : kinds.indexOf(turn.kind));
    if (turn !== undefined) {
      const name = this.#nameBytes(turn.what);
      Atomics.store(this.#began, 0, turn.beganNs);
      Atomics.store(this.#words, NAME_LENGTH, name.length);
      this.#name.set(name);
    }
    Atomics.add(this.#words, SEQUENCE, 1);
  }

  /** The host's names: few, and none of the guest's making. */
  #nameBytes(what: string): Uint8Array {
    const known = this.#names.get(what);
    if (known !== undefined) return known;
    const bytes = new TextEncoder().encode(what).subarray(0, MAX_NAME_BYTES);
    this.#names.set(what, bytes);
    return bytes;
  }
}
