import type { Reading } from '../reading.ts';

/** What a client is given for one point of its grid. */
export interface StreamRecord {
  /** The point of the client's grid. */
  readonly dueNs: bigint;
  /** Counts the points of the client's grid from 1. Without filters a gap is as many missed points. */
  readonly sequence: number;
  /** One for each channel of the contract, of one conversion. */
  readonly readings: readonly Reading[];
  /** Records that were dropped just before this one because the client did not fetch them. */
  readonly lost: number;
}

/** A record in the queue: what was lost before it is known when it is taken. */
type WaitingRecord = Omit<StreamRecord, 'lost'> & { lost: number };

/**
 * Records that wait for a client, oldest first. A full queue drops the oldest; the gap is told in the record that is
 * now the oldest. Memory is bounded by `capacity`.
 */
export class RecordQueue {
  #capacity: number;
  #ring: (WaitingRecord | undefined)[] = [];
  #first = 0;
  #size = 0;
  #droppedCount = 0;
  /** Dropped just before the oldest waiting record. */
  #lost = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#size;
  }

  get isFull(): boolean {
    return this.#size === this.#capacity;
  }

  get droppedCount(): number {
    return this.#droppedCount;
  }

  /** True when the oldest record was dropped for it. */
  push({ dueNs, sequence, readings }: Omit<StreamRecord, 'lost'>): boolean {
    const drops = this.isFull;
    if (drops) this.#drop();
    this.#ring[(this.#first + this.#size) % this.#capacity] = { dueNs, sequence, readings, lost: 0 };
    this.#size += 1;
    return drops;
  }

  /** At most `maximumCount` records, oldest first. */
  take(maximumCount: number): StreamRecord[] {
    // A client that keeps up finds one: a list that grows from nothing has room for sixteen.
    if (this.#size === 1 && maximumCount > 0) return [this.#takeNext()];
    const records: StreamRecord[] = [];
    while (records.length < maximumCount && this.#size > 0) records.push(this.#takeNext());
    return records;
  }

  #takeNext(): StreamRecord {
    const record = this.#takeOldest();
    record.lost = this.#lost;
    this.#lost = 0;
    return record;
  }

  /** Keeps what waits, as far as it fits, and tells how many records were dropped. */
  resize(capacity: number): number {
    const before = this.#droppedCount;
    while (this.#size > capacity) this.#drop();
    const kept = Array.from({ length: this.#size }, () => this.#takeOldest());
    this.#ring = kept;
    this.#first = 0;
    this.#size = kept.length;
    this.#capacity = capacity;
    return this.#droppedCount - before;
  }

  #drop(): void {
    this.#takeOldest();
    this.#droppedCount += 1;
    this.#lost += 1;
  }

  #takeOldest(): WaitingRecord {
    const record = this.#ring[this.#first] as WaitingRecord;
    this.#ring[this.#first] = undefined;
    this.#size -= 1;
    // An empty queue begins again at its first place: a client that keeps up touches one place, not all of them in turn.
    this.#first = this.#size === 0 ? 0 : (this.#first + 1) % this.#capacity;
    return record;
  }
}
