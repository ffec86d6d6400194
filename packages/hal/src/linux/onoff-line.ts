import type { EdgeWatchOptions, GpioLine, GpioLineRequest, Level, LineDirection } from '../contract/gpio.ts';
import { HalError } from '../error.ts';
import { checkLevel, checkWatchOptions } from '../gpio-request.ts';
import { closedError } from '../handle-set.ts';
import type { OnoffLines } from './onoff-lines.ts';

/**
 * One line of sysfs. The kernel does not tell when an edge was, nor how many there were: the time is that of the main thread's loop, the
 * level what it read then. Edges that were faster are missed; a watch of both edges has a gap in `sequence` then. Debounce is in whole milliseconds.
 */
export class OnoffLine implements GpioLine {
  readonly offset: number;
  readonly direction: LineDirection;
  readonly description: string;
  readonly #lines: OnoffLines;
  readonly #line: number;
  readonly #onClose: (line: OnoffLine) => void;
  #watch: number | undefined;
  #closed = false;

  constructor(
    lines: OnoffLines,
    line: number,
    name: string,
    request: GpioLineRequest,
    onClose: (line: OnoffLine) => void,
  ) {
    this.offset = request.offset;
    this.direction = request.direction;
    this.description = `${name} (${request.consumer})`;
    this.#lines = lines;
    this.#line = line;
    this.#onClose = onClose;
  }

  read(): Level {
    this.#checkOpen();
    return this.#lines.call({ kind: 'read', line: this.#line }) === 1 ? 1 : 0;
  }

  write(level: Level): void {
    this.#checkOpen();
    if (this.direction !== 'output') throw this.#modeError('an input cannot be written');
    checkLevel(level);
    this.#lines.call({ kind: 'write', line: this.#line, level });
  }

  watch(options: EdgeWatchOptions): void {
    this.#checkOpen();
    if (this.direction !== 'input') throw this.#modeError('an output has no edge events');
    checkWatchOptions(options);
    this.unwatch();
    const { edges, debounceUs = 0, sink, token } = options;
    const watch = this.#lines.addWatch(sink, token);
    try {
      this.#lines.call({ kind: 'watch', line: this.#line, watch, edges, debounceUs });
    } catch (error) {
      this.#lines.removeWatch(watch);
      throw error;
    }
    this.#watch = watch;
  }

  unwatch(): void {
    this.#checkOpen();
    const watch = this.#watch;
    if (watch === undefined) return;
    this.#watch = undefined;
    this.#lines.removeWatch(watch);
    this.#lines.call({ kind: 'unwatch', line: this.#line });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#watch !== undefined) this.#lines.removeWatch(this.#watch);
    this.#onClose(this);
    this.#lines.call({ kind: 'close', line: this.#line });
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #checkOpen(): void {
    if (this.#closed) throw closedError(this.description);
  }

  #modeError(text: string): HalError {
    return new HalError('HAL_GPIO_MODE', `${this.description}: ${text}`);
  }
}
