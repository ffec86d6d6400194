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
