import type { WorldClock } from '../contract/clock.ts';
import type { HalEventKind } from '../contract/event.ts';
import type { UartPort, UartPortRequest, UartWatchOptions } from '../contract/uart.ts';
import { uartCharacterNs } from '../contract/uart.ts';
import type { HalErrorCode } from '../error.ts';
import { HalError } from '../error.ts';
import type { HandleSet } from '../handle-set.ts';
import { busyError, closedError } from '../handle-set.ts';
import type { MockUartLine, UartReceiver } from './uart-line.ts';
import type { CharacterFault } from './uart-receive-buffer.ts';
import { UartReceiveBuffer } from './uart-receive-buffer.ts';

/** Fastest speed that termios has a name for, B4000000 (include/uapi/asm-generic/termbits-common.h). */
const MAX_BAUD = 4_000_000;

const faultCodes: readonly HalErrorCode[] = [
  'HAL_OTHER',
  'HAL_UART_PARITY',
  'HAL_UART_FRAMING',
  'HAL_UART_NOISE',
];

/**
 * An open port of the mock board. Characters arrive and leave at the speed of the line. `available` counts broken
 * characters too, so that "more than 0" always means that `read` does not wait. `close` drops what has not left.
 */
export class MockUartPort implements UartPort, UartReceiver {
  readonly description: string;
  readonly request: UartPortRequest;
  readonly #line: MockUartLine;
  readonly #clock: WorldClock;
  readonly #handles: HandleSet;
  readonly #received: UartReceiveBuffer;
  readonly #characterNs: bigint;
  readonly #transmitCapacity: number;
  #leaving: number[] = [];
  #nextLeaving = 0;
  #cancelLeave: (() => void) | undefined;
  #watch: UartWatchOptions | undefined;
  #cancelLate: (() => void) | undefined;
  #sequence = 0;
  #disconnected = false;
  #closed = false;

  constructor(line: MockUartLine, request: UartPortRequest, handles: HandleSet) {
    checkRequest(request);
    if (line.owner !== undefined) throw busyError(line.name, line.owner);
    handles.checkRoom();
    this.description = `uart ${line.name} (${request.consumer})`;
    this.request = request;
    this.#line = line;
    this.#clock = line.clock;
    this.#handles = handles;
    this.#characterNs = uartCharacterNs(request);
    this.#received = new UartReceiveBuffer(line.receiveBufferBytes);
    this.#transmitCapacity = line.transmitBufferBytes;
    line.open(this);
    handles.add(this);
  }

  get ready(): boolean {
    return this.request.flowControl !== 'rts-cts' || !this.#received.full;
  }

  read(buffer: Uint8Array, deadlineNs: bigint): number {
    this.#checkOpen();
    if (buffer.length === 0) return 0;
    this.#clock.runDue();
    for (;;) {
      this.#checkOpen();
      const taken = this.#take(buffer);
      if (taken > 0) return taken;
      if (this.#disconnected) throw this.#disconnectedError();
      if (this.#clock.nowNs() >= deadlineNs) return 0;
      this.#clock.waitUntil(deadlineNs);
    }
  }

  write(bytes: Uint8Array, deadlineNs: bigint): number {
    this.#checkOpen();
    let taken = 0;
    for (;;) {
      this.#checkOpen();
      if (this.#disconnected) {
        if (taken > 0) return taken;
        throw this.#disconnectedError();
      }
      const room = this.#transmitCapacity - this.#leavingCount();
      const end = Math.min(bytes.length, taken + room);
      for (; taken < end; taken += 1) this.#leaving.push(bytes[taken] as number);
      if (this.#cancelLeave === undefined) this.#scheduleLeave(this.#clock.nowNs());
      if (taken === bytes.length || this.#clock.nowNs() >= deadlineNs) return taken;
      this.#clock.waitUntil(deadlineNs);
    }
  }

  flush(deadlineNs: bigint): void {
    this.#checkOpen();
    this.#clock.runDue();
    while (this.#leavingCount() > 0) {
      this.#checkOpen();
      if (this.#disconnected) throw this.#disconnectedError();
      if (this.#clock.nowNs() >= deadlineNs) {
        throw new HalError('HAL_TIMEOUT', `${this.#leavingCount()} bytes have not left ${this.description}`, {
          details: { port: this.#line.name, waiting: this.#leavingCount() },
        });
      }
      this.#clock.waitUntil(deadlineNs);
    }
  }

  available(): number {
    this.#checkOpen();
    this.#clock.runDue();
    return this.#received.count;
  }

  watch(options: UartWatchOptions): void {
    this.#checkOpen();
    this.unwatch();
    this.#watch = options;
    this.#sequence = 0;
    if (!this.#disconnected && this.#received.count === 0) return;
    // What happened before anybody watched is told all the same, but not from inside this call.
    this.#cancelLate = this.#clock.schedule(this.#clock.nowNs(), () => {
      if (this.#sequence === 0 && this.#received.count > 0) this.#push('uart-readable', this.#received.count);
      if (this.#disconnected) this.#push('uart-closed', 0);
    });
  }

  unwatch(): void {
    this.#checkOpen();
    this.#cancelLate?.();
    this.#watch = undefined;
  }

  close(): void {
    if (this.#closed) return;
    this.unwatch();
    this.#closed = true;
    this.#dropLeaving();
    this.#line.close();
    this.#handles.delete(this);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** The wire: a character arrived. */
  receive(byte: number, fault: CharacterFault): void {
    const wasEmpty = this.#received.count === 0;
    this.#received.push(byte, fault);
    if (wasEmpty) this.#push('uart-readable', this.#received.count);
  }

  /** The wire: the far end is gone. */
  disconnected(): void {
    if (this.#disconnected) return;
    this.#disconnected = true;
    this.#dropLeaving();
    this.#push('uart-closed', 0);
  }

  #take(buffer: Uint8Array): number {
    if (this.#received.takeGap()) {
      throw new HalError('HAL_OVERRUN', `${this.description} lost bytes: its receive buffer was full`, {
        details: { port: this.#line.name, lost: this.#received.lostCount },
      });
    }
    const wasFull = this.#received.full;
    const fault = this.#received.takeFault();
    const taken = fault === 0 ? this.#received.take(buffer) : 0;
    if (wasFull) this.#line.resume();
    if (fault !== 0) {
      throw new HalError(
        faultCodes[fault] as HalErrorCode,
        `${this.description} received a broken character`,
        {
          details: { port: this.#line.name },
        },
      );
    }
    return taken;
  }

  #leavingCount(): number {
    return this.#leaving.length - this.#nextLeaving;
  }

  #scheduleLeave(fromNs: bigint): void {
    if (this.#leavingCount() === 0) return;
    const leaveNs = fromNs + this.#characterNs;
    this.#cancelLeave = this.#clock.schedule(leaveNs, () => {
      this.#cancelLeave = undefined;
      const byte = this.#leaving[this.#nextLeaving] as number;
      this.#nextLeaving += 1;
      if (this.#nextLeaving === this.#leaving.length) {
        this.#leaving = [];
        this.#nextLeaving = 0;
      }
      this.#scheduleLeave(leaveNs);
      this.#line.deliver(byte & (this.request.dataBits === 7 ? 0x7f : 0xff));
    });
  }

  #dropLeaving(): void {
    this.#cancelLeave?.();
    this.#cancelLeave = undefined;
    this.#leaving = [];
    this.#nextLeaving = 0;
  }

  #push(kind: HalEventKind, detail: number): void {
    if (this.#watch === undefined) return;
    this.#sequence += 1;
    const { sink, token } = this.#watch;
    sink.push({ kind, token, timeNs: this.#clock.nowNs(), sequence: this.#sequence, detail });
  }

  #checkOpen(): void {
    if (this.#closed) throw closedError(this.description);
  }

  #disconnectedError(): HalError {
    return new HalError('HAL_DISCONNECTED', `the far end of ${this.description} is gone`, {
      details: { port: this.#line.name },
      errno: 'EIO',
    });
  }
}

function checkRequest(request: UartPortRequest): void {
  const { baud, dataBits, parity, stopBits, flowControl } = request;
  const allowed =
    baud >= 1 &&
    baud <= MAX_BAUD &&
    [undefined, 7, 8].includes(dataBits) &&
    [undefined, 1, 2].includes(stopBits) &&
    [undefined, 'none', 'even', 'odd'].includes(parity) &&
    [undefined, 'none', 'rts-cts'].includes(flowControl);
  if (!allowed) {
    throw new HalError(
      'HAL_BAD_ARGUMENT',
      `${request.port} cannot run at ${baud} baud, ${dataBits ?? 8} data bits, parity ${parity ?? 'none'}, ` +
        `${stopBits ?? 1} stop bits, flow control ${flowControl ?? 'none'}`,
      { details: { port: request.port, limit: 'MAX_BAUD', value: MAX_BAUD }, errno: 'EINVAL' },
    );
  }
}
