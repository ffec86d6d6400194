import type { WorldClock } from '../contract/clock.ts';
import type { EdgeWatchOptions, Level } from '../contract/gpio.ts';

/**
 * Turns level changes of one input into edge events. Debounce is that of the kernel's software debouncer
 * (drivers/gpio/gpiolib-cdev.c): a level counts once it has been stable for the whole time, and the event carries the
 * time at which that was known.
 */
export class EdgeWatch {
  readonly #options: EdgeWatchOptions;
  readonly #clock: WorldClock;
  readonly #debounceNs: bigint;
  #sequence = 0;
  #level: Level;
  #cancel: (() => void) | undefined;
  #stopped = false;

  constructor(options: EdgeWatchOptions, clock: WorldClock, level: Level) {
    this.#options = options;
    this.#clock = clock;
    this.#debounceNs = BigInt(options.debounceUs ?? 0) * 1_000n;
    this.#level = level;
  }

  get debounced(): boolean {
    return this.#debounceNs > 0n;
  }

  /** Logical level after debouncing. */
  get level(): Level {
    return this.#level;
  }

  /** The logical level is now `level`. */
  levelChanged(level: Level): void {
    if (this.#stopped) return;
    if (this.#debounceNs === 0n) {
      this.#edge(level);
      return;
    }
    this.#cancel?.();
    this.#cancel = this.#clock.schedule(this.#clock.nowNs() + this.#debounceNs, () => {
      this.#cancel = undefined;
      this.#edge(level);
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #edge(level: Level): void {
    if (level === this.#level) return;
    this.#level = level;
    const { edges, sink, token } = this.#options;
    if (edges !== 'both' && edges !== (level === 1 ? 'rising' : 'falling')) return;
    this.#sequence += 1;
    sink.push({
      kind: 'edge',
      token,
      timeNs: this.#clock.nowNs(),
      sequence: this.#sequence,
      detail: level,
    });
  }
}
