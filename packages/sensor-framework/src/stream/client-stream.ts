import type { Reading } from '../reading.ts';
import type { Contract } from '../scheduler/contract.ts';
import type { Filter } from './filter.ts';
import { createFilter } from './filter.ts';
import type { StreamRecord } from './record-queue.ts';
import { RecordQueue } from './record-queue.ts';
import { modeFilter } from './report-mode.ts';

export type StreamTerms = Pick<
  Contract,
  'channels' | 'filters' | 'mode' | 'maximumReportLatencyNs' | 'queueRecords'
>;

/**
 * From deliveries to the reports of one client: channels picked, filters, mode, batching, bounded queue. Pure; nobody is
 * called.
 */
export class ClientStream {
  #channels: readonly string[];
  #filters: readonly Filter[];
  #latencyNs: bigint;
  readonly #queue: RecordQueue;
  /** When the oldest waiting record must be reported. */
  #reportNs: bigint | undefined;

  constructor(terms: StreamTerms) {
    this.#channels = terms.channels;
    this.#filters = filtersOf(terms);
    this.#latencyNs = terms.maximumReportLatencyNs;
    this.#queue = new RecordQueue(terms.queueRecords);
  }

  /** When the client is to be given what waits: undefined when nothing waits. */
  get reportNs(): bigint | undefined {
    return this.#reportNs;
  }

  get droppedCount(): number {
    return this.#queue.droppedCount;
  }

  get waitingCount(): number {
    return this.#queue.size;
  }

  /**
   * Takes the readings of one delivery; channels that the contract does not name are left out. The report is due the
   * maximum latency after `nowNs` of the oldest record that waits, and at once when the queue is full. True when the
   * oldest record was dropped.
   */
  push(
    delivery: Pick<StreamRecord, 'dueNs' | 'sequence'>,
    readings: readonly Reading[],
    nowNs: bigint,
  ): boolean {
    const { dueNs, sequence } = delivery;
    const passed = this.#pass(readings, dueNs);
    if (passed.length === 0) return false;
    const dropped = this.#queue.push({ dueNs, sequence, readings: passed });
    if (this.#reportNs === undefined) this.#reportNs = nowNs + this.#latencyNs;
    if (this.#queue.isFull) this.#reportSoonest(nowNs);
    return dropped;
  }

  /** At most `maximumCount` records, oldest first. What is left is to be reported at `nowNs`. */
  drain(maximumCount: number, nowNs: bigint): StreamRecord[] {
    const records = this.#queue.take(maximumCount);
    if (records.length > 0) this.#reportNs = this.#queue.size === 0 ? undefined : nowNs;
    return records;
  }

  /** New terms from the next delivery on. Filters start afresh; what waits is kept as far as it fits. Returns drops. */
  change(terms: StreamTerms, nowNs: bigint): number {
    this.#filters = filtersOf(terms);
    this.#channels = terms.channels;
    this.#latencyNs = terms.maximumReportLatencyNs;
    this.#reportSoonest(nowNs + this.#latencyNs);
    const dropped = this.#queue.resize(terms.queueRecords);
    if (this.#queue.isFull) this.#reportSoonest(nowNs);
    return dropped;
  }

  /** What waits is reported at this time at the latest. */
  #reportSoonest(timeNs: bigint): void {
    if (this.#reportNs !== undefined && timeNs < this.#reportNs) this.#reportNs = timeNs;
  }

  #pass(readings: readonly Reading[], dueNs: bigint): readonly Reading[] {
    // The hub gives the same readings to every client: who wants all of them as they are needs no copy.
    if (this.#filters.length === 0 && readings.every(({ channel }) => this.#channels.includes(channel))) {
      return readings;
    }
    const passed: Reading[] = [];
    for (const reading of readings) {
      if (!this.#channels.includes(reading.channel)) continue;
      let result: Reading | undefined = reading;
      for (const filter of this.#filters) {
        result = filter.push(result, dueNs);
        if (result === undefined) break;
      }
      if (result !== undefined) passed.push(result);
    }
    return passed;
  }
}

function filtersOf(terms: StreamTerms): readonly Filter[] {
  const last = modeFilter(terms.mode);
  return [...terms.filters.map(createFilter), ...(last === undefined ? [] : [last])];
}
