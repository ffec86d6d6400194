import { SensorError } from '../error.ts';
import type { Reading } from '../reading.ts';
import { HeapNode, IndexedHeap } from '../scheduler/indexed-heap.ts';
import type { StreamTerms } from './client-stream.ts';
import { ClientStream } from './client-stream.ts';
import { MAX_STREAMS } from './limits.ts';
import type { StreamRecord } from './record-queue.ts';

class StreamEntry {
  readonly client: string;
  readonly sensor: string;
  readonly stream: ClientStream;
  readonly node: HeapNode<StreamEntry>;
  /** Told of a report and has not drained yet: not told again. */
  isTold = false;

  constructor(client: string, sensor: string, terms: StreamTerms, order: number) {
    this.client = client;
    this.sensor = sensor;
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
  readonly #entries = new Map<string, StreamEntry>();
  readonly #reports = new IndexedHeap<StreamEntry>();
  readonly #droppedBySensor = new Map<string, number>();
  #order = 0;

  /** Throws SENSOR_IN_USE and SENSOR_LIMIT_REACHED. */
  open(client: string, sensor: string, terms: StreamTerms): void {
    if (this.#entries.has(client)) {
      throw new SensorError('SENSOR_IN_USE', `the client ${client} exists`, { client });
    }
    if (this.#entries.size >= MAX_STREAMS) {
      const details = { limit: 'MAX_STREAMS', value: MAX_STREAMS };
      throw new SensorError('SENSOR_LIMIT_REACHED', `MAX_STREAMS is ${MAX_STREAMS}`, details);
    }
    this.#order += 1;
    this.#entries.set(client, new StreamEntry(client, sensor, terms, this.#order));
  }

  /** New terms; what waits is kept as far as it fits. Throws SENSOR_UNKNOWN_CLIENT. */
  change(client: string, terms: StreamTerms, nowNs: bigint): void {
    const entry = this.#entry(client);
    this.#countDrops(entry, entry.stream.change(terms, nowNs));
    this.#place(entry);
  }

  /** What waits is gone. False when there is no such client. */
  close(client: string): boolean {
    const entry = this.#entries.get(client);
    if (entry === undefined) return false;
    this.#reports.remove(entry.node);
    this.#entries.delete(client);
    return true;
  }

  /**
   * Takes the readings of one delivery (`Answer.deliveries`). False, and nothing happens, when the client has closed in
   * the meantime. O(log n).
   */
  push(
    delivery: Pick<StreamRecord, 'dueNs' | 'sequence'> & { readonly client: string },
    readings: readonly Reading[],
    nowNs: bigint,
  ): boolean {
    const entry = this.#entries.get(delivery.client);
    if (entry === undefined) return false;
    if (entry.stream.push(delivery, readings, nowNs)) this.#countDrops(entry, 1);
    this.#place(entry);
    return true;
  }

  /** When the next report is due, or undefined. O(1). */
  nextReportNs(): bigint | undefined {
    return this.#reports.top?.key;
  }

  /** The clients whose report is due at `nowNs`, each once until it drains. */
  takeReports(nowNs: bigint): string[] {
    const clients: string[] = [];
    for (let top = this.#reports.top; top !== undefined && top.key <= nowNs; top = this.#reports.top) {
      this.#reports.remove(top);
      top.item.isTold = true;
      clients.push(top.item.client);
    }
    return clients;
  }

  /** At most `maximumCount` records of a client, oldest first. Throws SENSOR_UNKNOWN_CLIENT. */
  drain(client: string, maximumCount: number, nowNs: bigint): StreamRecord[] {
    const entry = this.#entry(client);
    const records = entry.stream.drain(maximumCount, nowNs);
    entry.isTold = false;
    this.#place(entry);
    return records;
  }

  /** Throws SENSOR_UNKNOWN_CLIENT. */
  clientCounters(client: string): StreamCounters {
    const { waitingCount, droppedCount } = this.#entry(client).stream;
    return { waitingCount, droppedCount };
  }

  /** Records of all clients of the sensor, closed ones too, that were dropped. */
  sensorDroppedCount(sensor: string): number {
    return this.#droppedBySensor.get(sensor) ?? 0;
  }

  #countDrops(entry: StreamEntry, count: number): void {
    if (count === 0) return;
    this.#droppedBySensor.set(entry.sensor, this.sensorDroppedCount(entry.sensor) + count);
  }

  #place(entry: StreamEntry): void {
    const { reportNs } = entry.stream;
    if (entry.isTold || reportNs === undefined) this.#reports.remove(entry.node);
    else this.#reports.set(entry.node, reportNs);
  }

  #entry(client: string): StreamEntry {
    const entry = this.#entries.get(client);
    if (entry !== undefined) return entry;
    throw new SensorError('SENSOR_UNKNOWN_CLIENT', `there is no client ${client}`, { client });
  }
}
