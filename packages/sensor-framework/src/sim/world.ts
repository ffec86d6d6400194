import { SensorError } from '../error.ts';
import type { Signal } from './signal.ts';
import { parseSignal, signalAt } from './signal.ts';

/** One quantity of the world that a simulated part senses (or, for an actor, follows). */
export interface Quantity<Name extends string = string> {
  readonly name: Name;
  readonly unit: string;
  /** Used when the board file says nothing. */
  readonly default: Signal;
}

/** Raw world data of one part, as in a board file: quantity name to number or signal. */
export type WorldData = Readonly<Record<string, unknown>>;

/** The world as one part sees it. Signals start at `originNs`, the time at which the part was created. */
export class PartWorld<Name extends string> {
  readonly #part: string;
  readonly #originNs: bigint;
  readonly #signals = new Map<string, Signal>();

  /** Throws SENSOR_UNKNOWN_QUANTITY (names the known ones) and SENSOR_BAD_SIGNAL. */
  constructor(part: string, quantities: readonly Quantity<Name>[], data: WorldData, originNs: bigint) {
    this.#part = part;
    this.#originNs = originNs;
    for (const quantity of quantities) this.#signals.set(quantity.name, quantity.default);
    for (const [name, value] of Object.entries(data)) this.set(name, value);
  }

  set(name: string, value: unknown): void {
    if (!this.#signals.has(name)) {
      const known = [...this.#signals.keys()].join(', ');
      throw new SensorError(
        'SENSOR_UNKNOWN_QUANTITY',
        `the simulated ${this.#part} has no quantity ${name}; known are ${known}`,
        { part: this.#part, quantity: name },
      );
    }
    this.#signals.set(name, parseSignal(value, name));
  }

  /** The value at `timeNs` on the clock of the part. Before the origin it is the value at the origin. */
  at(name: Name, timeNs: bigint): number {
    const signal = this.#signals.get(name) ?? 0;
    return signalAt(signal, timeNs > this.#originNs ? timeNs - this.#originNs : 0n);
  }
}
