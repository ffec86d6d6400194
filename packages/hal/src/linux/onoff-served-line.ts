import type { HalEvent } from '../contract/event.ts';
import type { Level, LineEdges } from '../contract/gpio.ts';
import { HalError } from '../error.ts';
import { halErrorOf } from './errno-error.ts';
import {
  MAX_EDGES_PER_WINDOW,
  STORM_PAUSE_MS,
  STORM_WINDOW_MS,
  UDEV_RETRIES,
  UDEV_RETRY_MS,
} from './limits.ts';
import type { OnoffCall } from './onoff-call.ts';
import { packageError } from './package-module.ts';
import { SysError, type SysFiles } from './sys.ts';

/** What is used of the package `onoff`. All of it blocks for the time of one system call, but the constructor. */
export interface OnoffPackage {
  readonly Gpio: new (
    sysfsNumber: number,
    direction: 'in' | 'high' | 'low',
    options: { readonly activeLow: boolean },
  ) => OnoffGpio;
}

export interface OnoffGpio {
  readSync(): Level;
  writeSync(level: Level): void;
  setEdge(edge: 'none' | LineEdges): void;
  /** Calls back in the main thread's loop, with the level that it reads then. */
  watch(callback: (error: Error | null | undefined, level: Level) => void): void;
  unwatchAll(): void;
  /** Lets go of the line. The object must not be used again: it writes to whatever file has its old descriptor's number. */
  unexport(): void;
}

export interface ServedLineParts {
  readonly onoff: OnoffPackage;
  readonly files: Pick<SysFiles, 'writeText'>;
  readonly push: (event: HalEvent) => void;
  readonly nowNs: () => bigint;
  /** Blocks the thread. */
  readonly sleep: (durationMs: number) => void;
}

interface Watch {
  readonly token: number;
  readonly edges: LineEdges;
  readonly debounceMs: number;
  sequence: number;
  /** The level that was told last, or that it began with. */
  level: Level;
  debouncing: NodeJS.Timeout | undefined;
  pausing: NodeJS.Timeout | undefined;
  windowStartNs: bigint;
  windowCount: number;
}

type OpenCall = Extract<OnoffCall, { kind: 'open' }>;
type WatchCall = Extract<OnoffCall, { kind: 'watch' }>;

const NS_PER_MS = 1_000_000n;

/** The main thread's side of one line of sysfs. */
export class OnoffServedLine {
  readonly #parts: ServedLineParts;
  readonly #call: OpenCall;
  readonly #gpio: OnoffGpio;
  #watch: Watch | undefined;
  /** Of this opening. Once udev had its time, a file that is not the group's stays so. */
  #retriesLeft = UDEV_RETRIES;

  /** Blocks until udev has given the files of the line to their group. Throws HalError. */
  constructor(parts: ServedLineParts, call: OpenCall) {
    this.#parts = parts;
    this.#call = call;
    const { direction, activeLow, initialLevel, sysfsNumber } = call;
    // "high" and "low" are the pad's levels, whatever active_low is (direction_store of gpiolib-sysfs.c).
    const isHigh = (initialLevel === 1) !== activeLow;
    const start = direction === 'input' ? 'in' : isHigh ? 'high' : 'low';
    try {
      this.#gpio = new parts.onoff.Gpio(sysfsNumber, start, { activeLow });
    } catch (error) {
      this.#undoExport();
      throw this.#explained(error);
    }
  }

  read(): Level {
    return this.#attempt(() => this.#gpio.readSync());
  }

  write(level: Level): void {
    this.#attempt(() => this.#gpio.writeSync(level));
  }

  /** Blocks until udev has given the file `edge` to its group, at most UDEV_RETRIES times UDEV_RETRY_MS for one opening. */
  watch({ watch: token, edges, debounceUs }: WatchCall): void {
    this.unwatch();
    const debounceMs = Math.ceil(debounceUs / 1000);
    const watch: Watch = {
      token,
      edges,
      debounceMs,
      sequence: 0,
      level: this.read(),
      debouncing: undefined,
      pausing: undefined,
      windowStartNs: this.#parts.nowNs(),
      windowCount: 0,
    };
    this.#settled(() => this.#setEdges(watch));
    this.#watch = watch;
    this.#attempt(() =>
      this.#gpio.watch((error, level) => {
        if (!error && this.#watch === watch) this.#edge(watch, level);
      }),
    );
  }

  unwatch(): void {
    const watch = this.#watch;
    if (watch === undefined) return;
    this.#watch = undefined;
    clearTimeout(watch.debouncing);
    clearTimeout(watch.pausing);
    this.#attempt(() => {
      this.#gpio.unwatchAll();
      this.#gpio.setEdge('none');
    });
  }

  /** Drives the safe level and lets go of the line, also when one of both fails. */
  close(): void {
    try {
      this.unwatch();
      const { safeLevel } = this.#call;
      if (safeLevel !== undefined) this.write(safeLevel);
    } finally {
      this.#attempt(() => this.#gpio.unexport());
    }
  }

  #setEdges(watch: Watch): void {
    try {
      // What is debounced looks at all of them.
      this.#gpio.setEdge(watch.debounceMs > 0 ? 'both' : watch.edges);
    } catch (cause) {
      const error = packageError(cause, this.#call.name);
      // A chip without interrupts has no file `edge`, or refuses what is written to it.
      if (error instanceof SysError && ['ENOENT', 'EIO', 'EINVAL', 'ENXIO'].includes(error.errno)) {
        throw new HalError('HAL_NOT_SUPPORTED', `${this.#call.name}: the chip tells no edges`, {
          errno: error.errno,
          cause: error,
        });
      }
      throw this.#explained(cause);
    }
  }

  /** The package waits for udev when it opens a line, but not for `edge`, which it did not ask for then: EACCES until it is ready. */
  #settled(action: () => void): void {
    for (;;) {
      try {
        action();
        return;
      } catch (error) {
        const isEarly = error instanceof HalError && error.errno === 'EACCES';
        if (!isEarly || this.#retriesLeft === 0) throw error;
      }
      this.#retriesLeft -= 1;
      this.#parts.sleep(UDEV_RETRY_MS);
    }
  }

  #edge(watch: Watch, level: Level): void {
    const timeNs = this.#parts.nowNs();
    if (this.#isStorm(watch, timeNs)) return;
    if (watch.debounceMs === 0) {
      this.#tell(watch, level, timeNs);
      return;
    }
    clearTimeout(watch.debouncing);
    watch.debouncing = setTimeout(() => unlessGone(() => this.#settle(watch)), watch.debounceMs).unref();
  }

  /** The line was quiet for as long as it takes. */
  #settle(watch: Watch): void {
    const level = this.read();
    if (level !== watch.level) this.#tell(watch, level, this.#parts.nowNs());
  }

  #tell(watch: Watch, level: Level, timeNs: bigint): void {
    const isMissed = watch.edges === 'both' && level === watch.level;
    watch.level = level;
    if (watch.edges !== 'both' && (watch.edges === 'rising') !== (level === 1)) return;
    watch.sequence += 1;
    // The line went and came back before it was read: a gap.
    if (isMissed) return;
    const { token, sequence } = watch;
    this.#parts.push({ kind: 'edge', token, timeNs, sequence, detail: level });
  }

  /** More edges than the main thread is to be bothered with: they are off for a while, which is a gap in `sequence`. */
  #isStorm(watch: Watch, nowNs: bigint): boolean {
    if (nowNs - watch.windowStartNs > BigInt(STORM_WINDOW_MS) * NS_PER_MS) {
      watch.windowStartNs = nowNs;
      watch.windowCount = 0;
    }
    watch.windowCount += 1;
    if (watch.windowCount <= MAX_EDGES_PER_WINDOW) return false;
    if (watch.pausing !== undefined) return true;
    watch.sequence += 1;
    unlessGone(() => this.#gpio.setEdge('none'));
    watch.pausing = setTimeout(() => {
      watch.pausing = undefined;
      watch.windowCount = 0;
      unlessGone(() => this.#setEdges(watch));
    }, STORM_PAUSE_MS).unref();
    return true;
  }

  /** The package leaves a line exported that it could not configure. */
  #undoExport(): void {
    try {
      this.#parts.files.writeText('/sys/class/gpio/unexport', String(this.#call.sysfsNumber));
    } catch {
      // It was not exported.
    }
  }

  #attempt<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw this.#explained(error);
    }
  }

  #explained(cause: unknown): unknown {
    const error = packageError(cause, this.#call.name);
    return halErrorOf(error, 'gpio', this.#call.name);
  }
}

/** For what nobody waits for: a line that fails tells no edges any more, and whoever reads it next is told why. */
function unlessGone(action: () => void): void {
  try {
    action();
  } catch {
    // See above.
  }
}
