import { ByteRing } from './uart-byte-ring.ts';
import { MAX_UART_GAPS, UART_RECEIVE_BYTES, UART_TEXT_BYTES, UART_TRANSMIT_BYTES } from './uart-limits.ts';
import { UartReceiveRing } from './uart-receive-ring.ts';

export type UartState = 'opening' | 'open' | 'failed' | 'gone' | 'closed';

const states: readonly UartState[] = ['opening', 'open', 'failed', 'gone', 'closed'];

const word = {
  state: 0,
  /** Moves when the other side has something to look at; the broker sleeps on it. */
  signal: 1,
  receiveHead: 2,
  receiveTail: 3,
  lost: 4,
  gapHead: 5,
  gapTail: 6,
  transmitHead: 7,
  transmitTail: 8,
  /** 1 while the main thread has not looked at bytes that wait to be sent. */
  transmitAsked: 9,
  /** 1 while the main thread waits for room in the receive ring. */
  paused: 10,
  /** Ticket of the last `drain` that ended. */
  drained: 11,
  textBytes: 12,
  gapPlaces: 13,
} as const;

const WORD_BYTES = (word.gapPlaces + MAX_UART_GAPS + 1) * Int32Array.BYTES_PER_ELEMENT;
const TIME_BYTES = 16;
const RECEIVE_START = Math.ceil((WORD_BYTES + TIME_BYTES + UART_TEXT_BYTES) / 64) * 64;
const TRANSMIT_START = RECEIVE_START + UART_RECEIVE_BYTES;
const TOTAL_BYTES = TRANSMIT_START + UART_TRANSMIT_BYTES;
/** 64-bit integers lie at multiples of 8. */
const TIME_START = Math.ceil(WORD_BYTES / 8) * 8;
const TEXT_START = TIME_START + TIME_BYTES;

/** What the broker's thread and the main thread share of one open port. Both have one. */
export class UartMemory {
  /** Bytes from the line. Written by the main thread. */
  readonly received: UartReceiveRing;
  /** Bytes for the line. Written by the broker. */
  readonly transmitted: ByteRing;
  readonly buffer: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #times: BigInt64Array;
  readonly #text: Uint8Array;

  constructor(buffer = new SharedArrayBuffer(TOTAL_BYTES)) {
    this.buffer = buffer;
    const words = new Int32Array(buffer, 0, WORD_BYTES / Int32Array.BYTES_PER_ELEMENT);
    this.#words = words;
    this.#times = new BigInt64Array(buffer, TIME_START, 2);
    this.#text = new Uint8Array(buffer, TEXT_START, UART_TEXT_BYTES);
    this.received = new UartReceiveRing(
      new ByteRing(
        { words, head: word.receiveHead, tail: word.receiveTail },
        new Uint8Array(buffer, RECEIVE_START, UART_RECEIVE_BYTES),
      ),
      {
        words,
        head: word.gapHead,
        tail: word.gapTail,
        lost: word.lost,
        places: word.gapPlaces,
        placeCount: MAX_UART_GAPS,
      },
    );
    this.transmitted = new ByteRing(
      { words, head: word.transmitHead, tail: word.transmitTail },
      new Uint8Array(buffer, TRANSMIT_START, UART_TRANSMIT_BYTES),
    );
  }

  /** For the next port, in state `opening`. Nobody may use it for the last one any more. */
  reset(): void {
    this.#words.fill(0);
    this.#times.fill(0n);
  }

  get state(): UartState {
    return states[Atomics.load(this.#words, word.state)] as UartState;
  }

  /** Does not tell: `signal` does. */
  set state(state: UartState) {
    Atomics.store(this.#words, word.state, states.indexOf(state));
  }

  /** Why it failed, or why the far end is gone; to be set before the state. */
  get text(): string {
    return new TextDecoder().decode(this.#text.slice(0, Atomics.load(this.#words, word.textBytes)));
  }

  set text(text: string) {
    const bytes = new TextEncoder().encode(text).subarray(0, UART_TEXT_BYTES);
    this.#text.set(bytes);
    Atomics.store(this.#words, word.textBytes, bytes.length);
  }

  /** When the newest bytes came, monotonic nanoseconds. */
  get receivedNs(): bigint {
    return Atomics.load(this.#times, 0);
  }

  set receivedNs(timeNs: bigint) {
    Atomics.store(this.#times, 0, timeNs);
  }

  /** When the far end went. */
  get goneNs(): bigint {
    return Atomics.load(this.#times, 1);
  }

  set goneNs(timeNs: bigint) {
    Atomics.store(this.#times, 1, timeNs);
  }

  get signalCount(): number {
    return Atomics.load(this.#words, word.signal);
  }

  signal(): void {
    Atomics.add(this.#words, word.signal, 1);
    Atomics.notify(this.#words, word.signal);
  }

  /** Blocks until `signalCount` is no more what it was. */
  sleep(seen: number, timeoutMs: number): void {
    Atomics.wait(this.#words, word.signal, seen, timeoutMs);
  }

  /** The broker's: true when the main thread has to be told that bytes wait. */
  askToTransmit(): boolean {
    return Atomics.exchange(this.#words, word.transmitAsked, 1) === 0;
  }

  /** The main thread's, before it looks for bytes. */
  startToTransmit(): void {
    Atomics.store(this.#words, word.transmitAsked, 0);
  }

  /** The main thread's: it waits for room, and looks once more after this. */
  pause(): void {
    Atomics.store(this.#words, word.paused, 1);
  }

  /** Either side's, once there is room: true for the one that is to go on. */
  resume(): boolean {
    return Atomics.exchange(this.#words, word.paused, 0) === 1;
  }

  get drainedTicket(): number {
    return Atomics.load(this.#words, word.drained);
  }

  set drainedTicket(ticket: number) {
    Atomics.store(this.#words, word.drained, ticket);
  }
}
