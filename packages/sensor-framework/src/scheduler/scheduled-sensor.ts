import type { ReadingReason } from '../reading.ts';
import type { Delivery, ScheduledClient } from './client-windows.ts';
import { ClientWindows } from './client-windows.ts';
import type { SensorCounters } from './counters.ts';
import { LatenessCounter } from './counters.ts';
import { longer } from './durations.ts';
import { HeapNode, IndexedHeap } from './indexed-heap.ts';
import type { SensorDescription, SensorTimes } from './sensor-description.ts';
import { retryDelayNs, sensorTimes } from './sensor-description.ts';
import { CalendarNode } from './wake-calendar.ts';

/** A client's part in a read; the client may close before the read is finished. */
export interface Share {
  readonly client: ScheduledClient;
  readonly delivery: Delivery;
}

/** A run of failures. */
export interface FailureRun {
  readonly reason: ReadingReason;
  readonly sinceNs: bigint;
  readonly count: number;
  readonly retryNs: bigint;
}

/**
 * - `idle`: waits for the next due time
 * - `queued`: waits for its bus
 * - `running`: a step is on the bus
 * - `converting`: the part works, the bus is free
 */
type Phase = 'idle' | 'queued' | 'running' | 'converting';

export class ScheduledBus {
  /** Undefined for the private queue of a sensor that shares no bus. */
  readonly name: string | undefined;
  /** Who waits for the bus. Made when somebody has to: on a bus of its own a sensor hardly ever does. */
  #queue: IndexedHeap<ScheduledSensor> | undefined;
  /** The step that holds the bus, also after it was given up: the thread of the bus is still in it. */
  runningReadId: number | undefined;
  /** The sensor whose step was given up and has not returned. */
  stuckOn: string | undefined;
  sensorCount = 0;

  constructor(name: string | undefined) {
    this.name = name;
  }

  get hasWaiting(): boolean {
    return this.#queue !== undefined && this.#queue.size > 0;
  }

  /** Who has waited longest, or undefined. */
  get firstWaiting(): ScheduledSensor | undefined {
    return this.#queue?.top?.item;
  }

  addWaiting(sensor: ScheduledSensor, dueNs: bigint): void {
    this.#queue ??= new IndexedHeap<ScheduledSensor>();
    this.#queue.set(sensor.turn, dueNs);
  }

  /** Nothing happens when the sensor does not wait. */
  removeWaiting(sensor: ScheduledSensor): void {
    this.#queue?.remove(sensor.turn);
  }
}

/** One for all: a list of its own for each sensor that is not being read would be most of what the collector keeps. */
const noShares: readonly Share[] = [];

/** The state of one sensor in a timeline. The transitions are in `Timeline`. */
export class ScheduledSensor {
  readonly name: string;
  /** Its number in the timeline. */
  readonly slot: number;
  readonly description: SensorDescription;
  readonly times: SensorTimes;
  readonly bus: ScheduledBus;
  readonly clients = new ClientWindows();
  /** In the timeline's calendar of wake times. */
  readonly wake: CalendarNode<ScheduledSensor>;
  /** In the queue of its bus; the key is the due time, so that the longest waiting one is next. */
  readonly turn: HeapNode<ScheduledSensor>;
  phase: Phase = 'idle';
  /** The conversion has begun: the next step collects. */
  collecting = false;
  readId = 0;
  stepStartNs = 0n;
  /** When the read that goes on was due. */
  readDueNs = 0n;
  shares: readonly Share[] = noShares;
  /** The start of the last read, and how it ended (`good`, a reason, undefined while it goes on). */
  lastStartNs: bigint | undefined;
  lastResult: ReadingReason | 'good' | undefined;
  failure: FailureRun | undefined;
  /** Values mean something from here on. */
  warmNs: bigint;
  readonly lateness = new LatenessCounter();
  readCount = 0;
  failedReadCount = 0;
  withoutReadCount = 0;
  deliveryCount = 0;
  missedCount = 0;
  busTimeNs = 0n;

  constructor(description: SensorDescription, slot: number, bus: ScheduledBus, order: number, nowNs: bigint) {
    this.times = sensorTimes(description);
    this.name = description.name;
    this.slot = slot;
    this.description = description;
    this.bus = bus;
    this.wake = new CalendarNode<ScheduledSensor>(this, order);
    this.turn = new HeapNode<ScheduledSensor>(this, order);
    this.warmNs = nowNs + this.times.warmUpNs;
  }

  /** A read has begun and is not over. */
  get isReading(): boolean {
    return this.phase === 'running' || this.phase === 'converting' || this.collecting;
  }

  /** When the next read is to begin, undefined without clients. */
  get nextReadNs(): bigint | undefined {
    const { dueNs } = this.clients;
    if (dueNs === undefined || this.lastStartNs === undefined) return dueNs;
    return longer(dueNs, this.lastStartNs + this.times.minimumGapNs);
  }

  /** Gives every client whose window is open its part. The parts count as delivered. */
  share(nowNs: bigint, originNs: bigint, startNs: bigint | undefined): readonly Share[] {
    const only = this.clients.onlyOpen(nowNs);
    // Most sensors have one client: no list of those whose window is open is made for it.
    if (only !== undefined) return [this.#shareOf(only, nowNs, originNs, startNs)];
    return this.clients.takeOpen(nowNs).map((client) => this.#shareOf(client, nowNs, originNs, startNs));
  }

  #shareOf(client: ScheduledClient, nowNs: bigint, originNs: bigint, startNs: bigint | undefined): Share {
    const missedBefore = client.missedCount;
    const delivery = client.deliver(nowNs, originNs);
    if (startNs === undefined) client.lateness.record(nowNs - delivery.dueNs);
    else client.lastStartNs = startNs;
    this.clients.set(client);
    this.missedCount += client.missedCount - missedBefore;
    this.deliveryCount += 1;
    return { client, delivery };
  }

  /** The step that was planned begins only now. */
  beginStep(nowNs: bigint): void {
    this.stepStartNs = nowNs;
    if (this.collecting) return;
    this.lastStartNs = nowNs;
    for (const { client } of this.shares) client.lastStartNs = nowNs;
  }

  /** The step has left its bus, or was given up. */
  endStep(nowNs: bigint): void {
    if (nowNs > this.stepStartNs) this.busTimeNs += nowNs - this.stepStartNs;
    if (this.collecting) return;
    this.lateness.record(this.stepStartNs - this.readDueNs);
  }

  /** Takes the parts in the read that goes on, without those of clients that have closed. */
  takeShares(): Delivery[] {
    const { shares } = this;
    this.shares = noShares;
    const [only] = shares;
    // Most sensors have one client, and a list that is filtered has room for sixteen.
    if (shares.length === 1 && only !== undefined) return this.#isKept(only) ? [only.delivery] : [];
    return shares.filter((share) => this.#isKept(share)).map(({ delivery }) => delivery);
  }

  /** False for a client that has closed. The lateness of the others is known now: their read has begun. */
  #isKept({ client, delivery }: Share): boolean {
    client.lateness.record((this.lastStartNs ?? delivery.dueNs) - delivery.dueNs);
    return !client.closed;
  }

  fail(reason: ReadingReason, nowNs: bigint): FailureRun {
    const count = (this.failure?.count ?? 0) + 1;
    const retryNs = nowNs + retryDelayNs(this.times.retry, count);
    this.failure = { reason, sinceNs: this.failure?.sinceNs ?? nowNs, count, retryNs };
    return this.failure;
  }

  counters(): SensorCounters {
    return {
      clientCount: this.clients.size,
      readCount: this.readCount,
      failedReadCount: this.failedReadCount,
      withoutReadCount: this.withoutReadCount,
      deliveryCount: this.deliveryCount,
      missedCount: this.missedCount,
      busTimeNs: this.busTimeNs,
      ...this.lateness.snapshot(),
    };
  }
}
