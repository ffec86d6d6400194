import type { RunningStep, RunningStepReader } from '@kanchi/sensor-framework/hub';

/** How often the supervisor looks whether a thread is in a step for too long, milliseconds. */
export const HANG_LOOK_INTERVAL_MS = 200;

/** What was waited for does not come: the thread hangs. */
export const HUNG: unique symbol = Symbol('hung');

/**
 * Tells that a thread hangs in a step of a read, which the thread itself cannot tell: it gives the step up only when the step
 * has returned. Pure: its owner says what time it is and when to look.
 */
export class HangWatch {
  readonly #reader: RunningStepReader;
  readonly #onHang: (step: RunningStep) => void;
  /** The step that was told last, while its thread has not told of it. */
  #told: number | undefined;
  readonly #waiting = new Set<() => void>();

  constructor(reader: RunningStepReader, onHang: (step: RunningStep) => void) {
    this.#reader = reader;
    this.#onHang = onHang;
  }

  /** True when the thread hangs. */
  look(nowNs: bigint): boolean {
    const step = this.#reader.overdue(nowNs);
    if (step === undefined) return false;
    for (const wake of this.#waiting) wake();
    if (this.#told === step.step) return true;
    this.#told = step.step;
    this.#onHang(step);
    return true;
  }

  isHung(nowNs: bigint): boolean {
    return this.#reader.overdue(nowNs) !== undefined;
  }

  /** The thread tells that a step was given up; false when that has been told before. */
  takeStuck(): boolean {
    const isNews = this.#told === undefined;
    this.#told = undefined;
    return isNews;
  }

  /** What `promise` gives, or HUNG as soon as a look finds the thread hung. */
  async unlessHung<Value>(promise: Promise<Value>): Promise<Value | typeof HUNG> {
    let wake = (): void => {};
    const hung = new Promise<typeof HUNG>((resolve) => {
      wake = () => resolve(HUNG);
    });
    this.#waiting.add(wake);
    try {
      return await Promise.race([promise, hung]);
    } finally {
      this.#waiting.delete(wake);
    }
  }
}
