import type { UartPort, UartWatchOptions } from '../contract/uart.ts';
import { HalError } from '../error.ts';
import { type CallEntry, fromHex, toHex } from './recording-entry.ts';
import { throwRecorded } from './replay-session.ts';
import { type OpenedHandle, ReplayedHandle } from './replayed-handles.ts';

/**
 * A recorded serial port. A broker never waits: one call of an app that waits is many there, each with a deadline that has
 * passed. So a call that may wait takes recorded calls until one has an answer or its own deadline is reached.
 */
export class ReplayedUartPort extends ReplayedHandle implements UartPort {
  readonly #description: string;

  constructor(opened: OpenedHandle, description: string) {
    super(opened);
    this.#description = description;
  }

  read(buffer: Uint8Array, deadlineNs: bigint): number {
    const args = { length: buffer.length };
    for (;;) {
      const entry = this.take('read', args);
      const bytes = fromHex(entry.result);
      if (bytes === undefined || bytes.length > buffer.length) {
        return this.opened.session.misfit(this.describe('read', args), entry);
      }
      buffer.set(bytes);
      if (bytes.length > 0 || buffer.length === 0 || !this.#goesOn('read', entry, deadlineNs))
        return bytes.length;
    }
  }

  write(bytes: Uint8Array, deadlineNs: bigint): number {
    let taken = 0;
    for (;;) {
      const args = { bytes: toHex(bytes.subarray(taken)) };
      const entry = this.take('write', args);
      if (typeof entry.result !== 'number') {
        return this.opened.session.misfit(this.describe('write', args), entry);
      }
      taken += entry.result;
      if (taken >= bytes.length || !this.#goesOn('write', entry, deadlineNs, taken > 0)) return taken;
    }
  }

  flush(deadlineNs: bigint): void {
    for (;;) {
      const entry = this.opened.session.take(this.describe('flush', {}));
      if (entry.error?.code !== 'HAL_TIMEOUT' || !this.#goesOn('flush', entry, deadlineNs)) {
        throwRecorded(entry);
        return;
      }
    }
  }

  available(): number {
    return this.takeNumber('available', {});
  }

  watch({ sink, token }: UartWatchOptions): void {
    this.startWatch({}, { sink, token });
  }

  unwatch(): void {
    this.endWatch();
  }

  /**
   * Whether the recorded call was one of many that an app's call became, and the next one is too. If not it waits for the deadline,
   * or, where the app was asked to stop while it waited, for that, and throws HAL_INTERRUPTED as the broker's client does; a call
   * that `mayEnd` has something to tell and ends.
   */
  #goesOn(call: string, entry: CallEntry, deadlineNs: bigint, mayEnd = false): boolean {
    const { session, handle, consumer } = this.opened;
    const couldNotWait = Number(entry.args['deadline']) <= entry.at;
    if (!couldNotWait || deadlineNs <= session.clock.nowNs()) return false;
    const { startNs, stopNs } = session.recording;
    const stopAtNs = stopNs === undefined ? deadlineNs : startNs + BigInt(stopNs);
    const next = session.peek(consumer, call, handle);
    // A call that was recorded later than the replay's deadline and after the stop: the app's deadline was not reached yet.
    const wentOn = next !== undefined && (startNs + BigInt(next.at) <= deadlineNs || stopAtNs < deadlineNs);
    if (wentOn) return true;
    const isStopped = stopAtNs < deadlineNs && session.isAtEnd(consumer);
    session.clock.advanceTo(isStopped ? stopAtNs : deadlineNs);
    if (!isStopped || mayEnd) return false;
    throw new HalError('HAL_INTERRUPTED', `the wait for ${this.#description} ended: a stop was asked for`);
  }
}
