import { fileURLToPath } from 'node:url';
import type { Clock } from '../contract/clock.ts';
import type { HalEvent } from '../contract/event.ts';
import type { Hal, HalCapabilities, HalInfo } from '../contract/hal.ts';
import type { UartPort, UartPortRequest, UartWatchOptions } from '../contract/uart.ts';
import { HalError, type HalErrorCode, type HalErrorDetails } from '../error.ts';
import { type ProcessEnd, ProcessLines } from './process-lines.test-support.ts';

interface Answer<Value> {
  readonly value: Value;
  readonly error?: { code: HalErrorCode; message: string; details: HalErrorDetails; errno?: string };
  readonly events: readonly (Omit<HalEvent, 'timeNs'> & { readonly timeNs: string; readonly port: number })[];
}

const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

/**
 * The Linux backend's serial ports in a process of their own (`fixtures/uart-host.mjs`, which runs the built package): its main
 * thread opens ports, and must not be the thread that a test blocks.
 */
export class UartProcess {
  readonly #process: ProcessLines;
  readonly #watches = new Map<number, UartWatchOptions>();
  readonly hal: Hal;
  readonly clock: Clock;

  /** `remote`: every call is made as an app makes it, in a thread that is a client of the broker's. */
  constructor(how: 'direct' | 'remote' = 'direct') {
    this.#process = new ProcessLines(process.execPath, [fixture('uart-host.mjs'), how]);
    this.hal = this.#createHal();
    this.clock = {
      // Both processes read the same monotonic clock.
      nowNs: () => process.hrtime.bigint(),
      wallNs: () => BigInt(Date.now()) * 1_000_000n,
      waitUntil: (deadlineNs) => void this.ask({ action: 'wait', deadlineNs: String(deadlineNs) }),
    };
  }

  /** Descriptors that the process has open. */
  descriptors(): number {
    return this.ask({ action: 'descriptors' });
  }

  /** Memory that the process has, all of its threads. */
  residentBytes(): number {
    return this.ask({ action: 'residentBytes' });
  }

  /** Ports that the main thread has open. */
  servedPorts(): number {
    return this.ask({ action: 'servedPorts' });
  }

  /** Ends the broker's thread in the middle of whatever it has; returns when its ports are closed. */
  killBroker(): void {
    this.ask({ action: 'killBroker' });
  }

  end(): Promise<ProcessEnd> {
    return this.#process.end();
  }

  ask<Value>(request: Readonly<Record<string, unknown>>): Value {
    const { value, error, events } = this.#process.ask<Answer<Value>>(request);
    for (const { port, timeNs, ...event } of events) {
      const watch = this.#watches.get(port);
      watch?.sink.push({ ...event, timeNs: BigInt(timeNs) });
    }
    if (error === undefined) return value;
    const { code, message, details, errno } = error;
    throw new HalError(code, message, { details, ...(errno === undefined ? {} : { errno }) });
  }

  #createHal(): Hal {
    const refuse = (): never => {
      throw new HalError('HAL_NOT_SUPPORTED', 'this process serves serial ports only');
    };
    const about = this.ask<{ info: HalInfo; capabilities: HalCapabilities }>({ action: 'info' });
    return {
      capabilities: about.capabilities,
      info: () => about.info,
      openUartPort: (request) => this.#open(request),
      openGpioLine: refuse,
      openI2cBus: refuse,
      openSpiDevice: refuse,
      openMmioWindow: refuse,
      openPwmChannel: refuse,
      openHandleCount: () => this.ask({ action: 'handles' }),
      close: () => void this.ask({ action: 'closeAll' }),
    };
  }

  #open(request: UartPortRequest): UartPort {
    const port = this.ask<number>({ action: 'open', request });
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
    const close = (): void => void this.ask({ action: 'close', port });
    return {
      read: (buffer, deadlineNs) => {
        const request = { action: 'read', port, length: buffer.length, deadlineNs: String(deadlineNs) };
        const bytes = Buffer.from(this.ask<string>(request), 'hex');
        buffer.set(bytes);
        return bytes.length;
      },
      write: (bytes, deadlineNs) =>
        this.ask({ action: 'write', port, hex: hex(bytes), deadlineNs: String(deadlineNs) }),
      flush: (deadlineNs) => void this.ask({ action: 'flush', port, deadlineNs: String(deadlineNs) }),
      available: () => this.ask({ action: 'available', port }),
      watch: (options) => {
        this.ask({ action: 'watch', port, token: options.token });
        this.#watches.set(port, options);
      },
      unwatch: () => void this.ask({ action: 'unwatch', port }),
      close,
      [Symbol.dispose]: close,
    };
  }
}

/** The far end of a pseudo terminal (`fixtures/pty-peer.py`: Node has no call that makes one). */
export class PtyPeer {
  readonly #process = new ProcessLines('python3', ['-u', fixture('pty-peer.py')]);

  /** A new pair; the earlier one is closed. Returns the path of the port. */
  open(): string {
    return this.#process.ask<{ path: string }>({ action: 'open' }).path;
  }

  /** The settings of the port, words of `struct termios`. */
  flags(): { readonly input: number; readonly control: number } {
    return this.#process.ask({ action: 'flags' });
  }

  /** As another program leaves them. */
  addControlFlags(flags: number): void {
    this.#process.ask({ action: 'addControlFlags', flags });
  }

  /** Blocks until the kernel has taken all of it. */
  send(bytes: Uint8Array): void {
    const hex = Buffer.from(bytes).toString('hex');
    const { unsent } = this.#process.ask<{ unsent: number }>({ action: 'send', hex });
    if (unsent > 0) throw new Error(`${unsent} bytes found no room in the pseudo terminal`);
  }

  received(): Uint8Array {
    return Buffer.from(this.#process.ask<{ hex: string }>({ action: 'received' }).hex, 'hex');
  }

  disconnect(): void {
    this.#process.ask({ action: 'disconnect' });
  }

  end(): Promise<ProcessEnd> {
    return this.#process.end();
  }
}
