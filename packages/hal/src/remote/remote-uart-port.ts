import type { UartPort, UartPortRequest, UartWatchOptions } from '../contract/uart.ts';
import { HalError } from '../error.ts';
import { MAX_SLEEP_MS, wakeWord } from './channel.ts';
import type { RemoteConnection } from './remote-handle.ts';
import { WatchableRemoteHandle } from './remote-handle.ts';

/** Nothing tells when a transmit buffer has room, so it is looked at again after this long, milliseconds. */
const TRANSMIT_POLL_MS = 1;

/**
 * A serial port at the broker, which never waits for it: this side asks again until the deadline. Received bytes wake
 * it. A stop request ends a wait with HAL_INTERRUPTED; calls that need no wait still work.
 */
export class RemoteUartPort extends WatchableRemoteHandle implements UartPort {
  constructor(connection: RemoteConnection, request: UartPortRequest) {
    super(connection, `serial port ${request.port} (${request.consumer})`);
  }

  read(buffer: Uint8Array, deadlineNs: bigint): number {
    this.checkOpen();
    const { caller } = this.connection;
    for (;;) {
      // Loaded before the read: bytes that come after it move the word, and the wait returns at once.
      const wake = Atomics.load(caller.views.wake, wakeWord.wake);
      caller.call('uartRead', this.number, 0, buffer.length);
      const count = Math.min(caller.result, buffer.length);
      buffer.set(caller.responseBytes.subarray(0, count));
      if (count > 0 || buffer.length === 0 || !this.#wait(wake, deadlineNs, MAX_SLEEP_MS)) return count;
    }
  }

  write(bytes: Uint8Array, deadlineNs: bigint): number {
    this.checkOpen();
    const { caller } = this.connection;
    const longest = caller.views.payload.length;
    let taken = 0;
    do {
      const wake = Atomics.load(caller.views.wake, wakeWord.wake);
      const length = caller.put(bytes.subarray(taken, taken + longest));
      caller.call('uartWrite', this.number, length);
      const count = Math.min(caller.result, length);
      taken += count;
      // A short count means that the transmit buffer is full.
      if (count < length && !this.#waitToSend(wake, deadlineNs, taken)) break;
    } while (taken < bytes.length);
    return taken;
  }

  flush(deadlineNs: bigint): void {
    this.checkOpen();
    const { caller } = this.connection;
    for (;;) {
      const wake = Atomics.load(caller.views.wake, wakeWord.wake);
      try {
        caller.call('uartFlush', this.number);
        return;
      } catch (error) {
        const unsent =
          error instanceof HalError && error.code === 'HAL_TIMEOUT' && error.details['peer'] !== 'broker';
        if (!unsent || !this.#wait(wake, deadlineNs, TRANSMIT_POLL_MS)) throw error;
      }
    }
  }

  available(): number {
    this.checkOpen();
    const { caller } = this.connection;
    caller.call('uartAvailable', this.number);
    return caller.result;
  }

  watch({ sink, token }: UartWatchOptions): void {
    const { caller } = this.connection;
    this.startWatch(sink, token, (watch) => caller.call('uartWatch', this.number, 0, watch));
  }

  unwatch(): void {
    this.endWatch('uartUnwatch');
  }

  /** Bytes that were taken must be told, so a stop request is no error once there are some. */
  #waitToSend(wake: number, deadlineNs: bigint, taken: number): boolean {
    if (taken > 0 && this.connection.stopRequested()) return false;
    return this.#wait(wake, deadlineNs, TRANSMIT_POLL_MS);
  }

  /** Sleeps for a while; false when the deadline has passed. Throws HAL_INTERRUPTED. */
  #wait(wake: number, deadlineNs: bigint, longestMs: number): boolean {
    const remainingNs = deadlineNs - process.hrtime.bigint();
    if (remainingNs <= 0n) return false;
    if (this.connection.stopRequested()) {
      throw new HalError('HAL_INTERRUPTED', `the wait for ${this.description} ended: a stop was asked for`);
    }
    const { wake: words } = this.connection.caller.views;
    Atomics.wait(words, wakeWord.wake, wake, Math.min(longestMs, Number(remainingNs) / 1e6));
    return true;
  }
}
