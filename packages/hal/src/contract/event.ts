/** What a backend tells without being asked. Fields are scalars so that an event fits in a shared ring. */
export interface HalEvent {
  readonly kind: HalEventKind;
  /** The number that the consumer chose when it asked for these events. */
  readonly token: number;
  /** Monotonic capture time (kernel time stamp where there is one), nanoseconds. */
  readonly timeNs: bigint;
  /** Counts the events of this source from 1, lost ones included: a gap is a loss. */
  readonly sequence: number;
  /** `edge`: the logical level after the edge. `uart-readable`: bytes on hand. Else 0. */
  readonly detail: number;
}

/** Token of a watch that only wakes a thread of the host. No app has it, and a recording leaves such watches out. */
export const HOST_WATCH_TOKEN = -1;

export type HalEventKind = 'edge' | 'uart-readable' | 'uart-closed';

/**
 * Where a backend puts events. The consumer owns it. `push` must not block and must not call back into the backend;
 * when it is full it drops by its own stated policy and counts.
 */
export interface HalEventSink {
  push(event: HalEvent): void;
}
