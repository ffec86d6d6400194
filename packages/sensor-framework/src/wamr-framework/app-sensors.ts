import type { SensorPort } from '../hub/sensor-port.ts';
import type { HubRequest } from '../scheduler/contract.ts';
import { longer, shorter } from '../scheduler/durations.ts';
import { MAX_INTERVAL_NS, MIN_INTERVAL_NS } from '../scheduler/limits.ts';
import type { StreamRecord } from '../stream/record-queue.ts';

/** A sensor's interval before the app says one (what WAMR's samples register their sensors with). */
const DEFAULT_INTERVAL_NS = 1_000_000_000n;
const NS_PER_MS = 1_000_000n;

/** What the app may have of a sensor. */
export interface SensorTerms {
  readonly channels: readonly string[];
  readonly shortestIntervalNs: bigint;
}

interface OpenSensor {
  readonly id: number;
  readonly label: string;
  readonly terms: SensorTerms;
  /** Undefined while the app has set its interval to 0. */
  subscription: number | undefined;
}

/** One reading of a sensor that was open when it was taken out of the queue. */
export interface CollectedRecord {
  readonly id: number;
  readonly subscription: number;
  readonly label: string;
  readonly record: StreamRecord;
}

/**
 * The sensors that one app has open, by the ids of WAMR: a sensor has one id, its place on the board from 1. Interval 0 is
 * how such apps stop their readings; here it stops this app's only.
 */
export class AppSensors {
  readonly #port: SensorPort;
  readonly #labels: readonly string[];
  readonly #sharesInterval: boolean;
  readonly #open = new Map<number, OpenSensor>();
  #lastSubscription = 0;

  /** `labels`: of the board, in its order. `sharesInterval`: the rule of WAMR (`HubRequest.sharesInterval`). */
  constructor(port: SensorPort, labels: readonly string[], sharesInterval: boolean) {
    this.#port = port;
    this.#labels = labels;
    this.#sharesInterval = sharesInterval;
  }

  /** The label that a name and an instance stand for: the name itself, with `-<instance>` for instances other than 0. */
  findLabel(name: string, instance: number): string | undefined {
    return [...(instance === 0 ? [name] : []), `${name}-${instance}`].find((label) =>
      this.#labels.includes(label),
    );
  }

  labelOf(id: number): string | undefined {
    return this.#labels[id - 1];
  }

  get openCount(): number {
    return this.#open.size;
  }

  /** The channels that this app has of an open sensor; undefined when it does not have it open. */
  channelsOf(id: number): readonly string[] | undefined {
    return this.#open.get(id)?.terms.channels;
  }

  /** Whether the app still wants what a subscription gave. False once its interval was set to 0, and after it was closed, opened again or not. */
  isWanted({ id, subscription }: CollectedRecord): boolean {
    return this.#open.get(id)?.subscription === subscription;
  }

  /** The id, or -1 when this app has it open. Throws what the port throws. */
  open(label: string, terms: SensorTerms): number {
    const id = this.#labels.indexOf(label) + 1;
    if (id === 0 || this.#open.has(id)) return -1;
    const sensor: OpenSensor = { id, label, terms, subscription: undefined };
    this.#subscribe(sensor, DEFAULT_INTERVAL_NS);
    this.#open.set(id, sensor);
    return id;
  }

  /** False when this app does not have it open. Throws what the port throws. */
  configure(id: number, intervalMs: number): boolean {
    const sensor = this.#open.get(id);
    if (sensor === undefined) return false;
    const intervalNs = BigInt(intervalMs >>> 0) * NS_PER_MS;
    if (intervalNs === 0n && !this.#sharesInterval) this.#pause(sensor);
    else if (sensor.subscription === undefined) this.#subscribe(sensor, intervalNs);
    else this.#port.change(sensor.subscription, this.#request(sensor.terms, intervalNs), sensor.terms);
    return true;
  }

  close(id: number): void {
    const sensor = this.#open.get(id);
    if (sensor === undefined) return;
    this.#open.delete(id);
    this.#pause(sensor);
  }

  /** Closes the sensor of that label, when it is open. */
  closeLabel(label: string): void {
    this.close(this.#labels.indexOf(label) + 1);
  }

  closeAll(): void {
    for (const id of this.#open.keys()) this.close(id);
  }

  /** What came in. A callback for one may change what is wanted of the next, see `isWanted`. */
  collect(): CollectedRecord[] {
    const found: CollectedRecord[] = [];
    this.#port.collect((subscription, record) => {
      const sensor = [...this.#open.values()].find((each) => each.subscription === subscription);
      if (sensor !== undefined) found.push({ id: sensor.id, subscription, label: sensor.label, record });
    });
    return found;
  }

  #subscribe(sensor: OpenSensor, intervalNs: bigint): void {
    this.#lastSubscription += 1;
    const request = { ...this.#request(sensor.terms, intervalNs), firstReading: 'at-once' as const };
    this.#port.open(this.#lastSubscription, sensor.label, request, sensor.terms);
    sensor.subscription = this.#lastSubscription;
  }

  #request({ channels }: SensorTerms, intervalNs: bigint): HubRequest {
    if (this.#sharesInterval && intervalNs === 0n) return { channels, intervalNs, sharesInterval: true };
    const withinNs = shorter(longer(intervalNs, MIN_INTERVAL_NS), MAX_INTERVAL_NS);
    return { channels, intervalNs: withinNs, ...(this.#sharesInterval ? { sharesInterval: true } : {}) };
  }

  #pause(sensor: OpenSensor): void {
    if (sensor.subscription === undefined) return;
    this.#port.close(sensor.subscription);
    sensor.subscription = undefined;
  }
}
