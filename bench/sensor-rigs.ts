import type { WorldClock } from '@kanchi/hal';
import { SensorHub } from '@kanchi/sensor-framework/hub';

export const NS_PER_SECOND = 1_000_000_000n;
const CHANNEL = { name: 'voltage', unit: 'V', minimum: 0, maximum: 5, accuracy: undefined };

/** A hub of sensors that cost nothing to read and share no bus, so that what is measured is the host's own work. */
export function hubOfSensors(clock: WorldClock, sensorCount: number): SensorHub {
  const sensors = Array.from({ length: sensorCount }, (_, index) => ({
    name: sensorName(index),
    driverName: 'constant',
    bus: undefined,
    driver: {
      channels: [CHANNEL],
      times: { shortestIntervalNs: 1_000_000n },
      read: () => [index],
      close: () => {},
    },
  }));
  return new SensorHub({ clock, sensors });
}

export function sensorName(index: number): string {
  return `sensor-${index}`;
}

/** What a program without a scheduler does for each sensor: reads, makes a reading, keeps the last, hands it on. */
export class BareSensor {
  readonly #intervalNs: bigint;
  readonly #read: () => readonly number[];
  #dueNs: bigint;
  #sequence = 0;
  readonly #waiting: object[] = [];
  last: object | undefined;

  constructor(index: number, intervalNs: bigint) {
    this.#intervalNs = intervalNs;
    this.#dueNs = intervalNs;
    this.#read = () => [index];
  }

  /** Returns how many readings its client took. */
  tick(nowNs: bigint): number {
    if (this.#dueNs > nowNs) return 0;
    const [value] = this.#read();
    this.#sequence += 1;
    const reading = {
      channel: CHANNEL.name,
      unit: CHANNEL.unit,
      sequence: this.#sequence,
      capturedNs: nowNs,
      capturedWallNs: nowNs,
      value,
    };
    this.last = reading;
    this.#waiting.push({ dueNs: this.#dueNs, sequence: this.#sequence, readings: [reading] });
    this.#dueNs += this.#intervalNs;
    return this.#waiting.splice(0).length;
  }
}

/** A manifest that limits no rate. */
export const NO_CAP = { shortestIntervalNs: 1n };
