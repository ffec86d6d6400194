import type { EdgeWatchOptions, GpioLine, GpioLineRequest, Level, LineDirection } from '../contract/gpio.ts';
import { encodeJson } from './protocol.ts';
import type { RemoteConnection } from './remote-handle.ts';
import { WatchableRemoteHandle } from './remote-handle.ts';

export class RemoteGpioLine extends WatchableRemoteHandle implements GpioLine {
  readonly offset: number;
  readonly direction: LineDirection;

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

  watch({ edges, debounceUs, sink, token }: EdgeWatchOptions): void {
    const { caller } = this.connection;
    this.startWatch(sink, token, (watch) => {
      const length = caller.put(encodeJson({ edges, debounceUs, token: watch }));
      caller.call('gpioWatch', this.number, length);
    });
  }

  unwatch(): void {
    this.endWatch('gpioUnwatch');
  }
}
