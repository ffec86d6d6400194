import type { HalEventSink } from '../contract/event.ts';
import { HalError } from '../error.ts';
import type { RemoteCaller } from './remote-caller.ts';
import type { RemoteWatches } from './remote-watches.ts';

/** What the handles of one `RemoteHal` share. */
export interface RemoteConnection {
  readonly caller: RemoteCaller;
  readonly watches: RemoteWatches;
  readonly openHandles: Set<RemoteHandle>;
  stopRequested(): boolean;
}

/** The part that all handles have: a number at the broker, open or closed. */
export class RemoteHandle {
  readonly description: string;
  readonly number: number;
  protected readonly connection: RemoteConnection;
  #closed = false;

  constructor(connection: RemoteConnection, description: string) {
    this.connection = connection;
    this.description = description;
    this.number = connection.caller.result;
    connection.openHandles.add(this);
  }

  /** Throws HAL_CLOSED. */
  protected checkOpen(): void {
    if (this.#closed) {
      throw new HalError('HAL_CLOSED', `${this.description} was used after it was closed`, {
        details: { handle: this.description },
      });
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.connection.openHandles.delete(this);
    try {
      this.connection.caller.call('close', this.number);
    } catch (error) {
      // A broker that let go of this app has closed its handles.
      if (!(error instanceof HalError && error.code === 'HAL_DISCONNECTED')) throw error;
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** A handle that can be watched, one watch at a time; closing it ends the watch. */
export class WatchableRemoteHandle extends RemoteHandle {
  #watch: number | undefined;

  /**
   * Enters the sink, asks the broker by `request` for events with the watch's number, and then drops the watch before. When
   * the broker refuses, the watch before goes on.
   */
  protected startWatch(sink: HalEventSink, token: number, request: (watch: number) => void): void {
    this.checkOpen();
    const { watches } = this.connection;
    const watch = watches.add(sink, token);
    try {
      request(watch);
    } catch (error) {
      watches.remove(watch);
      throw error;
    }
    this.#forget();
    this.#watch = watch;
  }

  protected endWatch(operation: 'gpioUnwatch' | 'uartUnwatch'): void {
    this.checkOpen();
    this.#forget();
    this.connection.caller.call(operation, this.number);
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
