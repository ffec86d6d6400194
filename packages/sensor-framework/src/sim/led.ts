import type { Level } from '@kanchi/hal';
import type { GpioPart } from '@kanchi/hal/mock';
import { SensorError } from '../error.ts';

/** A light-emitting diode from the line to ground: lit while the line is high. It only looks and counts. */
export class Led implements GpioPart {
  #lit = false;
  #changeCount = 0;

  get lit(): boolean {
    return this.#lit;
  }

  /** How often it went on or off. */
  get changeCount(): number {
    return this.#changeCount;
  }

  connect(): void {}

  levelChanged(level: Level): void {
    const lit = level === 1;
    if (lit !== this.#lit) this.#changeCount += 1;
    this.#lit = lit;
  }

  disconnect(): void {
    this.levelChanged(0);
  }

  /** Always throws SENSOR_UNKNOWN_QUANTITY: nothing in the world moves a LED. */
  setQuantity(name: string): void {
    throw new SensorError('SENSOR_UNKNOWN_QUANTITY', `the simulated led has no quantities, so no ${name}`, {
      part: 'led',
      quantity: name,
    });
  }
}
