import type { SensorGrant } from '@kanchi/runtime/extension';
import type { SensorOutline, SensorPort } from '../hub/sensor-port.ts';
import type { Reading } from '../reading.ts';
import type { StreamRecord } from '../stream/record-queue.ts';

/** One reading on its way to the guest. */
export interface WaitingReading {
  readonly channelIndex: number;
  readonly reading: Reading;
  /** The point of the client's grid. */
  readonly sequence: number;
  /** Records that were dropped just before; told with the first reading of a record. */
  readonly lost: number;
}

/**
 * What one handle of a guest stands for: the records that have come in and wait to be read. Bounded by the contract's
 * queue: when it is full the oldest record goes, and the next one tells how many went before it.
 */
export class SensorSubscription {
  readonly label: string;
  readonly outline: SensorOutline;
  readonly grant: SensorGrant;
  readonly number: number;
  queueRecords = 1;
  /** Counts the events that told of records. */
  eventCount = 0;
  readonly #port: SensorPort;
  readonly #onClose: (subscription: SensorSubscription) => void;
  #records: StreamRecord[] = [];
  /** Readings of the oldest record that the guest has already. */
  #taken = 0;
  #lost = 0;

  constructor(options: {
    readonly label: string;
    readonly outline: SensorOutline;
    readonly grant: SensorGrant;
    readonly number: number;
    readonly port: SensorPort;
    readonly onClose: (subscription: SensorSubscription) => void;
  }) {
    this.label = options.label;
    this.outline = options.outline;
    this.grant = options.grant;
    this.number = options.number;
    this.#port = options.port;
    this.#onClose = options.onClose;
  }

  get waitingCount(): number {
    return this.#records.length;
  }

  receive(record: StreamRecord): void {
    if (this.#records.length >= this.queueRecords) {
      const dropped = this.#records.shift() as StreamRecord;
      // The guest has been told what was lost before a record that it has begun to read.
      this.#lost += (this.#taken === 0 ? dropped.lost : 0) + 1;
      this.#taken = 0;
    }
    this.#records.push(record);
  }

  /** The oldest reading, taken out. */
  take(): WaitingReading | undefined {
    const record = this.#records[0];
    const reading = record?.readings[this.#taken];
    if (record === undefined || reading === undefined) return undefined;
    const lost = this.#taken === 0 ? record.lost + this.#lost : 0;
    if (this.#taken === 0) this.#lost = 0;
    this.#taken += 1;
    if (this.#taken === record.readings.length) {
      this.#records.shift();
      this.#taken = 0;
    }
    const channelIndex = this.outline.channels.findIndex((channel) => channel.name === reading.channel);
    return { channelIndex, reading, sequence: record.sequence, lost };
  }

  close(): void {
    this.#onClose(this);
    this.#records = [];
    this.#port.close(this.number);
  }
}
