import type { HalEvent, HalEventSink } from '@kanchi/hal';

/** Most edges that wait to be printed; the oldest are dropped, which their sequence numbers show. */
export const MAX_WAITING_EDGES = 4096;

/** Edges of one line between the hardware and who prints them, with how many of them were lost on the way. */
export class EdgeFeed implements HalEventSink {
  #waiting: HalEvent[] = [];
  #lastSequence = 0;

  push(event: HalEvent): void {
    if (this.#waiting.length === MAX_WAITING_EDGES) this.#waiting.shift();
    this.#waiting.push(event);
  }

  /** Gives each edge that waits, in order; `lostCount` edges came before it and were lost. */
  drain(take: (edge: HalEvent, lostCount: number) => void): void {
    const edges = this.#waiting;
    this.#waiting = [];
    for (const edge of edges) {
      const lostCount = edge.sequence - this.#lastSequence - 1;
      this.#lastSequence = edge.sequence;
      take(edge, lostCount);
    }
  }
}
