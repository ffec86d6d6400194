import { Worker } from 'node:worker_threads';
import { waitForChange } from '../wait-for-change.ts';

const ANSWER_BYTES = 1_048_576;
const ANSWER_MS = 20_000;

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** From the end of its input to its exit, milliseconds. */
  readonly afterMs: number;
}

/** A process that answers requests, one JSON line each. `ask` blocks the test's thread, so that tests of blocking calls can use it. */
export class ProcessLines {
  readonly #shared = new SharedArrayBuffer(8 + ANSWER_BYTES);
  readonly #words = new Int32Array(this.#shared, 0, 2);
  readonly #bytes = new Uint8Array(this.#shared, 8);
  readonly #worker: Worker;
  readonly #ended: Promise<ProcessEnd>;
  readonly #command: string;

  constructor(command: string, args: readonly string[]) {
    this.#command = [command, ...args].join(' ');
    this.#worker = new Worker(new URL('./fixtures/process-lines.mjs', import.meta.url), {
      workerData: { command, args, shared: this.#shared },
      execArgv: [],
    });
    this.#ended = new Promise((resolve, reject) => {
      this.#worker.once('message', resolve);
      this.#worker.once('error', reject);
    });
    this.#ended.catch(() => {});
  }

  ask<Answer>(request: Readonly<Record<string, unknown>>): Answer {
    const before = Atomics.load(this.#words, 0);
    this.#worker.postMessage(JSON.stringify(request));
    if (!waitForChange(this.#words, 0, before, ANSWER_MS)) {
      throw new Error(`no answer to ${JSON.stringify(request)} in ${ANSWER_MS} ms from ${this.#command}`);
    }
    const length = Atomics.load(this.#words, 1);
    if (length < 0) throw new Error(`it ended: ${this.#command}`);
    return JSON.parse(new TextDecoder().decode(this.#bytes.slice(0, length))) as Answer;
  }

  /** Ends its input; resolves when it has exited. */
  end(): Promise<ProcessEnd> {
    this.#worker.postMessage(null);
    return this.#ended;
  }
}
