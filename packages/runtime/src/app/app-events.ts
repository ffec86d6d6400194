import type { Clock, HalEvent, HalEventSink } from '@kanchi/hal';
import { GuestTrap } from '../guest/guest-trap.ts';
import type { AppCounters } from './counters.ts';
import { TurnMark } from './turn-mark.ts';

/** Event kinds as guests see them (`packages/guest-sdk/spec`). */
export const eventKind = {
  edge: 1,
  timer: 2,
  uartReadable: 3,
  uartClosed: 4,
  stop: 5,
  revoked: 6,
  sensor: 7,
} as const;

export interface AppEvent {
  readonly kind: number;
  readonly handle: number;
  readonly timeNs: bigint;
  readonly sequence: number;
  /** Events of this source that were lost since the last one that was delivered. */
  readonly lost: number;
  readonly detail: number;
}

type QueuedEvent = Omit<AppEvent, 'lost'>;

interface Timer {
  readonly intervalNs: bigint;
  readonly oneShot: boolean;
  dueNs: bigint;
  sequence: number;
}

const kindOfHalEvent = {
  edge: eventKind.edge,
  'uart-readable': eventKind.uartReadable,
  'uart-closed': eventKind.uartClosed,
} as const;

/** Waits that an app may still begin after it was asked to stop; then it is ended. Each of them returns at once. */
const MAX_WAITS_AFTER_STOP = 32;

export type WaitResult = 'event' | 'deadline' | 'stopped';

/**
 * What waits for one app: hardware events, timers and the request to stop. The queue is bounded; when it is full the
 * oldest event goes (counted, and told to the app as `lost` of the next event of the same source). Timers stand on an
 * absolute grid: a late one fires once, with the number of expiries that it missed, and the next is on the grid again.
 */
export class AppEvents {
  readonly #clock: Clock;
  readonly #counters: AppCounters;
  readonly #capacity: number;
  readonly #onDropped: () => void;
  readonly #stopRequested: () => boolean;
  readonly #turns: TurnMark;
  readonly #pumps: (() => void)[];
  readonly #queue: QueuedEvent[] = [];
  readonly #timers = new Map<number, Timer>();
  readonly #lastSequence = new Map<number, number>();
  #stopTold = false;
  #waitsAfterStop = 0;
  /** Where backends put events; the token is the guest's handle. */
  readonly sink: HalEventSink;

  constructor(options: {
    readonly clock: Clock;
    readonly counters: AppCounters;
    /** The guest's, who does not have control while it waits. */
    readonly turns?: TurnMark;
    readonly capacity: number;
    /** Told of each event that is dropped, which is counted. */
    readonly onDropped?: () => void;
    readonly stopRequested: () => boolean;
    /** Brings in what other threads have for this app. */
    readonly pump?: () => void;
  }) {
    this.#clock = options.clock;
    this.#counters = options.counters;
    this.#capacity = options.capacity;
    this.#onDropped = options.onDropped ?? (() => {});
    this.#stopRequested = options.stopRequested;
    this.#turns = options.turns ?? new TurnMark();
    this.#pumps = options.pump === undefined ? [] : [options.pump];
    this.sink = { push: (event) => this.#pushHalEvent(event) };
  }

  get length(): number {
    return this.#queue.length;
  }

  get timerCount(): number {
    return this.#timers.size;
  }

  /** `firstNs` is an absolute time; a time that has passed fires at the next wait. */
  startTimer(handle: number, intervalNs: bigint, firstNs: bigint, oneShot: boolean): void {
    this.#timers.set(handle, { intervalNs, oneShot, dueNs: firstNs, sequence: 0 });
  }

  stopTimer(handle: number): void {
    this.#timers.delete(handle);
  }

  /** Calls `pump` whenever the app looks for events: it brings in what a service has for the app. Must not block. */
  addPump(pump: () => void): void {
    this.#pumps.push(pump);
  }

  /** Queues an event of a service. The sequence counts the events of the handle from 1. */
  push(event: QueuedEvent): void {
    this.#push(event);
  }

  /** Whether an event of this handle waits. O(n) in the queue, which is bounded. */
  isQueued(handle: number): boolean {
    return this.#queue.some((event) => event.handle === handle);
  }

  /** Forgets a closed source: nothing that is queued for it is delivered any more. */
  forget(handle: number): void {
    this.#timers.delete(handle);
    this.#lastSequence.delete(handle);
    for (let index = this.#queue.length - 1; index >= 0; index -= 1) {
      if (this.#queue[index]?.handle === handle) {
        this.#queue.splice(index, 1);
      }
    }
  }

  /** Takes the oldest event; undefined when none waits. */
  next(): AppEvent | undefined {
    this.#collect();
    const event = this.#queue.shift();
    if (event === undefined) {
      return undefined;
    }
    const last = this.#lastSequence.get(event.handle) ?? 0;
    this.#lastSequence.set(event.handle, event.sequence);
    this.#counters.add('eventsDelivered');
    return { ...event, lost: Math.max(0, event.sequence - last - 1) };
  }

  /** The oldest event, left in the queue. */
  peek(): QueuedEvent | undefined {
    this.#collect();
    return this.#queue[0];
  }

  /** Takes a peeked event out, if it is still the oldest. */
  discard(event: QueuedEvent): void {
    if (this.#queue[0] === event) {
      this.next();
    }
  }

  /**
   * Blocks until an event waits, the deadline passed, or (`stopped`) a stop that was told before is still asked for.
   * `call` names the guest's call, for the trap of an app that goes on waiting after that.
   */
  wait(deadlineNs: bigint, call: string): WaitResult {
    return this.#turns.wait(() => this.#wait(deadlineNs, call));
  }

  /** Blocks until the deadline; false when a stop ended the sleep early. Events stay queued. */
  sleep(deadlineNs: bigint, call: string): boolean {
    return this.#turns.wait(() => this.#sleep(deadlineNs, call));
  }

  /** Whether a wait of another kind (serial bytes) must end because a stop is asked for; the stop event stays queued. */
  waitIsInterrupted(call: string): boolean {
    if (!this.#stopRequested()) {
      return false;
    }
    this.#countWaitAfterStop(call);
    return true;
  }

  #wait(deadlineNs: bigint, call: string): WaitResult {
    for (;;) {
      this.#collect();
      if (this.#queue.length > 0) {
        return 'event';
      }
      if (this.#stopTold) {
        this.#countWaitAfterStop(call);
        return 'stopped';
      }
      const nowNs = this.#clock.nowNs();
      if (nowNs >= deadlineNs) {
        return 'deadline';
      }
      const timerDueNs = this.#nextTimerDueNs();
      this.#clock.waitUntil(timerDueNs !== undefined && timerDueNs < deadlineNs ? timerDueNs : deadlineNs);
    }
  }

  #sleep(deadlineNs: bigint, call: string): boolean {
    for (;;) {
      // First of all: an app whose deadlines have always passed already must hear of it too.
      if (this.#stopRequested()) {
        this.#countWaitAfterStop(call);
        return false;
      }
      if (this.#clock.nowNs() >= deadlineNs) {
        return true;
      }
      this.#clock.waitUntil(deadlineNs);
    }
  }

  #countWaitAfterStop(call: string): void {
    this.#waitsAfterStop += 1;
    if (this.#waitsAfterStop > MAX_WAITS_AFTER_STOP) {
      throw new GuestTrap(
        call,
        `the app was asked to stop and began ${MAX_WAITS_AFTER_STOP} more waits; return when a wait says interrupted (-23) or stopped (-28)`,
      );
    }
  }

  #pushHalEvent(event: HalEvent): void {
    this.#push({
      kind: kindOfHalEvent[event.kind],
      handle: event.token,
      timeNs: event.timeNs,
      sequence: event.sequence,
      detail: event.detail,
    });
  }

  #push(event: QueuedEvent): void {
    if (this.#queue.length >= this.#capacity) {
      this.#queue.shift();
      this.#counters.add('eventsDropped');
      this.#onDropped();
    }
    this.#queue.push(event);
  }

  #nextTimerDueNs(): bigint | undefined {
    let next: bigint | undefined;
    for (const timer of this.#timers.values()) {
      if (next === undefined || timer.dueNs < next) {
        next = timer.dueNs;
      }
    }
    return next;
  }

  /** Moves due timers and a new stop request into the queue. */
  #collect(): void {
    for (const pump of this.#pumps) {
      pump();
    }
    if (!this.#stopTold && this.#stopRequested()) {
      this.#stopTold = true;
      this.#push({ kind: eventKind.stop, handle: 0, timeNs: this.#clock.nowNs(), sequence: 1, detail: 0 });
    }
    if (this.#timers.size === 0) {
      return;
    }
    const nowNs = this.#clock.nowNs();
    const due = [...this.#timers].filter(([, timer]) => timer.dueNs <= nowNs);
    due.sort(([, one], [, other]) => (one.dueNs < other.dueNs ? -1 : one.dueNs > other.dueNs ? 1 : 0));
    for (const [handle, timer] of due) {
      const missed = timer.oneShot ? 0n : (nowNs - timer.dueNs) / timer.intervalNs;
      timer.sequence += 1;
      this.#push({
        kind: eventKind.timer,
        handle,
        timeNs: timer.dueNs,
        sequence: timer.sequence,
        detail: Number(missed),
      });
      if (timer.oneShot) {
        this.#timers.delete(handle);
      } else {
        timer.dueNs += (missed + 1n) * timer.intervalNs;
      }
    }
  }
}
