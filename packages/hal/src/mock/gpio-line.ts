import type { WorldClock } from '../contract/clock.ts';
import type {
  EdgeWatchOptions,
  GpioLine,
  GpioLineRequest,
  Level,
  LineBias,
  LineDirection,
} from '../contract/gpio.ts';
import { HalError } from '../error.ts';
import { checkLevel, checkWatchOptions } from '../gpio-request.ts';
import type { HandleSet } from '../handle-set.ts';
import { closedError } from '../handle-set.ts';
import { EdgeWatch } from './edge-watch.ts';
import type { Pad, Pull } from './pad.ts';

export interface MockGpioLineParts {
  readonly request: GpioLineRequest;
  readonly pad: Pad;
  readonly clock: WorldClock;
  readonly handles: HandleSet;
  readonly release: () => void;
}

/**
 * A requested line of the mock board. After `close` the line is an input again and keeps its pull, as with mainline
 * pinctrl-bcm2835: what the safe level set stays visible only until a pull or another driver moves the line.
 */
export class MockGpioLine implements GpioLine {
  readonly offset: number;
  readonly direction: LineDirection;
  readonly description: string;
  readonly #pad: Pad;
  readonly #clock: WorldClock;
  readonly #handles: HandleSet;
  readonly #release: () => void;
  readonly #invert: 0 | 1;
  readonly #safeLevel: Level | undefined;
  /** False on inputs and after close: the one test of a hot write. */
  #writable: boolean;
  #closed = false;
  #watch: EdgeWatch | undefined;
  #stopListening: (() => void) | undefined;

  constructor(parts: MockGpioLineParts) {
    const { request, pad } = parts;
    this.offset = request.offset;
    this.direction = request.direction;
    this.description = `gpio ${pad.name} (${request.consumer})`;
    this.#pad = pad;
    this.#clock = parts.clock;
    this.#handles = parts.handles;
    this.#release = parts.release;
    this.#invert = request.activeLow === true ? 1 : 0;
    this.#safeLevel = request.safeLevel;
    this.#writable = request.direction === 'output';
    const pull = pullOf(request.bias ?? 'as-is', pad.chipPull);
    if (this.#writable) {
      pad.configure(
        'output',
        ((request.initialLevel ?? 0) ^ this.#invert) as Level,
        request.drive ?? 'push-pull',
        pull,
      );
    } else {
      pad.configure('input', pad.latch, 'push-pull', pull);
    }
    this.#handles.add(this);
  }

  read(): Level {
    if (this.#closed !== false) throw closedError(this.description);
    // On a real clock the world may have moved since the last wait.
    this.#clock.runDue();
    // As the kernel does: while a debouncer runs, its level is the level of the line.
    if (this.#watch?.debounced === true) return this.#watch.level;
    return (this.#pad.level ^ this.#invert) as Level;
  }

  write(level: Level): void {
    // Compared with true, not tested for truth: one instruction instead of a dozen.
    if (this.#writable !== true) throw this.#notWritable();
    if (level !== 0 && level !== 1) checkLevel(level);
    this.#pad.setLatch((level ^ this.#invert) as Level);
  }

  watch(options: EdgeWatchOptions): void {
    if (this.#closed) throw closedError(this.description);
    if (this.direction !== 'input') throw this.#wrongMode('watch', 'an output has no edge events');
    checkWatchOptions(options);
    this.unwatch();
    const watch = new EdgeWatch(options, this.#clock, (this.#pad.level ^ this.#invert) as Level);
    this.#stopListening = this.#pad.listen((level) => watch.levelChanged((level ^ this.#invert) as Level));
    this.#watch = watch;
  }

  unwatch(): void {
    if (this.#closed) throw closedError(this.description);
    this.#stopWatch();
  }

  close(): void {
    if (this.#closed) return;
    this.#stopWatch();
    this.#closed = true;
    this.#writable = false;
    if (this.direction === 'output' && this.#safeLevel !== undefined) {
      this.#pad.setLatch((this.#safeLevel ^ this.#invert) as Level);
    }
    this.#pad.setFunction('input');
    this.#release();
    this.#handles.delete(this);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #stopWatch(): void {
    this.#stopListening?.();
    this.#stopListening = undefined;
    this.#watch?.stop();
    this.#watch = undefined;
  }

  #notWritable(): HalError {
    return this.#closed ? closedError(this.description) : this.#wrongMode('write', 'the line is an input');
  }

  #wrongMode(call: string, reason: string): HalError {
    return new HalError('HAL_GPIO_MODE', `cannot ${call} ${this.description}: ${reason}`, {
      details: { line: this.#pad.name, direction: this.direction },
      // What GPIO_V2_LINE_SET_VALUES answers on an input.
      errno: 'EPERM',
    });
  }
}

function pullOf(bias: LineBias, current: Pull): Pull {
  if (bias === 'as-is') return current;
  return bias === 'pull-up' ? 'up' : bias === 'pull-down' ? 'down' : 'none';
}
