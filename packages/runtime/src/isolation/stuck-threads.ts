import { RuntimeError } from '../error.ts';

/**
 * How long the thread of an app may take to end once it was told to, milliseconds. Most take one or two. After that nobody waits for
 * it: `worker.terminate()` interrupts a guest and JavaScript, but nothing that is native, such as the engine's compiler.
 */
export const THREAD_END_LIMIT_MS = 100;

/**
 * Threads that could not be ended and are still there, at most: with one more no app is started. Each takes a core for itself, and a
 * Raspberry Pi has four: one is left for hardware and supervisor.
 */
export const MAX_STUCK_THREADS = 3;

const NS_PER_SECOND = 1e9;

/** Counts the threads of one executor that were told to end, and did not in time. */
export class StuckThreads {
  readonly #nowNs: () => bigint;
  readonly #tell: (line: string) => void;
  #count = 0;

  /** `tell` gets a line for people when one has ended after all. */
  constructor(nowNs: () => bigint, tell: (line: string) => void) {
    this.#nowNs = nowNs;
    this.#tell = tell;
  }

  get count(): number {
    return this.#count;
  }

  /** Throws RuntimeError KANCHI_THREADS_STUCK. */
  checkRoom(appName: string): void {
    if (this.#count < MAX_STUCK_THREADS) return;
    throw new RuntimeError(
      'KANCHI_THREADS_STUCK',
      `app "${appName}" is not started: ${this.#count} threads of ended apps could not be ended and each takes a processor core; ` +
        'wait until one has ended, or start the command again without the app that does this',
    );
  }

  /** One more. `ended` resolves when it has ended after all. */
  add(appName: string, ended: Promise<void>): void {
    this.#count += 1;
    const sinceNs = this.#nowNs();
    void ended.then(() => {
      this.#count -= 1;
      const seconds = Number(this.#nowNs() - sinceNs) / NS_PER_SECOND;
      this.#tell(
        `app "${appName}": its thread, which could not be ended, has ended ${seconds.toFixed(1)} s later`,
      );
    });
  }
}

/** For people, after what ended the app. */
export function stuckText(): string {
  return (
    `its thread had not ended ${THREAD_END_LIMIT_MS} ms later and was left behind without hardware: it is where nothing can interrupt it, ` +
    "such as in the engine's compiler, or the machine is busy"
  );
}
