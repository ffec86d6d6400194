/** Between two beats of the supervisor, milliseconds. */
export const HEARTBEAT_INTERVAL_MS = 1_000;

/** A supervisor that has not beaten for this long is taken to hang, milliseconds. */
export const DEFAULT_SUPERVISOR_TIMEOUT_MS = 10_000;

/**
 * Most of the time between two looks that counts: when the whole process was stopped (a debugger, SIGSTOP, a machine that
 * slept) the supervisor could not beat either.
 */
const MAX_STEP_NS = 1_000_000_000n;

/** Tells the broker that its supervisor hangs. Pure: its owner says what time it is and how often there was a beat. */
export class SupervisorWatch {
  readonly #timeoutNs: bigint;
  #beats: number;
  #lastLookNs: bigint;
  #silentNs = 0n;
  #isLost = false;

  constructor(timeoutMs: number, beats: number, nowNs: bigint) {
    this.#timeoutNs = BigInt(Math.round(timeoutMs * 1e6));
    this.#beats = beats;
    this.#lastLookNs = nowNs;
  }

  /** True when the supervisor has been silent for the timeout: once, until it beats again. */
  look(beats: number, nowNs: bigint): boolean {
    const passedNs = nowNs - this.#lastLookNs;
    this.#lastLookNs = nowNs;
    if (beats !== this.#beats) {
      this.#beats = beats;
      this.#silentNs = 0n;
      this.#isLost = false;
      return false;
    }
    this.#silentNs += passedNs > MAX_STEP_NS ? MAX_STEP_NS : passedNs;
    if (this.#isLost || this.#silentNs < this.#timeoutNs) return false;
    this.#isLost = true;
    return true;
  }
}
