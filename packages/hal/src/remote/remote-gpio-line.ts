import type { EdgeWatchOptions, GpioLine, GpioLineRequest, Level, LineDirection } from '../contract/gpio.ts';
import { encodeJson } from './protocol.ts';
import type { RemoteConnection } from './remote-handle.ts';
import { RemoteHandle } from './remote-handle.ts';

export class RemoteGpioLine extends RemoteHandle implements GpioLine {
  readonly offset: number;
  readonly direction: LineDirection;
  #watch: number | undefined;

  constructor(connection: RemoteConnection, request: GpioLineRequest) {
    super(connection, `gpio line ${request.offset} (${request.consumer})`);
    this.offset = request.offset;
    this.direction = request.direction;
  }

  read(): Level {
    this.checkOpen();
    const { caller } = this.connection;
    caller.call('gpioRead', this.number);
    return caller.result as Level;
  }

  write(level: Level): void {
    this.checkOpen();
    this.connection.caller.call('gpioWrite', this.number, 0, level);
  }

  watch(options: EdgeWatchOptions): void {
    this.checkOpen();
    const { caller, watches } = this.connection;
    const watch = watches.add(options.sink, options.token);
    const { edges, debounceUs } = options;
    try {
      const length = caller.put(encodeJson({ edges, debounceUs, token: watch }));
      caller.call('gpioWatch', this.number, length);
    } catch (error) {
      watches.remove(watch);
      throw error;
    }
    this.#forget();
    this.#watch = watch;
  }

  unwatch(): void {
    this.checkOpen();
    this.#forget();
    this.connection.caller.call('gpioUnwatch', this.number);
  }

  override close(): void {
    this.#forget();
    super.close();
  }

  #forget(): void {
    if (this.#watch !== undefined) this.connection.watches.remove(this.#watch);
    this.#watch = undefined;
  }
}
