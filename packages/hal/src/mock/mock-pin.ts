import type { WorldClock } from '../contract/clock.ts';
import type { Level } from '../contract/gpio.ts';
import { HalError } from '../error.ts';
import type { GpioPart } from './chip.ts';
import type { LevelListener, Pad, Pull } from './pad.ts';
import { OutsideDriver } from './pad.ts';

export interface BounceOptions {
  /** Level that the contact ends at. */
  readonly to: Level;
  /** Extra closures and openings before it rests, 0 to MAX_BOUNCES. Default 3. */
  readonly count?: number;
  /** Time from one edge to the next, microseconds, a whole number from 1. Default 100. */
  readonly intervalUs?: number;
}

/** Most extra closures of one `bounce`. */
const MAX_BOUNCES = 1_000;

/** One line as the world sees it: what a wire, a button or a scope probe on it does. All levels are physical. */
export class MockPin {
  readonly offset: number;
  readonly chip: string;
  /** The chip's side of the line. */
  readonly pad: Pad;
  readonly #clock: WorldClock;
  readonly #ownerOf: () => string | undefined;
  #driver: OutsideDriver | undefined;

  constructor(parts: {
    readonly offset: number;
    readonly chip: string;
    readonly pad: Pad;
    readonly clock: WorldClock;
    readonly ownerOf: () => string | undefined;
  }) {
    this.offset = parts.offset;
    this.chip = parts.chip;
    this.pad = parts.pad;
    this.#clock = parts.clock;
    this.#ownerOf = parts.ownerOf;
  }

  level(): Level {
    return this.pad.level;
  }

  /** What the chip does with the line now. */
  direction(): 'input' | 'output' | 'alternate' {
    return this.pad.function;
  }

  /** The consumer that requested the line. */
  owner(): string | undefined {
    return this.#ownerOf();
  }

  /** How often two strong drivers on this line (or on lines wired to it) began to disagree. */
  shortCount(): number {
    return this.pad.net.shortCount;
  }

  /** Drives the line from outside until `release`. Throws HAL_BAD_ARGUMENT for a level that is not 0 or 1. */
  drive(level: Level): void {
    checkLevel(level);
    if (this.#driver === undefined) {
      this.#driver = new OutsideDriver(this.pad);
      this.pad.addOutsideDriver(this.#driver);
    }
    this.#driver.set(level);
  }

  /** Lets go; the line follows its pulls. Idempotent. */
  release(): void {
    if (this.#driver === undefined) return;
    this.pad.removeOutsideDriver(this.#driver);
    this.#driver = undefined;
  }

  /** A resistor on the board; stronger than the chip's own pull, weaker than any driver. */
  pull(direction: Pull): void {
    this.pad.setOutsidePull(direction);
  }

  /**
   * Drives to `to` at once as a bad contact does: there, back and there again `count` times, then it rests. The later
   * edges are scheduled on the clock. Throws HAL_BAD_ARGUMENT, HAL_LIMIT_REACHED.
   */
  bounce(options: BounceOptions): void {
    const count = options.count ?? 3;
    const intervalUs = options.intervalUs ?? 100;
    checkLevel(options.to);
    if (!Number.isInteger(count) || count < 0 || count > MAX_BOUNCES) {
      throw new HalError('HAL_BAD_ARGUMENT', `a contact bounces 0 to ${MAX_BOUNCES} times, not ${count}`);
    }
    if (!Number.isSafeInteger(intervalUs) || intervalUs < 1) {
      throw new HalError(
        'HAL_BAD_ARGUMENT',
        `a bounce interval is a whole number of microseconds, not ${intervalUs}`,
      );
    }
    const startNs = this.#clock.nowNs();
    this.drive(options.to);
    const opposite: Level = options.to === 1 ? 0 : 1;
    for (let step = 1; step <= 2 * count; step += 1) {
      const level = step % 2 === 1 ? opposite : options.to;
      this.#clock.schedule(startNs + BigInt(step) * BigInt(intervalUs) * 1_000n, () => this.drive(level));
    }
  }

  /** Calls `listener` with the physical level after each change. Returns what takes it off (idempotent). */
  onChange(listener: LevelListener): () => void {
    return this.pad.listen(listener);
  }

  /** Wires a part to the line. Returns what takes it off (idempotent). */
  attach(part: GpioPart): () => void {
    const driver = new OutsideDriver(this.pad);
    let stopListening: (() => void) | undefined;
    let driving = false;
    let attached = true;
    part.connect({
      drive: (level) => {
        if (!attached) return;
        if (level !== undefined && !driving) {
          this.pad.addOutsideDriver(driver);
          driving = true;
        }
        driver.set(level);
      },
    });
    stopListening = this.pad.listen((level) => part.levelChanged(level));
    part.levelChanged(this.pad.level);
    return () => {
      if (!attached) return;
      stopListening();
      part.disconnect();
      attached = false;
      if (driving) this.pad.removeOutsideDriver(driver);
    };
  }
}

function checkLevel(level: Level): void {
  if (level !== 0 && level !== 1) {
    throw new HalError('HAL_BAD_ARGUMENT', `a level is 0 or 1, not ${String(level)}`);
  }
}
