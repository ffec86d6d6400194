import { availableParallelism } from 'node:os';
import { HalError } from '../error.ts';
import type { ChannelViews, RemoteChannelBuffers } from './channel.ts';
import {
  channelState,
  controlWord,
  MAX_SLEEP_MS,
  ringDoorbell,
  TRANSACTION_NS_VALUE,
  viewChannel,
} from './channel.ts';
import type { RemoteOperation } from './protocol.ts';
import { decodeError, remoteOperation, responseStatus } from './protocol.ts';

/** How long a call may take, milliseconds. A stuck I2C bus takes its adapter's timeout, 1 s by default on Linux. */
export const DEFAULT_CALL_TIMEOUT_MS = 5_000;

/**
 * Looks at the answer this often before the thread sleeps, a few microseconds. A broker that spins answers within one;
 * longer spinning only takes the processor from a broker that sleeps (measured with two busy cores: 5.9 us at the median
 * with 300 rounds, 10 us with 1000). None on one core.
 */
const SPIN_ROUNDS = availableParallelism() > 1 ? 300 : 0;

/** Calls that open a handle: when one is answered after its time, the handle must not stay open. */
const openOperations: ReadonlySet<RemoteOperation> = new Set<RemoteOperation>([
  'openGpioLine',
  'openI2cBus',
  'openSpiDevice',
  'openUartPort',
  'openMmioWindow',
  'openPwmChannel',
]);

/** The client's side of one channel: puts a call down, rings, and blocks until the broker has answered. */
export class RemoteCaller {
  readonly views: ChannelViews;
  readonly #timeoutMs: number;
  /** A call whose answer did not come in time; the channel is the broker's until it comes. */
  #late: RemoteOperation | undefined;

  constructor(buffers: RemoteChannelBuffers, timeoutMs: number) {
    this.views = viewChannel(buffers);
    this.#timeoutMs = timeoutMs;
  }

  /** Where the answer's bytes are, valid until the next call. */
  get responseBytes(): Uint8Array {
    const { words, payload } = this.views;
    return payload.subarray(0, words[controlWord.responseBytes]);
  }

  /** How long the transaction that was answered last took at the broker, nanoseconds; undefined when none was. */
  get transactionNs(): number | undefined {
    return this.views.values[TRANSACTION_NS_VALUE] || undefined;
  }

  /** First number of the answer. */
  get result(): number {
    return this.views.values[0] as number;
  }

  /** Copies a request into the channel; returns its length. Throws HAL_TOO_LONG before anything moves. */
  put(bytes: Uint8Array): number {
    this.claim();
    const { payload } = this.views;
    if (bytes.length > payload.length) {
      throw new HalError(
        'HAL_TOO_LONG',
        `${bytes.length} bytes are over payloadBytes of the channel to the broker, ${payload.length}`,
        { details: { limit: 'payloadBytes', value: payload.length } },
      );
    }
    payload.set(bytes);
    return bytes.length;
  }

  /** To be called before the payload is written: waits for a late answer. Throws HAL_TIMEOUT, HAL_DISCONNECTED. */
  claim(): void {
    const late = this.#late;
    if (late === undefined) return;
    this.#wait(late);
    this.#late = undefined;
    const { words, values } = this.views;
    if (openOperations.has(late) && words[controlWord.status] === responseStatus.done) {
      this.call('close', values[0]);
    }
  }

  /**
   * Makes a call and blocks until it is answered. The payload holds `requestBytes` bytes.
   * Throws the broker's error, HAL_TIMEOUT when the broker does not answer, HAL_DISCONNECTED when it let go of this app.
   */
  call(
    operation: RemoteOperation,
    handle = 0,
    requestBytes = 0,
    value0 = 0,
    value1 = 0,
    value2 = 0,
    value3 = 0,
  ): void {
    if (this.#late !== undefined) this.claim();
    const { words, values, doorbell } = this.views;
    words[controlWord.operation] = remoteOperation[operation];
    words[controlWord.handle] = handle;
    words[controlWord.requestBytes] = requestBytes;
    values[0] = value0;
    values[1] = value1;
    values[2] = value2;
    values[3] = value3;
    Atomics.add(words, controlWord.request, 1);
    ringDoorbell(doorbell);
    this.#wait(operation);
    if (words[controlWord.status] !== responseStatus.done) throw decodeError(this.responseBytes);
  }

  #wait(operation: RemoteOperation): void {
    const { words } = this.views;
    const request = Atomics.load(words, controlWord.request);
    for (let round = 0; round < SPIN_ROUNDS; round += 1) {
      if (Atomics.load(words, controlWord.response) === request) return;
    }
    const startNs = process.hrtime.bigint();
    for (;;) {
      const response = Atomics.load(words, controlWord.response);
      if (response === request) return;
      if (Atomics.load(words, controlWord.state) === channelState.detached) {
        throw new HalError('HAL_DISCONNECTED', `the hardware broker let go of this app before ${operation}`, {
          details: { peer: 'broker', operation },
        });
      }
      const elapsedMs = Number(process.hrtime.bigint() - startNs) / 1e6;
      if (elapsedMs >= this.#timeoutMs) {
        this.#late = operation;
        throw new HalError(
          'HAL_TIMEOUT',
          `the hardware broker did not answer ${operation} within ${this.#timeoutMs} ms`,
          { details: { peer: 'broker', operation, timeoutMs: this.#timeoutMs } },
        );
      }
      Atomics.wait(
        words,
        controlWord.response,
        response,
        Math.min(MAX_SLEEP_MS, this.#timeoutMs - elapsedMs),
      );
    }
  }
}
