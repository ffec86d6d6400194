import type { Contract } from './contract.ts';
import type { ClientCounters } from './counters.ts';
import { LatenessCounter } from './counters.ts';
import { HeapNode, IndexedHeap } from './indexed-heap.ts';

/** What a client gets from one read. */
export interface Delivery {
  readonly client: string;
  /** The point of the client's grid that this is for. */
  readonly dueNs: bigint;
  /** Counts the points of the client's grid from 1: a gap is as many missed ones. */
  readonly sequence: number;
}

/** A client of one sensor: its contract and the next point of its grid. */
export class ScheduledClient {
  readonly name: string;
  readonly sensorName: string;
  contract: Contract;
  closed = false;
  dueNs = 0n;
  /** The start of the last read that it had a part in. */
  lastStartNs: bigint | undefined;
  readonly byDue: HeapNode<ScheduledClient>;
  readonly byStart: HeapNode<ScheduledClient>;
  readonly #lateness = new LatenessCounter();
  #sequence = 0;
  #missedCount = 0;

  constructor(name: string, sensorName: string, contract: Contract, order: number) {
    this.name = name;
    this.sensorName = sensorName;
    this.contract = contract;
    this.byDue = new HeapNode<ScheduledClient>(this, order);
    this.byStart = new HeapNode<ScheduledClient>(this, order);
  }

  /** Fills the due point at `nowNs` and goes to the next one. Points that were passed over are missed. */
  deliver(nowNs: bigint, originNs: bigint): { readonly delivery: Delivery; readonly missed: number } {
    let nextNs = this.#pointAfter(this.dueNs, originNs);
    let missed = 0;
    if (nextNs <= nowNs) {
      const { intervalNs } = this.contract;
      const skipped = (nowNs - nextNs) / intervalNs;
      missed = Number(skipped) + 1;
      this.dueNs = nextNs + skipped * intervalNs;
      nextNs = this.dueNs + intervalNs;
    }
    this.#missedCount += missed;
    this.#sequence += missed + 1;
    this.#lateness.record(nowNs - this.dueNs);
    const delivery = { client: this.name, dueNs: this.dueNs, sequence: this.#sequence };
    this.dueNs = nextNs;
    return { delivery, missed };
  }

  /** The first due time: the first grid point from `nowNs` on whose window the last read that it had is not in. */
  begin(nowNs: bigint, originNs: bigint): void {
    const { intervalNs, windowNs } = this.contract;
    const earliestNs =
      this.lastStartNs !== undefined && this.lastStartNs + windowNs > nowNs
        ? this.lastStartNs + windowNs
        : nowNs;
    this.dueNs = gridPointFrom(earliestNs, intervalNs, originNs);
  }

  counters(): ClientCounters {
    const deliveryCount = this.#sequence - this.#missedCount;
    return { deliveryCount, missedCount: this.#missedCount, ...this.#lateness.snapshot() };
  }

  /** After a point off the grid (`at-once`) the next is the first whose window the read at that point is not in. */
  #pointAfter(dueNs: bigint, originNs: bigint): bigint {
    const { intervalNs, windowNs } = this.contract;
    const onGrid = (dueNs - originNs) % intervalNs === 0n;
    return onGrid ? dueNs + intervalNs : gridPointFrom(dueNs + windowNs, intervalNs, originNs);
  }
}

/** The first `originNs + k * intervalNs`, k whole, that is not before `timeNs`. */
export function gridPointFrom(timeNs: bigint, intervalNs: bigint, originNs: bigint): bigint {
  const past = (((timeNs - originNs) % intervalNs) + intervalNs) % intervalNs;
  return past === 0n ? timeNs : timeNs + intervalNs - past;
}

/**
 * The clients of one sensor. Each wants a read that begins in its window (due - windowNs, due]. A read at the earliest
 * due time fills every window that is open by then. That is the fewest reads (each is at the end of a window that no
 * earlier one could fill), and two of them are at least the shortest window apart.
 */
export class ClientWindows {
  readonly #byDue = new IndexedHeap<ScheduledClient>();
  readonly #byStart = new IndexedHeap<ScheduledClient>();

  get size(): number {
    return this.#byDue.size;
  }

  /** The earliest due time, undefined without clients. */
  get dueNs(): bigint | undefined {
    return this.#byDue.top?.key;
  }

  /** Adds the client, or moves it after its due time or contract has changed. */
  set(client: ScheduledClient): void {
    this.#byDue.set(client.byDue, client.dueNs);
    this.#byStart.set(client.byStart, client.dueNs - client.contract.windowNs);
  }

  remove(client: ScheduledClient): void {
    this.#byDue.remove(client.byDue);
    this.#byStart.remove(client.byStart);
  }

  /** Whether a read at `nowNs` would be for anybody. */
  hasOpen(nowNs: bigint): boolean {
    const startNs = this.#byStart.top?.key;
    return startNs !== undefined && startNs < nowNs;
  }

  /** Takes the clients whose window is open at `nowNs`. Each must be given back with `set`. O(log n) for each. */
  takeOpen(nowNs: bigint): ScheduledClient[] {
    const open: ScheduledClient[] = [];
    for (let top = this.#byStart.top; top !== undefined && top.key < nowNs; top = this.#byStart.top) {
      this.remove(top.item);
      open.push(top.item);
    }
    return open;
  }
}
