import type { WorldClock } from '../contract/clock.ts';
import { type UartPortRequest, uartCharacterNs } from '../contract/uart.ts';
import { HalError } from '../error.ts';
import type { UartLink, UartPeer } from './chip.ts';
import type { FaultSet } from './fault-set.ts';
import { checkLimit } from './limit.ts';
import type { Trace } from './trace.ts';
import type { CharacterFault } from './uart-receive-buffer.ts';

export interface MockUartOptions {
  /** Received bytes that wait for the app; more are lost and told (HAL_OVERRUN). Default 4096, N_TTY_BUF_SIZE. */
  readonly receiveBufferBytes?: number;
  /** Bytes that wait to leave. Default 4096, UART_XMIT_SIZE of the Linux serial core. */
  readonly transmitBufferBytes?: number;
  /** Ports that exist from the start; others exist once a peer is attached. */
  readonly ports?: readonly string[];
}

export interface UartPeerOptions {
  /** Speed that the peer is set to. Over 5 % beside that of the port, nothing arrives whole. Default: the port's. */
  readonly baud?: number;
}

const DEFAULT_UART_BUFFER_BYTES = 4_096;
/** Longest receive or transmit buffer of a port. */
const MAX_UART_BUFFER_BYTES = 1_048_576;
/** Bytes that peers handed over and that have not arrived yet; more are lost and counted. */
const MAX_UART_BYTES_IN_FLIGHT = 1_048_576;
/** Beyond this difference a receiver samples the wrong bit by the end of a character of ten bits. */
const BAUD_TOLERANCE = 0.05;
const faultNumbers = { parity: 1, framing: 2, noise: 3 } as const;

/** The open port as the wire sees it. */
export interface UartReceiver {
  /** False asks the sender to wait (flow control). */
  readonly ready: boolean;
  readonly request: UartPortRequest;
  receive(byte: number, fault: CharacterFault): void;
  disconnected(): void;
}

/** The wire between one serial port and what is attached to it. */
export class MockUartLine {
  readonly name: string;
  readonly receiveBufferBytes: number;
  readonly transmitBufferBytes: number;
  readonly clock: WorldClock;
  readonly trace: Trace;
  readonly traceSource: number;
  readonly #faults: FaultSet;
  #peer: UartPeer | undefined;
  #peerBaud: number | undefined;
  #receiver: UartReceiver | undefined;
  #inFlight: number[] = [];
  #nextInFlight = 0;
  #freeAtNs = 0n;
  #cancelArrival: (() => void) | undefined;
  #corruptNext: CharacterFault = 0;
  #ending = false;
  #plugged = true;
  #lostCount = 0;

  constructor(name: string, options: MockUartOptions, clock: WorldClock, trace: Trace, faults: FaultSet) {
    this.name = name;
    this.receiveBufferBytes = checkLimit(
      'receiveBufferBytes',
      options.receiveBufferBytes ?? DEFAULT_UART_BUFFER_BYTES,
      MAX_UART_BUFFER_BYTES,
    );
    this.transmitBufferBytes = checkLimit(
      'transmitBufferBytes',
      options.transmitBufferBytes ?? DEFAULT_UART_BUFFER_BYTES,
      MAX_UART_BUFFER_BYTES,
    );
    this.clock = clock;
    this.trace = trace;
    this.traceSource = trace.number(name);
    this.#faults = faults;
  }

  /** Bytes of peers that found no open port or too many bytes in flight. */
  get lostCount(): number {
    return this.#lostCount;
  }

  /** False while the far end is gone. */
  get plugged(): boolean {
    return this.#plugged;
  }

  get owner(): string | undefined {
    return this.#receiver?.request.consumer;
  }

  attach(peer: UartPeer, options: UartPeerOptions): () => void {
    if (this.#peer !== undefined) {
      throw new HalError('HAL_BAD_ARGUMENT', `${this.name} has a peer already`, {
        details: { port: this.name },
      });
    }
    this.#peer = peer;
    this.#peerBaud = options.baud;
    this.#plugged = true;
    this.#ending = false;
    const isAttached = (): boolean => this.#peer === peer;
    const link: UartLink = {
      send: (bytes) => {
        if (isAttached()) this.#send(bytes);
      },
      disconnect: () => {
        if (isAttached()) this.#end();
      },
      corrupt: (fault) => {
        if (isAttached()) this.#corruptNext = faultNumbers[fault];
      },
    };
    peer.connect(link);
    return () => {
      if (isAttached()) this.#peer = undefined;
    };
  }

  open(receiver: UartReceiver): void {
    this.#receiver = receiver;
    this.#freeAtNs = this.clock.nowNs();
  }

  close(): void {
    this.#receiver = undefined;
    this.#lostCount += this.#inFlight.length - this.#nextInFlight;
    this.#dropInFlight();
    // The far end was about to go; nothing that it sent can be read any more.
    if (this.#ending) this.#disconnect();
  }

  /** Flow control lets the sender go on. */
  resume(): void {
    if (this.#cancelArrival === undefined) this.#scheduleArrival();
  }

  /** A byte of the app has left. */
  deliver(byte: number): void {
    this.trace.record('uart-transmit', this.traceSource, byte, 0);
    if (this.#plugged && this.#speedsMatch()) this.#peer?.receive(Uint8Array.of(byte));
  }

  unplug(): void {
    this.#dropInFlight();
    this.#disconnect();
  }

  replug(): void {
    this.#plugged = true;
    this.#ending = false;
  }

  #send(bytes: Uint8Array): void {
    const waiting = this.#inFlight.length - this.#nextInFlight;
    const room = this.#receiver === undefined || this.#ending ? 0 : MAX_UART_BYTES_IN_FLIGHT - waiting;
    const count = Math.min(room, bytes.length);
    for (let index = 0; index < count; index += 1) this.#inFlight.push(bytes[index] as number);
    this.#lostCount += bytes.length - count;
    if (this.#cancelArrival === undefined) this.#scheduleArrival();
  }

  #end(): void {
    this.#ending = true;
    if (this.#nextInFlight >= this.#inFlight.length) this.#disconnect();
  }

  #disconnect(): void {
    if (!this.#plugged) return;
    this.#plugged = false;
    this.trace.record('uart-disconnect', this.traceSource, 0, 0);
    this.#receiver?.disconnected();
  }

  #dropInFlight(): void {
    this.#cancelArrival?.();
    this.#cancelArrival = undefined;
    this.#inFlight = [];
    this.#nextInFlight = 0;
  }

  #scheduleArrival(): void {
    const receiver = this.#receiver;
    if (receiver === undefined || !receiver.ready || this.#nextInFlight >= this.#inFlight.length) return;
    const nowNs = this.clock.nowNs();
    if (this.#freeAtNs < nowNs) this.#freeAtNs = nowNs;
    const place = { port: this.name };
    if (!this.#faults.empty) {
      const late = this.#faults.strike('uart-late', place, this.traceSource);
      this.#freeAtNs += BigInt(late?.delayNs ?? 0);
    }
    this.#freeAtNs += uartCharacterNs(receiver.request);
    this.#cancelArrival = this.clock.schedule(this.#freeAtNs, () => this.#arrive());
  }

  #arrive(): void {
    this.#cancelArrival = undefined;
    const byte = this.#inFlight[this.#nextInFlight] as number;
    this.#nextInFlight += 1;
    if (this.#nextInFlight === this.#inFlight.length) {
      this.#inFlight = [];
      this.#nextInFlight = 0;
    }
    this.#receive(byte);
    if (this.#nextInFlight < this.#inFlight.length) this.#scheduleArrival();
    else if (this.#ending) this.#disconnect();
  }

  #receive(sent: number): void {
    const receiver = this.#receiver;
    if (receiver === undefined) return;
    let byte = sent & (receiver.request.dataBits === 7 ? 0x7f : 0xff);
    let fault: CharacterFault = this.#speedsMatch() ? this.#corruptNext : faultNumbers.framing;
    this.#corruptNext = 0;
    if (!this.#faults.empty) {
      const place = { port: this.name };
      if (this.#faults.strike('uart-lose', place, this.traceSource) !== undefined) return;
      byte ^= this.#faults.strike('uart-flip-bits', place, this.traceSource)?.mask ?? 0;
      const corrupt = this.#faults.strike('uart-corrupt', place, this.traceSource);
      if (corrupt !== undefined) fault = faultNumbers[corrupt.error];
    }
    this.trace.record(fault === 0 ? 'uart-receive' : 'uart-fault', this.traceSource, byte, fault);
    receiver.receive(byte, fault);
  }

  #speedsMatch(): boolean {
    const baud = this.#receiver?.request.baud;
    if (baud === undefined || this.#peerBaud === undefined) return true;
    return Math.abs(this.#peerBaud - baud) <= baud * BAUD_TOLERANCE;
  }
}
