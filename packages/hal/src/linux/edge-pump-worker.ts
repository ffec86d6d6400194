import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { HalError } from '../error.ts';
import { waitForChange } from '../wait-for-change.ts';
import type { EdgePumpControl } from './edge-events.ts';
import type { PumpedLine } from './edge-pump.ts';
import { type EdgePumpCommand, type EdgePumpThreadData, PUMP_WORDS, pumpWord } from './edge-pump-protocol.ts';
import { withErrno } from './errno-error.ts';
import { EDGE_ANSWER_MS } from './limits.ts';
import { closeDescriptor } from './native-resources.ts';
import type { NativeMemory, Sys } from './sys.ts';

export interface EdgePumpWorkerOptions {
  readonly sys: Sys;
  readonly ring: SharedArrayBuffer;
  /** Notified when events wait: see `RealTimeClockOptions.wake`. */
  readonly wake: Int32Array;
  readonly wakeIndex: number;
}

/** The thread that waits for edges, seen from the thread that owns the lines. */
export class EdgePumpWorker implements EdgePumpControl {
  readonly #sys: Sys;
  readonly #words = new Int32Array(new SharedArrayBuffer(PUMP_WORDS * Int32Array.BYTES_PER_ELEMENT));
  readonly #port: MessagePort;
  readonly #signal: NativeMemory;
  readonly #wakeDescriptor: number;
  /** Why there is no thread any more. */
  #failure: string | undefined;

  /** Throws HAL_LIMIT_REACHED when there are no descriptors left. */
  constructor({ sys, ring, wake, wakeIndex }: EdgePumpWorkerOptions) {
    this.#sys = sys;
    this.#signal = withErrno('open', 'edge events', {}, () => sys.allocate(8));
    // Eventfd adds the number that is written; any number above 0 wakes.
    this.#signal.bytes[0] = 1;
    try {
      this.#wakeDescriptor = withErrno('open', 'edge events', {}, () => sys.eventDescriptor());
    } catch (error) {
      sys.free(this.#signal);
      throw error;
    }
    const { port1, port2 } = new MessageChannel();
    const data: EdgePumpThreadData = {
      port: port2,
      wakeDescriptor: this.#wakeDescriptor,
      ring,
      words: this.#words.buffer as SharedArrayBuffer,
      wake: wake.buffer as SharedArrayBuffer,
      wakeIndex,
    };
    const worker = new Worker(new URL('./edge-pump-thread.js', import.meta.url), {
      workerData: data,
      transferList: [port2],
      name: 'kanchi-edges',
      execArgv: [],
    });
    // The next command tells it: an error event without a listener would end the process.
    worker.on('error', (error: unknown) => {
      this.#failure = error instanceof Error ? error.message : String(error);
    });
    worker.unref();
    port1.unref();
    this.#port = port1;
  }

  get stormCount(): number {
    return Atomics.load(this.#words, pumpWord.storms);
  }

  add(line: PumpedLine): void {
    this.#command({ kind: 'add', line });
  }

  remove(key: number): number {
    this.#command({ kind: 'remove', key });
    return Atomics.load(this.#words, pumpWord.lastSequence);
  }

  close(): void {
    try {
      if (!this.#hasEnded) this.#command({ kind: 'stop' });
    } finally {
      this.#port.close();
      closeDescriptor(this.#sys, this.#wakeDescriptor);
      this.#sys.free(this.#signal);
    }
  }

  get #hasEnded(): boolean {
    return Atomics.load(this.#words, pumpWord.ended) === 1;
  }

  /** Returns when it took effect. Throws HAL_TIMEOUT when the thread does not answer, HAL_OTHER when it has ended. */
  #command(command: EdgePumpCommand): void {
    // Read first: an end of the thread from here on moves it.
    const before = Atomics.load(this.#words, pumpWord.done);
    if (this.#hasEnded) throw this.#ended();
    this.#port.postMessage(command);
    withErrno('gpio', 'edge events', {}, () => this.#sys.write(this.#wakeDescriptor, this.#signal));
    if (!waitForChange(this.#words, pumpWord.done, before, EDGE_ANSWER_MS)) {
      throw new HalError(
        'HAL_TIMEOUT',
        `the thread that waits for edges did not answer in ${EDGE_ANSWER_MS} ms`,
      );
    }
    if (this.#hasEnded && command.kind !== 'stop') throw this.#ended();
  }

  #ended(): HalError {
    return new HalError(
      'HAL_OTHER',
      `the thread that waits for edges has ended: ${this.#failure ?? 'no reason known'}`,
    );
  }
}
