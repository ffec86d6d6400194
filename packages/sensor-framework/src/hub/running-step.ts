/** Words: the number of the step (0: none), and the number of its sensor. After them its deadline, 64 bits. */
const word = { step: 0, sensor: 1 } as const;
const WORDS_BYTES = 8;
/** Looks at a note that changes meanwhile before the next look is left to the next time. */
const MAX_LOOKS = 8;

/** The step that a thread is in, as another thread sees it. */
export interface RunningStep {
  /** Differs from that of the step before. */
  readonly step: number;
  /** Number of the sensor: its place among those of its hub. */
  readonly sensorSlot: number;
  /** Monotonic ns. Past it the step is given up, which its thread cannot tell while it is in it. */
  readonly deadlineNs: bigint;
}

/** Memory for the note of one hub. */
export function createRunningStepMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(WORDS_BYTES + BigInt64Array.BYTES_PER_ELEMENT);
}

/** On the thread that does the steps. */
export class RunningStepWriter {
  readonly #words: Int32Array;
  readonly #deadline: BigInt64Array;
  #step = 0;

  constructor(memory: SharedArrayBuffer, byteOffset = 0) {
    this.#words = new Int32Array(memory, byteOffset, 2);
    this.#deadline = new BigInt64Array(memory, byteOffset + WORDS_BYTES, 1);
  }

  begin(sensorSlot: number, deadlineNs: bigint): void {
    this.#words[word.sensor] = sensorSlot;
    this.#deadline[0] = deadlineNs;
    // Never 0, and the last store: who sees it sees the rest.
    this.#step = (this.#step % 0x7fff_fffe) + 1;
    Atomics.store(this.#words, word.step, this.#step);
  }

  end(): void {
    Atomics.store(this.#words, word.step, 0);
  }
}

/** On any other thread: the thread of the hub is not asked, it may hang. */
export class RunningStepReader {
  readonly #words: Int32Array;
  readonly #deadline: BigInt64Array;

  constructor(memory: SharedArrayBuffer, byteOffset = 0) {
    this.#words = new Int32Array(memory, byteOffset, 2);
    this.#deadline = new BigInt64Array(memory, byteOffset + WORDS_BYTES, 1);
  }

  /** Undefined between steps. */
  read(): RunningStep | undefined {
    for (let look = 0; look < MAX_LOOKS; look += 1) {
      const step = Atomics.load(this.#words, word.step);
      if (step === 0) return undefined;
      const sensorSlot = this.#words[word.sensor] as number;
      const deadlineNs = this.#deadline[0] as bigint;
      if (Atomics.load(this.#words, word.step) === step) return { step, sensorSlot, deadlineNs };
    }
    return undefined;
  }

  /** The step when its deadline has passed. */
  overdue(nowNs: bigint): RunningStep | undefined {
    const running = this.read();
    return running !== undefined && nowNs >= running.deadlineNs ? running : undefined;
  }
}
