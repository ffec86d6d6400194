import type { HalEvent, HalEventSink } from '../contract/event.ts';

interface Watch {
  readonly sink: HalEventSink;
  readonly token: number;
}

/**
 * Which sink gets what comes over the channel. Each watch has a number of its own, so that events of a watch that ended
 * are known and dropped even when they were under way.
 */
export class RemoteWatches {
  readonly #watches = new Map<number, Watch>();
  #last = 0;

  add(sink: HalEventSink, token: number): number {
    this.#last += 1;
    this.#watches.set(this.#last, { sink, token });
    return this.#last;
  }

  /** Idempotent. */
  remove(watch: number): void {
    this.#watches.delete(watch);
  }

  deliver(event: HalEvent): void {
    const watch = this.#watches.get(event.token);
    watch?.sink.push({ ...event, token: watch.token });
  }
}
