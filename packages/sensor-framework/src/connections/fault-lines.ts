import { MAX_FAULT_LINES_PER_MINUTE } from './limits.ts';

const MINUTE_MS = 60_000;

/** Who the lines are about, for the one that says how many were left out: `<subject>: 5 more lines about <about> were left out`. */
export interface FaultSubject {
  readonly subject: string;
  readonly about: string;
}

/** Lines on what fails, so many in a minute: an app or host that tries again and again must not fill the log of the board. */
export class FaultLines {
  readonly #subject: FaultSubject;
  readonly #nowMs: () => number;
  readonly #write: (line: string) => void;
  #startMs = Number.NEGATIVE_INFINITY;
  #told = 0;
  #untold = 0;

  /** `nowMs`: monotonic. */
  constructor(subject: FaultSubject, nowMs: () => number, write: (line: string) => void) {
    this.#subject = subject;
    this.#nowMs = nowMs;
    this.#write = write;
  }

  tell(line: string): void {
    const nowMs = this.#nowMs();
    if (nowMs - this.#startMs >= MINUTE_MS) {
      this.flush();
      this.#startMs = nowMs;
      this.#told = 0;
    }
    if (this.#told >= MAX_FAULT_LINES_PER_MINUTE) {
      this.#untold += 1;
      return;
    }
    this.#told += 1;
    this.#write(line);
  }

  /** Tells how many were not told. */
  flush(): void {
    if (this.#untold === 0) return;
    const { subject, about } = this.#subject;
    this.#write(
      `${subject}: ${this.#untold} more lines about ${about} were left out, over ${MAX_FAULT_LINES_PER_MINUTE} in a minute`,
    );
    this.#untold = 0;
  }
}
