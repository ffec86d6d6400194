import { MAX_FAULT_LINES_PER_MINUTE } from './limits.ts';

const MINUTE_MS = 60_000;

/** Lines of one app, so many in a minute: an app that tries again and again must not fill the log of the board. */
export class FaultLines {
  readonly #appName: string;
  readonly #nowMs: () => number;
  readonly #write: (line: string) => void;
  #startMs = Number.NEGATIVE_INFINITY;
  #told = 0;
  #untold = 0;

  /** `nowMs`: monotonic. */
  constructor(appName: string, nowMs: () => number, write: (line: string) => void) {
    this.#appName = appName;
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
    this.#write(
      `app "${this.#appName}": ${this.#untold} more lines about its connections were left out, over ${MAX_FAULT_LINES_PER_MINUTE} in a minute`,
    );
    this.#untold = 0;
  }
}
