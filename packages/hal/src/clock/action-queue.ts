import { HalError } from '../error.ts';

/** Actions that may wait on one clock at the same time, unless the clock is told otherwise. */
export const MAX_SCHEDULED_ACTIONS = 65_536;
/** Actions that may run at one instant: a world that reschedules itself for "now" for ever is stopped here. */
export const MAX_ACTIONS_PER_INSTANT = 1_000_000;

interface ScheduledAction {
  readonly timeNs: bigint;
  readonly order: number;
  readonly run: () => void;
  /** Place in the heap, -1 once it is out. */
  place: number;
}

/** What is scheduled on a clock, in time order and, at the same time, in the order of scheduling. A binary heap. */
export class ActionQueue {
  readonly #capacity: number;
  readonly #heap: ScheduledAction[] = [];
  #order = 0;
  /** Time of the next action; a clock reads it on each step, so it is kept beside the heap. */
  nextTimeNs: bigint | undefined;

  constructor(capacity: number = MAX_SCHEDULED_ACTIONS) {
    if (!Number.isSafeInteger(capacity) || capacity < 1) {
      throw new HalError('HAL_BAD_ARGUMENT', `a clock cannot hold ${capacity} scheduled actions`, {
        details: { capacity },
      });
    }
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#heap.length;
  }

  /** Throws HAL_LIMIT_REACHED when full. Returns a function that takes the action out (idempotent). */
  add(timeNs: bigint, run: () => void): () => void {
    if (this.#heap.length >= this.#capacity) {
      throw new HalError(
        'HAL_LIMIT_REACHED',
        `${this.#capacity} actions are scheduled on this clock already`,
        {
          details: { limit: 'maxScheduledActions', value: this.#capacity },
        },
      );
    }
    const entry: ScheduledAction = { timeNs, order: this.#order, run, place: this.#heap.length };
    this.#order += 1;
    this.#heap.push(entry);
    this.#up(entry);
    this.nextTimeNs = this.#heap[0]?.timeNs;
    return () => this.#remove(entry);
  }

  /** Takes out and runs the first action. Call only while `nextTimeNs` is defined. */
  runNext(): void {
    const first = this.#heap[0];
    if (first === undefined) return;
    this.#remove(first);
    first.run();
  }

  #remove(entry: ScheduledAction): void {
    const place = entry.place;
    if (place < 0) return;
    entry.place = -1;
    const last = this.#heap.pop() as ScheduledAction;
    if (last !== entry) {
      this.#set(place, last);
      this.#up(last);
      this.#down(last);
    }
    this.nextTimeNs = this.#heap[0]?.timeNs;
  }

  #set(place: number, entry: ScheduledAction): void {
    this.#heap[place] = entry;
    entry.place = place;
  }

  #up(entry: ScheduledAction): void {
    while (entry.place > 0) {
      const place = entry.place;
      const parentPlace = (place - 1) >> 1;
      const parent = this.#heap[parentPlace] as ScheduledAction;
      if (!isBefore(entry, parent)) return;
      this.#set(parentPlace, entry);
      this.#set(place, parent);
    }
  }

  #down(entry: ScheduledAction): void {
    for (;;) {
      const place = entry.place;
      const left = this.#heap[2 * place + 1];
      const right = this.#heap[2 * place + 2];
      const child = right !== undefined && left !== undefined && isBefore(right, left) ? right : left;
      if (child === undefined || !isBefore(child, entry)) return;
      const childPlace = child.place;
      this.#set(place, child);
      this.#set(childPlace, entry);
    }
  }
}

function isBefore(a: ScheduledAction, b: ScheduledAction): boolean {
  return a.timeNs < b.timeNs || (a.timeNs === b.timeNs && a.order < b.order);
}

/** Throws HAL_LIMIT_REACHED when one instant has run more actions than MAX_ACTIONS_PER_INSTANT. */
export function checkActionCount(count: number): void {
  if (count > MAX_ACTIONS_PER_INSTANT) {
    throw new HalError('HAL_LIMIT_REACHED', `more than ${MAX_ACTIONS_PER_INSTANT} actions at one instant`, {
      details: { limit: 'MAX_ACTIONS_PER_INSTANT', value: MAX_ACTIONS_PER_INSTANT },
    });
  }
}
