import type { HalEvent } from '../contract/event.ts';
import type { EdgeWatchOptions, GpioLine, GpioLineRequest, Level, LineEdges } from '../contract/gpio.ts';
import { HalError } from '../error.ts';
import { checkWatchOptions } from '../gpio-request.ts';
import { busyError, closedError } from '../handle-set.ts';

/** What one consumer watches. */
interface Watch extends EdgeWatchOptions {
  readonly consumer: string;
  /** Of the last event that it got, or should have got. */
  sequence: number;
}

/**
 * One input line of a backend and who has it. Each consumer has edges, token, sequence and end of its own; the line
 * is released with the last. The backend has one watch, of all edges that somebody wants.
 */
export class SharedInput {
  readonly #line: GpioLine;
  readonly #request: GpioLineRequest;
  readonly #release: () => void;
  readonly #lines = new Map<string, SharedInputLine>();
  readonly #watches = new Map<SharedInputLine, Watch>();
  /** The one watch of the backend. */
  #watch: EdgeWatchOptions | undefined;
  #lastSequence = 0;

  /** `release` is called when no further consumer may join. */
  constructor(line: GpioLine, request: GpioLineRequest, release: () => void) {
    this.#line = line;
    this.#request = request;
    this.#release = release;
  }

  /**
   * The line for one more consumer. Throws HAL_BUSY, with who has it, where it cannot be had as it is: as an output, with
   * another bias (`as-is` suits any) or active level, twice by one consumer.
   */
  open(request: GpioLineRequest): GpioLine {
    const { consumer, direction, bias = 'as-is', activeLow = false } = request;
    const owners = [...this.#lines.keys()].join(', ');
    if (direction !== 'input' || this.#lines.has(consumer)) {
      throw busyError(`line ${this.#line.offset}`, owners);
    }
    const mine = { bias: this.#request.bias ?? 'as-is', activeLow: this.#request.activeLow ?? false };
    if (bias !== 'as-is' && bias !== mine.bias) {
      throw busyError(`line ${this.#line.offset} with bias ${mine.bias} instead of ${bias}`, owners);
    }
    if (activeLow !== mine.activeLow) {
      const [has, wants] = mine.activeLow ? ['low', 'high'] : ['high', 'low'];
      throw busyError(`line ${this.#line.offset} with active level ${has} instead of ${wants}`, owners);
    }
    return this.add(consumer);
  }

  /** For the first consumer, whose request the backend has granted. */
  add(consumer: string): GpioLine {
    const line = new SharedInputLine(this, this.#line.offset, consumer);
    this.#lines.set(consumer, line);
    return line;
  }

  read(): Level {
    return this.#trying(() => this.#line.read());
  }

  /** Always throws: the backend says why. */
  write(level: Level): void {
    this.#line.write(level);
  }

  watch(line: SharedInputLine, consumer: string, options: EdgeWatchOptions): void {
    checkWatchOptions(options);
    const others = [...this.#watches].filter(([other]) => other !== line).map(([, watch]) => watch);
    const debounceUs = options.debounceUs ?? 0;
    const unlike = others.find((watch) => (watch.debounceUs ?? 0) !== debounceUs);
    if (unlike !== undefined) {
      throw busyError(
        `line ${this.#line.offset} with a debounce other than ${unlike.debounceUs ?? 0} us`,
        unlike.consumer,
      );
    }
    const edges = others.reduce<LineEdges>(
      (all, watch) => (all === watch.edges ? all : 'both'),
      options.edges,
    );
    if (others.length === 0 || edges !== this.#watch?.edges) {
      this.#watchAgain({ ...options, edges, sink: { push: (event) => this.#push(event) } }, others);
    }
    this.#watches.set(line, { ...options, consumer, sequence: 0 });
  }

  unwatch(line: SharedInputLine): void {
    if (!this.#watches.delete(line) || this.#watches.size > 0) return;
    this.#watch = undefined;
    this.#line.unwatch();
  }

  close(line: SharedInputLine, consumer: string): void {
    this.#lines.delete(consumer);
    if (this.#lines.size > 0) {
      this.unwatch(line);
      return;
    }
    this.#watches.clear();
    this.#release();
    this.#line.close();
  }

  #watchAgain(options: EdgeWatchOptions, others: readonly Watch[]): void {
    const earlier = this.#watch;
    try {
      this.#trying(() => this.#line.watch(options));
      this.#watch = options;
    } catch (error) {
      this.#watch = undefined;
      // The backend may have ended the earlier watch before it refused this one.
      if (earlier !== undefined && others.length > 0) {
        this.#line.watch(earlier);
        this.#watch = earlier;
      }
      throw error;
    } finally {
      this.#lastSequence = 0;
      // An edge between two watches of the backend is told to nobody: a gap says that there may have been one.
      for (const watch of others) watch.sequence += 1;
    }
  }

  #push(event: HalEvent): void {
    const lost = event.sequence - this.#lastSequence - 1;
    this.#lastSequence = event.sequence;
    for (const watch of this.#watches.values()) {
      watch.sequence += lost;
      if (event.kind === 'edge' && !isWatched(watch.edges, event.detail)) continue;
      watch.sequence += 1;
      watch.sink.push({ ...event, token: watch.token, sequence: watch.sequence });
    }
  }

  /** A line whose chip is gone takes no further consumer: whoever opens it anew gets a new one. */
  #trying<Result>(call: () => Result): Result {
    try {
      return call();
    } catch (error) {
      if (error instanceof HalError && error.code === 'HAL_DISCONNECTED') this.#release();
      throw error;
    }
  }
}

function isWatched(edges: LineEdges, level: number): boolean {
  return edges === 'both' || edges === (level === 1 ? 'rising' : 'falling');
}

/** What one consumer has of a shared input. */
class SharedInputLine implements GpioLine {
  readonly offset: number;
  readonly direction = 'input';
  readonly #input: SharedInput;
  readonly #consumer: string;
  #closed = false;

  constructor(input: SharedInput, offset: number, consumer: string) {
    this.#input = input;
    this.offset = offset;
    this.#consumer = consumer;
  }

  read(): Level {
    this.#checkOpen();
    return this.#input.read();
  }

  write(level: Level): void {
    this.#checkOpen();
    this.#input.write(level);
  }

  watch(options: EdgeWatchOptions): void {
    this.#checkOpen();
    this.#input.watch(this, this.#consumer, options);
  }

  unwatch(): void {
    this.#checkOpen();
    this.#input.unwatch(this);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#input.close(this, this.#consumer);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #checkOpen(): void {
    if (this.#closed) throw closedError(`line ${this.offset} (${this.#consumer})`);
  }
}
