import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { HalEventSink } from '../contract/event.ts';
import { HalError } from '../error.ts';
import { EVENT_HEADER_BYTES, EVENT_RECORD_BYTES } from '../remote/channel.ts';
import { EventRingReader } from '../remote/event-ring.ts';
import type { PumpedLine } from './edge-pump.ts';
import type { EdgePumpCommand, EdgePumpThreadData } from './edge-pump-thread.ts';
import { EDGE_ANSWER_MS, MAX_WAITING_EDGES, MAX_WATCHED_LINES } from './limits.ts';
import type { NativeMemory, Sys } from './sys.ts';

/** Words of the thread: see `pumpWord` there, which cannot be imported without starting it. */
const word = { done: 0, lastSequence: 1, storms: 2 } as const;
const WORDS = 4;

interface Watch {
  readonly sink: HalEventSink;
  readonly token: number;
}

export interface EdgeEventsOptions {
  readonly sys: Sys;
  /** Notified when events wait: see `RealTimeClockOptions.wake`. */
  readonly wake: Int32Array;
  readonly wakeIndex: number;
}

/** Edge events of all lines of a backend: starts the thread that waits for them, and hands them to their sinks in `drain`. */
export class EdgeEvents {
  readonly #sys: Sys;
  readonly #options: EdgeEventsOptions;
  readonly #watches = new Map<number, Watch>();
  readonly #ring = new SharedArrayBuffer(EVENT_HEADER_BYTES + MAX_WAITING_EDGES * EVENT_RECORD_BYTES);
  readonly #reader = new EventRingReader(this.#ring);
  readonly #words = new Int32Array(new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT));
  #thread:
    | { readonly port: MessagePort; readonly wakeDescriptor: number; readonly signal: NativeMemory }
    | undefined;
  #key = 0;

  constructor(options: EdgeEventsOptions) {
    this.#sys = options.sys;
    this.#options = options;
  }

  /** Starts to wait for edges of a line whose configuration has them. Returns the key of the watch. */
  watch(line: Omit<PumpedLine, 'key'>, sink: HalEventSink, token: number): number {
    if (this.#watches.size >= MAX_WATCHED_LINES) {
      throw new HalError('HAL_LIMIT_REACHED', `at most ${MAX_WATCHED_LINES} lines with edge events`, {
        details: { limit: 'MAX_WATCHED_LINES', value: MAX_WATCHED_LINES },
      });
    }
    this.#key += 1;
    const key = this.#key;
    this.#watches.set(key, { sink, token });
    this.#command({ kind: 'add', line: { ...line, key } });
    return key;
  }

  /**
   * Nothing of the watch is pushed after it returns, and nobody reads the line's descriptor. Returns the kernel's number of its
   * last event.
   */
  unwatch(key: number): number {
    if (!this.#watches.delete(key)) return 0;
    this.#command({ kind: 'remove', key });
    return Atomics.load(this.#words, word.lastSequence);
  }

  /** Hands what has come to the sinks. */
  drain(): void {
    for (let event = this.#reader.next(); event !== undefined; event = this.#reader.next()) {
      const watch = this.#watches.get(event.token);
      if (watch !== undefined) watch.sink.push({ ...event, token: watch.token });
    }
  }

  /** Times that a line was switched off for a while because of too many edges. */
  get stormCount(): number {
    return Atomics.load(this.#words, word.storms);
  }

  /** Edges that were dropped because nobody drained. */
  get droppedCount(): number {
    return this.#reader.droppedCount();
  }

  close(): void {
    if (this.#thread === undefined) return;
    this.#watches.clear();
    this.#command({ kind: 'stop' });
    this.#thread.port.close();
    this.#sys.close(this.#thread.wakeDescriptor);
    this.#sys.free(this.#thread.signal);
    this.#thread = undefined;
  }

  /** Returns when it took effect. Throws HAL_TIMEOUT when the thread does not answer. */
  #command(command: EdgePumpCommand): void {
    const { port, wakeDescriptor, signal } = this.#started();
    const before = Atomics.load(this.#words, word.done);
    port.postMessage(command);
    this.#sys.write(wakeDescriptor, signal);
    if (Atomics.wait(this.#words, word.done, before, EDGE_ANSWER_MS) === 'timed-out') {
      throw new HalError(
        'HAL_TIMEOUT',
        `the thread that waits for edges did not answer in ${EDGE_ANSWER_MS} ms`,
      );
    }
  }

  #started() {
    if (this.#thread !== undefined) return this.#thread;
    const { port1, port2 } = new MessageChannel();
    const wakeDescriptor = this.#sys.eventDescriptor();
    const data: EdgePumpThreadData = {
      port: port2,
      wakeDescriptor,
      ring: this.#ring,
      words: this.#words.buffer as SharedArrayBuffer,
      wake: this.#options.wake.buffer as SharedArrayBuffer,
      wakeIndex: this.#options.wakeIndex,
    };
    new Worker(new URL('./edge-pump-thread.js', import.meta.url), {
      workerData: data,
      transferList: [port2],
      name: 'kanchi-edges',
      execArgv: [],
    }).unref();
    port1.unref();
    const signal = this.#sys.allocate(8);
    // Eventfd adds the number that is written; any number above 0 wakes.
    signal.bytes[0] = 1;
    this.#thread = { port: port1, wakeDescriptor, signal };
    return this.#thread;
  }
}
