import type { Level, WorldClock } from '@kanchi/hal';
import { NS_PER_US, secondsToNs } from '@kanchi/hal';
import type { GpioPart, GpioPartPin } from '@kanchi/hal/mock';
import type { Quantity, WorldData } from './world.ts';
import { PartWorld } from './world.ts';

export type ButtonQuantity = 'periodSeconds' | 'pressedSeconds' | 'bounceMicroseconds';

export const buttonQuantities: readonly Quantity<ButtonQuantity>[] = [
  { name: 'periodSeconds', unit: 's', default: 2 },
  { name: 'pressedSeconds', unit: 's', default: 0.2 },
  // The mean that J. Ganssle measured on 18 switches ("A Guide to Debouncing", 2004) is 1557 us.
  { name: 'bounceMicroseconds', unit: 'us', default: 1_500 },
];

export interface ButtonOptions {
  readonly clock: WorldClock;
  readonly world?: WorldData;
}

/** Extra closures and openings of a bouncing contact, spread evenly over the bounce time. */
const BOUNCE_COUNT = 3;
/** A hand is not faster; also keeps the schedule finite for a period near 0. */
const MIN_PERIOD_SECONDS = 0.01;

/**
 * A push button from the line to ground, for a line with a pull-up: pressed drives 0, released lets go. It presses
 * itself every `periodSeconds` (0 or less: only by `press` and `release`), for `pressedSeconds`, and bounces each time.
 */
export class Button implements GpioPart {
  readonly #clock: WorldClock;
  readonly #world: PartWorld<ButtonQuantity>;
  readonly #cancels = new Set<() => void>();
  #pin: GpioPartPin | undefined;
  #level: Level | undefined;
  #pressCount = 0;

  constructor(options: ButtonOptions) {
    this.#clock = options.clock;
    this.#world = new PartWorld('button', buttonQuantities, options.world ?? {}, this.#clock.nowNs());
  }

  /** Presses since the start; bounces do not count. */
  get pressCount(): number {
    return this.#pressCount;
  }

  /** Level of the line as last told; undefined before it is wired. */
  get level(): Level | undefined {
    return this.#level;
  }

  setQuantity(name: string, value: unknown): void {
    this.#world.set(name, value);
  }

  connect(pin: GpioPartPin): void {
    this.#pin = pin;
    pin.drive(undefined);
    this.#scheduleCycle(this.#clock.nowNs());
  }

  levelChanged(level: Level): void {
    this.#level = level;
  }

  disconnect(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
    this.#pin?.drive(undefined);
    this.#pin = undefined;
  }

  /** Closes the contact, with bounces, from now on. */
  press(): void {
    this.#pressCount += 1;
    this.#move(0, undefined);
  }

  /** Opens the contact, with bounces, from now on. */
  release(): void {
    this.#move(undefined, 0);
  }

  #scheduleCycle(fromNs: bigint): void {
    const period = this.#world.at('periodSeconds', fromNs);
    if (period <= 0) return;
    const dueNs = fromNs + secondsToNs(Math.max(MIN_PERIOD_SECONDS, period));
    this.#schedule(dueNs, () => {
      this.press();
      const pressedNs = secondsToNs(Math.max(0, this.#world.at('pressedSeconds', dueNs)));
      this.#schedule(dueNs + pressedNs, () => this.release());
      this.#scheduleCycle(dueNs);
    });
  }

  /** Goes to `to` at once, back and forth while it bounces, and stays at `to`. */
  #move(to: 0 | undefined, from: 0 | undefined): void {
    const startNs = this.#clock.nowNs();
    const bounceNs =
      BigInt(Math.max(0, Math.round(this.#world.at('bounceMicroseconds', startNs)))) * NS_PER_US;
    this.#pin?.drive(to);
    if (bounceNs === 0n) return;
    const edges = BigInt(2 * BOUNCE_COUNT);
    for (let edge = 1n; edge <= edges; edge += 1n) {
      const level = edge % 2n === 1n ? from : to;
      this.#schedule(startNs + (bounceNs * edge) / edges, () => this.#pin?.drive(level));
    }
  }

  #schedule(dueNs: bigint, action: () => void): void {
    const cancel = this.#clock.schedule(dueNs, () => {
      this.#cancels.delete(cancel);
      action();
    });
    this.#cancels.add(cancel);
  }
}
