import type { HalEventSink } from '../contract/event.ts';
import { HalError } from '../error.ts';
import { EVENT_HEADER_BYTES, EVENT_RECORD_BYTES } from '../remote/channel.ts';
import { EventRingReader } from '../remote/event-ring.ts';
import type { PumpedLine } from './edge-pump.ts';
import { MAX_WAITING_EDGES, MAX_WATCHED_LINES } from './limits.ts';

/** What waits for the edges of lines and puts them into the ring that it was started with: a thread, or a test's own loop. */
export interface EdgePumpControl {
  /** Reads the line's descriptor from now on. */
  add(line: PumpedLine): void;
  /** Nobody reads the line's descriptor after it returns. Returns the kernel's number of the line's last event. */
  remove(key: number): number;
  /** Times that a line was switched off for a while because of too many edges. */
  readonly stormCount: number;
  close(): void;
}

interface Watch {
  readonly sink: HalEventSink;
  readonly token: number;
}

export interface EdgeEventsOptions {
  /** Called at the first watch, and at the first one after `close`. */
  readonly startPump: (ring: SharedArrayBuffer) => EdgePumpControl;
}

/** Edge events of all lines of a backend: starts what waits for them, and hands them to their sinks in `drain`. */
export class EdgeEvents {
  readonly #startPump: EdgeEventsOptions['startPump'];
  readonly #watches = new Map<number, Watch>();
  #reader: EventRingReader | undefined;
  #pump: EdgePumpControl | undefined;
  #earlierStormCount = 0;
  #earlierDroppedCount = 0;
  #key = 0;

  constructor({ startPump }: EdgeEventsOptions) {
    this.#startPump = startPump;
  }

  /** Starts to wait for edges of a line whose configuration has them. Returns the key of the watch. Throws HAL_LIMIT_REACHED. */
  watch(line: Omit<PumpedLine, 'key'>, sink: HalEventSink, token: number): number {
    if (this.#watches.size >= MAX_WATCHED_LINES) {
      throw new HalError('HAL_LIMIT_REACHED', `at most ${MAX_WATCHED_LINES} lines with edge events`, {
        details: { limit: 'MAX_WATCHED_LINES', value: MAX_WATCHED_LINES },
      });
    }
    this.#pump ??= this.#start();
    this.#key += 1;
    const key = this.#key;
    this.#pump.add({ ...line, key });
    this.#watches.set(key, { sink, token });
    return key;
  }

  /**
   * Nothing of the watch is pushed after it returns, and nobody reads the line's descriptor. Returns the kernel's number of its
   * last event.
   */
  unwatch(key: number): number {
    if (!this.#watches.delete(key)) return 0;
    return this.#pump?.remove(key) ?? 0;
  }

  /** Hands what has come to the sinks. */
  drain(): void {
    const reader = this.#reader;
    for (let event = reader?.next(); event !== undefined; event = reader?.next()) {
      const watch = this.#watches.get(event.token);
      if (watch !== undefined) watch.sink.push({ ...event, token: watch.token });
    }
  }

  /** With a ring of its own: the writer of a used one begins at its start, while the reader may be in the middle of it. */
  #start(): EdgePumpControl {
    const ring = new SharedArrayBuffer(EVENT_HEADER_BYTES + MAX_WAITING_EDGES * EVENT_RECORD_BYTES);
    const pump = this.#startPump(ring);
    this.#reader = new EventRingReader(ring);
    return pump;
  }

  /** Times that a line was switched off for a while because of too many edges. */
  get stormCount(): number {
    return this.#earlierStormCount + (this.#pump?.stormCount ?? 0);
  }

  /** Edges that were dropped because nobody drained. */
  get droppedCount(): number {
    return this.#earlierDroppedCount + (this.#reader?.droppedCount() ?? 0);
  }

  close(): void {
    const pump = this.#pump;
    if (pump === undefined) return;
    this.#pump = undefined;
    this.#watches.clear();
    this.#earlierStormCount += pump.stormCount;
    this.#earlierDroppedCount = this.droppedCount;
    this.#reader = undefined;
    pump.close();
  }
}
