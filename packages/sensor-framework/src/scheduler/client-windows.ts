import type { Contract } from './contract.ts';
import type { ClientCounters } from './counters.ts';
import { LatenessCounter } from './counters.ts';
import { HeapNode, IndexedHeap } from './indexed-heap.ts';
import type { ScheduledSensor } from './scheduled-sensor.ts';

/** Which client. */
export interface ClientKey {
  readonly client: string;
  /** Its number while it is open; another client may have it afterwards. */
  readonly clientSlot: number;
}

/** What a client gets from one read. */
export interface Delivery extends ClientKey {
  /** The point of the client's grid that this is for. */
  readonly dueNs: bigint;
  /** Counts the points of the client's grid from 1: a gap is as many missed ones. */
  readonly sequence: number;
}

/** A client of one sensor: its contract and the next point of its grid. */
export class ScheduledClient {
  readonly key: ClientKey;
  readonly sensor: ScheduledSensor;
  contract: Contract;
  closed = false;
  dueNs = 0n;
  /** The start of the last read that it had a part in. */
  lastStartNs: bigint | undefined;
  readonly byDue: HeapNode<ScheduledClient>;
  readonly byStart: HeapNode<ScheduledClient>;
  /** Of what it was given: recorded by whoever knows when the read began. */
  readonly lateness = new LatenessCounter();
  #sequence = 0;
  #missedCount = 0;

  constructor(key: ClientKey, sensor: ScheduledSensor, contract: Contract, order: number) {
    this.key = key;
    this.sensor = sensor;
    this.contract = contract;
    this.byDue = new HeapNode<ScheduledClient>(this, order);
    this.byStart = new HeapNode<ScheduledClient>(this, order);
  }

  /** Points of the grid that passed without a delivery. */
  get missedCount(): number {
    return this.#missedCount;
  }

  /** Fills the due point at `nowNs` and goes to the next one. Points that were passed over are missed. */
  deliver(nowNs: bigint, originNs: bigint): Delivery {
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
    const { client, clientSlot } = this.key;
    const delivery = { client, clientSlot, dueNs: this.dueNs, sequence: this.#sequence };
    this.dueNs = nextNs;
    return delivery;
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
    return { deliveryCount, missedCount: this.#missedCount, ...this.lateness.snapshot() };
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
  /** The only client: it needs no order, and most sensors have one. */
  #only: ScheduledClient | undefined;
  /** Made when a second one comes, given up when the last one leaves. */
  #many: ClientOrder | undefined;

  get size(): number {
    return this.#many?.byDue.size ?? (this.#only === undefined ? 0 : 1);
  }

  /** The earliest due time, undefined without clients. */
  get dueNs(): bigint | undefined {
    return this.#many === undefined ? this.#only?.dueNs : this.#many.byDue.top?.key;
  }

  /** Adds the client, or moves it after its due time or contract has changed. */
  set(client: ScheduledClient): void {
    if (this.#many === undefined) {
      const only = this.#only;
      if (only === undefined || only === client) {
        this.#only = client;
        return;
      }
      this.#only = undefined;
      this.#many = new ClientOrder();
      this.#many.set(only);
    }
    this.#many.set(client);
  }

  remove(client: ScheduledClient): void {
    if (this.#only === client) this.#only = undefined;
    this.#many?.remove(client);
    if (this.#many?.byDue.size === 0) this.#many = undefined;
  }

  /** Whether a read at `nowNs` would be for anybody. */
  hasOpen(nowNs: bigint): boolean {
    const startNs =
      this.#many === undefined ? this.#only && windowStartNs(this.#only) : this.#many.byStart.top?.key;
    return startNs !== undefined && startNs < nowNs;
  }

  /** The only client when its window is open at `nowNs`. It must be given back with `set`. */
  onlyOpen(nowNs: bigint): ScheduledClient | undefined {
    const only = this.#only;
    return only !== undefined && windowStartNs(only) < nowNs ? only : undefined;
  }

  /** The clients whose window is open at `nowNs`. Each must be given back with `set`. O(log n) for each. */
  takeOpen(nowNs: bigint): readonly ScheduledClient[] {
    if (this.#many !== undefined) return this.#many.takeOpen(nowNs);
    const only = this.onlyOpen(nowNs);
    return only === undefined ? [] : [only];
  }
}

/** Several clients by their due times and by the starts of their windows. */
class ClientOrder {
  readonly byDue = new IndexedHeap<ScheduledClient>();
  readonly byStart = new IndexedHeap<ScheduledClient>();

  set(client: ScheduledClient): void {
    this.byDue.set(client.byDue, client.dueNs);
    this.byStart.set(client.byStart, windowStartNs(client));
  }

  remove(client: ScheduledClient): void {
    this.byDue.remove(client.byDue);
    this.byStart.remove(client.byStart);
  }

  takeOpen(nowNs: bigint): ScheduledClient[] {
    const open: ScheduledClient[] = [];
    for (let top = this.byStart.top; top !== undefined && top.key < nowNs; top = this.byStart.top) {
      this.remove(top.item);
      open.push(top.item);
    }
    return open;
  }
}

function windowStartNs({ dueNs, contract }: ScheduledClient): bigint {
  return dueNs - contract.windowNs;
}
