import type { Reading } from '../reading.ts';
import type { ClientKey } from '../scheduler/client-windows.ts';
import { HeapNode, IndexedHeap } from '../scheduler/indexed-heap.ts';
import { inUse, limitReached, unknownClient } from '../scheduler/timeline-error.ts';
import type { StreamTerms } from './client-stream.ts';
import { ClientStream } from './client-stream.ts';
import { MAX_STREAMS } from './limits.ts';
import type { StreamRecord } from './record-queue.ts';

class StreamEntry implements ClientKey {
  readonly client: string;
  readonly clientSlot: number;
  readonly stream: ClientStream;
  readonly node: HeapNode<StreamEntry>;
  /**
   * - `idle`: nothing waits, or what waits is not due yet
   * - `due`: to be told with the next `takeReports`
   * - `told`: has not drained yet, and is not told again
   */
  state: 'idle' | 'due' | 'told' | 'closed' = 'idle';
  /** In the list of those that are due; it stays there when it is fetched before it is told. */
  isListed = false;

  constructor({ client, clientSlot }: ClientKey, terms: StreamTerms, order: number) {
    this.client = client;
    this.clientSlot = clientSlot;
    this.stream = new ClientStream(terms);
    this.node = new HeapNode<StreamEntry>(this, order);
  }
}

export interface StreamCounters {
  readonly waitingCount: number;
  readonly droppedCount: number;
}

/**
 * The streams of all clients, with the time at which the next of them has something to report. Pure, like the timeline:
 * `takeReports` names the clients to wake, each fetches with `drain` when it likes.
 */
export class StreamSet {
  readonly #entries: (StreamEntry | undefined)[] = [];
  /** Those whose report is due later. */
  readonly #reports = new IndexedHeap<StreamEntry>();
  /** Those whose report was due when it was made, in that order: most of them, and they need no heap. */
  #due: StreamEntry[] = [];
  #order = 0;
  #size = 0;

  /** Throws SENSOR_IN_USE and SENSOR_LIMIT_REACHED. */
  open(key: ClientKey, terms: StreamTerms): void {
    const { client, clientSlot } = key;
    const there = this.#entries[clientSlot];
    if (there !== undefined) {
      throw inUse(`the client ${there.client} exists`, { client });
    }
    if (this.#size >= MAX_STREAMS) {
      throw limitReached('MAX_STREAMS', MAX_STREAMS);
    }
    this.#order += 1;
    this.#size += 1;
    this.#entries[clientSlot] = new StreamEntry(key, terms, this.#order);
  }

  /** New terms; what waits is kept as far as it fits. Returns how many records were dropped. Throws SENSOR_UNKNOWN_CLIENT. */
  change(key: ClientKey, terms: StreamTerms, nowNs: bigint): number {
    const entry = this.#entry(key);
    const droppedCount = entry.stream.change(terms, nowNs);
    this.#place(entry, nowNs);
    return droppedCount;
  }

  /** What waits is gone. False when there is no such client. */
  close(key: ClientKey): boolean {
    const entry = this.#find(key);
    if (entry === undefined) return false;
    this.#reports.remove(entry.node);
    entry.state = 'closed';
    this.#entries[key.clientSlot] = undefined;
    this.#size -= 1;
    return true;
  }

  /**
   * Takes the readings of one delivery (`Answer.deliveries`). Nothing happens when the client has closed in the meantime.
   * True when the oldest record was dropped for it. O(log n), O(1) when its report is due at once.
   */
  push(
    delivery: ClientKey & Pick<StreamRecord, 'dueNs' | 'sequence'>,
    readings: readonly Reading[],
    nowNs: bigint,
  ): boolean {
    const entry = this.#find(delivery);
    if (entry === undefined) return false;
    const dropped = entry.stream.push(delivery, readings, nowNs);
    this.#place(entry, nowNs);
    return dropped;
  }

  /** When the next report is due, or undefined. O(1). */
  nextReportNs(): bigint | undefined {
    const dueNs = this.#due.find(({ state }) => state === 'due')?.stream.reportNs;
    return dueNs ?? this.#reports.top?.key;
  }

  /** The clients whose report is due at `nowNs`, each once until it drains. */
  takeReports(nowNs: bigint): readonly ClientKey[] {
    const clients: StreamEntry[] = [];
    for (const entry of this.#due) {
      entry.isListed = false;
      if (entry.state === 'due') clients.push(entry);
    }
    this.#due = [];
    for (let top = this.#reports.top; top !== undefined && top.key <= nowNs; top = this.#reports.top) {
      this.#reports.remove(top);
      clients.push(top.item);
    }
    for (const entry of clients) entry.state = 'told';
    return clients;
  }

  /** At most `maximumCount` records of a client, oldest first. Throws SENSOR_UNKNOWN_CLIENT. */
  drain(key: ClientKey, maximumCount: number, nowNs: bigint): StreamRecord[] {
    const entry = this.#entry(key);
    const records = entry.stream.drain(maximumCount, nowNs);
    if (entry.state === 'told') entry.state = 'idle';
    this.#place(entry, nowNs);
    return records;
  }

  /** Throws SENSOR_UNKNOWN_CLIENT. */
  clientCounters(key: ClientKey): StreamCounters {
    const { waitingCount, droppedCount } = this.#entry(key).stream;
    return { waitingCount, droppedCount };
  }

  #place(entry: StreamEntry, nowNs: bigint): void {
    const { reportNs } = entry.stream;
    if (entry.state === 'told') return;
    if (reportNs === undefined) {
      entry.state = 'idle';
      this.#reports.remove(entry.node);
    } else if (reportNs > nowNs) {
      entry.state = 'idle';
      this.#reports.set(entry.node, reportNs);
    } else if (entry.state !== 'due') {
      entry.state = 'due';
      this.#reports.remove(entry.node);
      if (!entry.isListed) this.#due.push(entry);
      entry.isListed = true;
    }
  }

  #find({ client, clientSlot }: ClientKey): StreamEntry | undefined {
    const entry = this.#entries[clientSlot];
    return entry?.client === client ? entry : undefined;
  }

  #entry(key: ClientKey): StreamEntry {
    const entry = this.#find(key);
    if (entry !== undefined) return entry;
    throw unknownClient(key.client);
  }
}
