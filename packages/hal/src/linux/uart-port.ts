import type { HalEventKind } from '../contract/event.ts';
import type { UartPort, UartWatchOptions } from '../contract/uart.ts';
import { HalError } from '../error.ts';
import { closedError } from '../handle-set.ts';
import type { UartCommand } from './uart-command.ts';
import { UART_SLEEP_MS } from './uart-limits.ts';
import type { UartMemory } from './uart-memory.ts';

export interface LinuxUartPortParts {
  readonly memory: UartMemory;
  readonly key: number;
  readonly path: string;
  readonly consumer: string;
  /** To the main thread. */
  readonly post: (command: UartCommand) => void;
  readonly onClose: (port: LinuxUartPort) => void;
  readonly answerMs: number;
}

/**
 * An open serial port, from the thread of the broker: the main thread has the descriptor (`serveUartPorts`), the bytes are in
 * shared memory. `close` drops what has not left. The kernel drops characters with a wrong parity bit (INPCK and IGNPAR, see
 * `applyUartSettings`), so that HAL_UART_* never comes.
 */
export class LinuxUartPort implements UartPort {
  readonly description: string;
  readonly #parts: LinuxUartPortParts;
  readonly #memory: UartMemory;
  #watch: UartWatchOptions | undefined;
  #sequence = 0;
  /** Every byte so far was taken: the next one is an event. */
  #isEmpty = true;
  /** That event, until it is pushed. */
  #readable: { readonly timeNs: bigint; readonly count: number } | undefined;
  #isGoneTold = false;
  #drainTicket = 0;
  /** Bytes were written since the last `drain` was asked for. */
  #isUnsent = false;
  #closed = false;

  constructor(parts: LinuxUartPortParts) {
    this.#parts = parts;
    this.#memory = parts.memory;
    this.description = `serial port ${parts.path} (${parts.consumer})`;
  }

  /** Blocks the thread of the broker. */
  read(buffer: Uint8Array, deadlineNs: bigint): number {
    this.#checkOpen();
    if (buffer.length === 0) return 0;
    for (;;) {
      const seen = this.#memory.signalCount;
      // Before the bytes are looked at: what came before the end is there then.
      const isGone = this.#isGone;
      const taken = this.#take(buffer);
      if (taken > 0) return taken;
      if (isGone) throw this.#goneError();
      if (!this.#sleep(seen, deadlineNs)) return 0;
    }
  }

  write(bytes: Uint8Array, deadlineNs: bigint): number {
    this.#checkOpen();
    const { post, key } = this.#parts;
    let taken = 0;
    for (;;) {
      const seen = this.#memory.signalCount;
      if (this.#isGone) {
        if (taken > 0) return taken;
        throw this.#goneError();
      }
      const count = this.#memory.transmitted.put(bytes.subarray(taken));
      taken += count;
      if (count > 0) {
        this.#isUnsent = true;
        if (this.#memory.askToTransmit()) post({ kind: 'transmit', key });
      }
      if (taken === bytes.length || !this.#sleep(seen, deadlineNs)) return taken;
    }
  }

  flush(deadlineNs: bigint): void {
    this.#checkOpen();
    if (this.#isUnsent) {
      this.#isUnsent = false;
      this.#drainTicket += 1;
      this.#parts.post({ kind: 'drain', key: this.#parts.key, ticket: this.#drainTicket });
    }
    for (;;) {
      const seen = this.#memory.signalCount;
      if (this.#memory.drainedTicket === this.#drainTicket) return;
      if (this.#isGone) throw this.#goneError();
      if (!this.#sleep(seen, deadlineNs)) {
        throw new HalError('HAL_TIMEOUT', `not everything has left ${this.description} in time`, {
          details: { port: this.#parts.path, waiting: this.#memory.transmitted.count },
        });
      }
    }
  }

  available(): number {
    this.#checkOpen();
    return this.#memory.received.count;
  }

  watch(options: UartWatchOptions): void {
    this.#checkOpen();
    // What waits already is told to this watch too: nobody else would, as the next event needs an empty buffer.
    this.#isEmpty = true;
    this.#readable = undefined;
    this.#watch = options;
    this.#sequence = 0;
    this.#isGoneTold = false;
  }

  unwatch(): void {
    this.#checkOpen();
    this.#watch = undefined;
  }

  /** Pushes the events that are due. Called by the owner whenever it looks what is due. */
  drain(): void {
    if (this.#watch === undefined || this.#closed) return;
    const isGone = this.#isGone;
    this.#notice(this.#memory.received.count);
    if (this.#readable !== undefined) {
      const { timeNs, count } = this.#readable;
      this.#readable = undefined;
      this.#push('uart-readable', timeNs, count);
    }
    if (isGone && !this.#isGoneTold) {
      this.#isGoneTold = true;
      this.#push('uart-closed', this.#memory.goneNs, 0);
    }
  }

  /** Blocks until the descriptor is closed. Throws HAL_TIMEOUT when the main thread does not answer; closed it is all the same. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#watch = undefined;
    this.#parts.onClose(this);
    this.#parts.post({ kind: 'close', key: this.#parts.key });
    waitForState(this.#memory, ['closed'], `${this.description} closed`, this.#parts.answerMs);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  get #isGone(): boolean {
    return this.#memory.state !== 'open';
  }

  #take(buffer: Uint8Array): number {
    const { received } = this.#memory;
    if (received.takeGap()) {
      throw new HalError('HAL_OVERRUN', `${this.description} lost bytes: nobody took what it received`, {
        details: { port: this.#parts.path, lost: received.lostCount },
      });
    }
    // All that follows is about these. The main thread goes on meanwhile: what it puts now came after this read, which may have
    // emptied the buffer for it.
    const waiting = received.count;
    this.#notice(waiting);
    const taken = received.take(buffer.subarray(0, waiting));
    if (taken > 0) {
      this.#isEmpty = taken === waiting;
      if (this.#memory.resume()) this.#parts.post({ kind: 'resume', key: this.#parts.key });
    }
    return taken;
  }

  /** Sees the first bytes after none. Both the reader and `drain` look, so that bytes which are taken at once are told too. */
  #notice(count: number): void {
    if (!this.#isEmpty || count === 0) return;
    this.#isEmpty = false;
    // Not told yet and read meanwhile: one event says that there is something.
    this.#readable ??= { timeNs: this.#memory.receivedNs, count };
  }

  #push(kind: HalEventKind, timeNs: bigint, detail: number): void {
    if (this.#watch === undefined) return;
    this.#sequence += 1;
    const { sink, token } = this.#watch;
    sink.push({ kind, token, timeNs, sequence: this.#sequence, detail });
  }

  #sleep(seen: number, deadlineNs: bigint): boolean {
    const remainingNs = deadlineNs - process.hrtime.bigint();
    if (remainingNs <= 0n) return false;
    this.#memory.sleep(seen, Math.min(UART_SLEEP_MS, Number(remainingNs) / 1e6));
    return true;
  }

  #checkOpen(): void {
    if (this.#closed) throw closedError(this.description);
  }

  #goneError(): HalError {
    return new HalError('HAL_DISCONNECTED', `${this.description} is gone: ${this.#memory.text}`, {
      details: { port: this.#parts.path },
      errno: 'EIO',
    });
  }
}

/** Blocks until the main thread told one of the states. Throws HAL_TIMEOUT. */
export function waitForState(
  memory: UartMemory,
  wanted: readonly string[],
  what: string,
  answerMs: number,
): void {
  const deadlineNs = process.hrtime.bigint() + BigInt(answerMs) * 1_000_000n;
  for (;;) {
    const seen = memory.signalCount;
    if (wanted.includes(memory.state)) return;
    const remainingMs = Number(deadlineNs - process.hrtime.bigint()) / 1e6;
    if (remainingMs <= 0) {
      throw new HalError('HAL_TIMEOUT', `the main thread did not get ${what} in ${answerMs} ms`, {
        details: { peer: 'main thread' },
      });
    }
    memory.sleep(seen, remainingMs);
  }
}
