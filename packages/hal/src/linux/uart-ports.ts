import type { MessagePort } from 'node:worker_threads';
import type { UartPortRequest } from '../contract/uart.ts';
import { HalError } from '../error.ts';
import { busyError } from '../handle-set.ts';
import type { SysFiles } from './sys.ts';
import type { UartCommand, UartSettings } from './uart-command.ts';
import { MAX_UART_PORTS, UART_ANSWER_MS } from './uart-limits.ts';
import { UartMemory } from './uart-memory.ts';
import { missingPortError, uartOpenError } from './uart-open-error.ts';
import { LinuxUartPort, waitForState } from './uart-port.ts';

/** Fastest speed that termios has a name for, B4000000 (include/uapi/asm-generic/termbits-common.h). */
const MAX_BAUD = 4_000_000;

export interface UartPortsOptions {
  /** To `serveUartPorts` in the main thread. Undefined: there are no serial ports. */
  readonly port: MessagePort | undefined;
  readonly files: SysFiles;
  /** Notified when events wait: see `RealTimeClockOptions.wake`. */
  readonly wake: Int32Array;
  readonly wakeIndex: number;
  /** How long the main thread may take to open or close a port, milliseconds. Default UART_ANSWER_MS. */
  readonly answerMs?: number;
}

interface Owned {
  readonly consumer: string;
  readonly memory: UartMemory;
}

/** The serial ports of a backend: each has one owner, whatever name it was opened by. */
export class UartPorts {
  readonly #options: UartPortsOptions;
  readonly #open = new Set<LinuxUartPort>();
  /** By the path without links. */
  readonly #owners = new Map<string, Owned>();
  /**
   * Of ports that are closed, at most MAX_UART_PORTS. Shared memory is given back to the machine long after nobody has it, and often
   * never: 10,000 rounds of opening and closing took 180 MB.
   */
  readonly #unused: UartMemory[] = [];
  #key = 0;

  constructor(options: UartPortsOptions) {
    this.#options = options;
  }

  get isServed(): boolean {
    return this.#options.port !== undefined;
  }

  /** Blocks until the main thread has opened it. Throws as `Hal.openUartPort`, HAL_TIMEOUT when the main thread does not answer. */
  open(request: UartPortRequest, onClose: (port: LinuxUartPort) => void): LinuxUartPort {
    const { port: main, files, answerMs = UART_ANSWER_MS } = this.#options;
    const settings = settingsOf(request);
    if (main === undefined) {
      throw new HalError(
        'HAL_NOT_SUPPORTED',
        `serial port ${request.port}: this backend runs without the part in the main thread that opens serial ports (serveUartPorts)`,
        { details: { port: request.port } },
      );
    }
    if (!files.exists(request.port)) throw missingPortError(request.port);
    const path = files.realPath(request.port);
    this.#checkFree(path);
    this.#key += 1;
    const key = this.#key;
    const memory = this.#unused.pop() ?? new UartMemory();
    memory.reset();
    const post = (command: UartCommand): void => main.postMessage(command);
    post({
      kind: 'open',
      key,
      path,
      settings,
      memory: memory.buffer,
      wake: this.#options.wake.buffer as SharedArrayBuffer,
      wakeIndex: this.#options.wakeIndex,
    });
    this.#owners.set(path, { consumer: request.consumer, memory });
    try {
      waitForState(memory, ['open', 'failed', 'gone'], `${request.port} open`, answerMs);
    } catch (error) {
      // It may still be opened later.
      post({ kind: 'close', key });
      throw error;
    }
    if (memory.state === 'failed') {
      this.#owners.delete(path);
      post({ kind: 'close', key });
      throw uartOpenError(request.port, path, memory.text);
    }
    const opened = new LinuxUartPort({
      memory,
      key,
      path: request.port,
      consumer: request.consumer,
      post,
      answerMs,
      onClose: (closed) => {
        this.#open.delete(closed);
        onClose(closed);
      },
    });
    this.#open.add(opened);
    return opened;
  }

  /** Hands what has come to the sinks of the watches. */
  drain(): void {
    for (const port of this.#open) port.drain();
  }

  #checkFree(path: string): void {
    for (const [owned, { memory }] of this.#owners) {
      const { state } = memory;
      if (state !== 'closed' && state !== 'failed') continue;
      this.#owners.delete(owned);
      // The main thread has done with it. One that failed it may still write to.
      if (state === 'closed') this.#unused.push(memory);
    }
    const owner = this.#owners.get(path);
    if (owner !== undefined) throw busyError(`serial port ${path}`, owner.consumer);
    if (this.#owners.size >= MAX_UART_PORTS) {
      throw new HalError('HAL_LIMIT_REACHED', `at most ${MAX_UART_PORTS} serial ports`, {
        details: { limit: 'MAX_UART_PORTS', value: MAX_UART_PORTS },
      });
    }
  }
}

function settingsOf(request: UartPortRequest): UartSettings {
  const { port, baud, dataBits = 8, parity = 'none', stopBits = 1, flowControl = 'none' } = request;
  const isAllowed =
    typeof port === 'string' &&
    !port.includes('\0') &&
    Number.isInteger(baud) &&
    baud >= 1 &&
    baud <= MAX_BAUD &&
    [7, 8].includes(dataBits) &&
    [1, 2].includes(stopBits) &&
    ['none', 'even', 'odd'].includes(parity) &&
    ['none', 'rts-cts'].includes(flowControl);
  if (isAllowed) return { baud, dataBits, parity, stopBits, flowControl };
  throw new HalError(
    'HAL_BAD_ARGUMENT',
    `serial port ${String(port)}: not ${baud} baud, ${dataBits} data bits, parity ${parity}, ${stopBits} stop bits, ` +
      `flow control ${flowControl}; a speed is 1 to ${MAX_BAUD} baud`,
    { details: { port: String(port), limit: 'MAX_BAUD', value: MAX_BAUD }, errno: 'EINVAL' },
  );
}
