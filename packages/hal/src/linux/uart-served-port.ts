import { setTimeout as delay } from 'node:timers/promises';
import type { SerialBinding, SerialPortBinding, SerialTransfer } from './uart-binding.ts';
import type { UartSettings } from './uart-command.ts';
import { UART_CHUNK_BYTES, UART_WRITE_PAUSE_MS } from './uart-limits.ts';
import { applyUartSettings, type TerminalCalls } from './uart-line-settings.ts';
import type { UartMemory } from './uart-memory.ts';

export interface ServedUartPortParts {
  readonly memory: UartMemory;
  readonly transfer: SerialTransfer;
  /** Wakes the broker after the port's own signal. */
  readonly wake: () => void;
  /** See `ServeUartPortsOptions.releaseMs`. */
  readonly releaseMs: number;
  /** Runs a wait for the line; only so many run at the same time. */
  readonly drains: { run<T>(action: () => Promise<T>): Promise<T> };
}

/** The main thread's side of one serial port. Nothing here blocks, and nothing is thrown: what fails is told in the memory. */
export class ServedUartPort {
  readonly #parts: ServedUartPortParts;
  readonly #settings: UartSettings;
  /** Reads and writes under way: the descriptor must not be closed, and its number given to another file, meanwhile. */
  readonly #underWay = new Set<Promise<unknown>>();
  #serial: SerialPortBinding | undefined;
  #isTransmitting = false;
  /** The memory is not this port's any more: a call to the kernel that ends later must not touch it. */
  #isClosed = false;
  #ended: Promise<void> | undefined;
  #resume: (() => void) | undefined;
  #opening: Promise<void> = Promise.resolve();
  #released: Promise<void> = Promise.resolve();

  constructor(parts: ServedUartPortParts, settings: UartSettings) {
    this.#parts = parts;
    this.#settings = settings;
  }

  open(
    loadBinding: () => SerialBinding,
    loadCalls: () => TerminalCalls | undefined,
    path: string,
  ): Promise<void> {
    this.#opening = this.#open(loadBinding, loadCalls, path);
    return this.#opening;
  }

  /** Sends what waits, unless that is under way. */
  async transmit(): Promise<void> {
    if (this.#isClosed) return;
    const { memory } = this.#parts;
    memory.startToTransmit();
    if (this.#isTransmitting) return;
    this.#isTransmitting = true;
    const chunk = new Uint8Array(UART_CHUNK_BYTES);
    try {
      while (this.#isUsable && memory.transmitted.count > 0) {
        const length = memory.transmitted.peek(chunk);
        const count = await this.#attempt((fileDescriptor) =>
          this.#parts.transfer.write(fileDescriptor, chunk.subarray(0, length)),
        );
        if (count === undefined) await delay(UART_WRITE_PAUSE_MS, undefined, { ref: false });
        else {
          memory.transmitted.drop(count);
          this.#signal();
        }
      }
    } catch (error) {
      this.#gone(textOf(error));
    } finally {
      this.#isTransmitting = false;
    }
  }

  async drain(ticket: number): Promise<void> {
    const { memory, drains } = this.#parts;
    try {
      while (this.#isUsable && memory.transmitted.count > 0) {
        await this.transmit();
        await delay(UART_WRITE_PAUSE_MS, undefined, { ref: false });
      }
      await drains.run(() => this.#attempt(() => (this.#serial as SerialPortBinding).drain()));
      if (this.#isClosed) return;
      memory.drainedTicket = ticket;
      this.#signal();
    } catch (error) {
      this.#gone(textOf(error));
    }
  }

  /** The broker took received bytes. */
  resume(): void {
    this.#resume?.();
  }

  close(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  get #isUsable(): boolean {
    return this.#serial !== undefined && this.#ended === undefined;
  }

  async #open(
    loadBinding: () => SerialBinding,
    loadCalls: () => TerminalCalls | undefined,
    path: string,
  ): Promise<void> {
    const { baud, dataBits, parity, stopBits, flowControl } = this.#settings;
    try {
      this.#serial = await loadBinding().open({
        path,
        baudRate: baud,
        dataBits,
        parity,
        stopBits,
        rtscts: flowControl === 'rts-cts',
      });
      const calls = loadCalls();
      const { fd } = this.#serial;
      if (calls !== undefined && fd !== null) await applyUartSettings(calls, fd, this.#settings);
    } catch (error) {
      // First, as the port may be opened again once this is told.
      await this.#release();
      this.#parts.memory.text = textOf(error);
      this.#tell('failed');
      return;
    }
    // Else it was closed while it was opened.
    if (!this.#isUsable) return;
    this.#tell('open');
    void this.#receive();
  }

  async #end(): Promise<void> {
    this.#resume?.();
    await this.#opening;
    await this.#release();
    this.#isClosed = true;
    this.#tell('closed');
  }

  async #receive(): Promise<void> {
    const { memory, transfer } = this.#parts;
    const buffer = new Uint8Array(UART_CHUNK_BYTES);
    try {
      while (this.#isUsable) {
        const length = await this.#roomToReceive();
        if (length === 0) continue;
        const count = await this.#attempt((fileDescriptor) =>
          transfer.read(fileDescriptor, buffer.subarray(0, length)),
        );
        // What a terminal gives once it was hung up.
        if (count === 0) throw new Error('end of file');
        if (count === undefined) await this.#readable();
        else {
          memory.receivedNs = process.hrtime.bigint();
          memory.received.put(buffer.subarray(0, count));
          this.#signal();
        }
      }
    } catch (error) {
      this.#gone(textOf(error));
    }
  }

  /** How much may be read: with flow control only what finds room, so that the kernel stops the far end. 0: look again. */
  async #roomToReceive(): Promise<number> {
    const { received } = this.#parts.memory;
    if (this.#settings.flowControl !== 'rts-cts') return UART_CHUNK_BYTES;
    if (received.room > 0) return Math.min(received.room, UART_CHUNK_BYTES);
    const { memory } = this.#parts;
    await new Promise<void>((resolve) => {
      this.#resume = resolve;
      memory.pause();
      // The broker made room before it could see that it is waited for.
      if (received.room > 0 && memory.resume()) resolve();
    });
    this.#resume = undefined;
    return 0;
  }

  #readable(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.#isUsable) resolve();
      else this.#serial?.poller.once('readable', (error) => (error === null ? resolve() : reject(error)));
    });
  }

  /** Runs an action on the descriptor. Undefined when the port is closed: before, without having run it, or by its end. */
  async #attempt<T>(action: (fileDescriptor: number) => Promise<T>): Promise<T | undefined> {
    const fileDescriptor = this.#serial?.fd ?? undefined;
    if (fileDescriptor === undefined || this.#ended !== undefined) return undefined;
    const underWay = action(fileDescriptor);
    this.#underWay.add(underWay);
    try {
      const result = await underWay;
      return this.#isClosed ? undefined : result;
    } finally {
      this.#underWay.delete(underWay);
    }
  }

  /** The far end went, or the port failed: it is of no use any more, and its node may be wanted for the next one. */
  #gone(text: string): void {
    if (this.#ended !== undefined || this.#parts.memory.state !== 'open') return;
    const { memory } = this.#parts;
    memory.text = text;
    memory.goneNs = process.hrtime.bigint();
    this.#tell('gone');
    void this.#release();
  }

  #release(): Promise<void> {
    const serial = this.#serial;
    this.#serial = undefined;
    if (serial !== undefined) this.#released = this.#closeSerial(serial);
    return this.#released;
  }

  async #closeSerial(serial: SerialPortBinding): Promise<void> {
    try {
      // Ends waits for the line, and keeps close(2) from waiting for it (30 s: closing_wait of drivers/tty/serial/serial_core.c).
      await serial.flush();
    } catch {
      // A port that is gone.
    }
    await Promise.race([
      Promise.allSettled(this.#underWay),
      delay(this.#parts.releaseMs, undefined, { ref: false }),
    ]);
    try {
      await serial.close();
    } catch {
      // The descriptor is closed all the same (close(2), "Dealing with error returns").
    }
  }

  #tell(state: 'open' | 'failed' | 'gone' | 'closed'): void {
    this.#parts.memory.state = state;
    this.#signal();
  }

  #signal(): void {
    this.#parts.memory.signal();
    this.#parts.wake();
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
