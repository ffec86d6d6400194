import { isMainThread, type MessagePort } from 'node:worker_threads';
import { fileTransfer, loadSerialBinding, type SerialBinding, type SerialTransfer } from './uart-binding.ts';
import type { UartCommand } from './uart-command.ts';
import { MAX_UART_DRAINS, UART_RELEASE_MS } from './uart-limits.ts';
import { loadTerminalCalls, type TerminalCalls } from './uart-line-settings.ts';
import { UartMemory } from './uart-memory.ts';
import { ServedUartPort } from './uart-served-port.ts';

export interface ServeUartPortsOptions {
  /** Gives what opens ports. Default that of the package `serialport`; called when the first port is opened, or by `prepare`. */
  readonly loadBinding?: () => SerialBinding;
  /** What moves bytes of the ports that `binding` opened. Default read(2) and write(2). */
  readonly transfer?: SerialTransfer;
  /** Gives what sets and checks parity and the like. Default system calls; undefined where they are missing: not checked then. */
  readonly loadTerminalCalls?: () => TerminalCalls | undefined;
  /** How long a port that is closed waits for calls to the kernel that are under way, milliseconds. Default UART_RELEASE_MS. */
  readonly releaseMs?: number;
}

export interface UartPortService {
  /** Ports that are open or being opened or closed. */
  readonly portCount: number;
  /**
   * Loads the packages now, so that the first port does not wait for it: that is seconds on a small or busy processor, more than an
   * open may take. Blocks as long. What is missing is told when a port is opened.
   */
  prepare(): void;
  /** Closes all ports and serves no more. Idempotent. */
  close(): Promise<void>;
}

/**
 * Opens serial ports for a broker's thread, whose Linux backend has the other end of `port` (`uartPort` of `createLinuxBackend`).
 * The package `serialport` may be used in the main thread only: in any other the process crashes when a port is opened. Never
 * blocks. Without open ports it does not keep the process alive. When the broker's thread ends, its ports are closed.
 *
 * The main thread must not wait for a call that opens, drains or closes a port: it would wait for itself. Throws TypeError in
 * another thread, unless it is given `loadBinding`.
 */
export function serveUartPorts(port: MessagePort, options: ServeUartPortsOptions = {}): UartPortService {
  const { loadBinding = loadSerialBinding, transfer = fileTransfer, releaseMs = UART_RELEASE_MS } = options;
  if (options.loadBinding === undefined && !isMainThread) {
    throw new TypeError(
      'serveUartPorts works in the main thread only: serialport crashes the process in another',
    );
  }
  let calls: { readonly found: TerminalCalls | undefined } | undefined;
  const loadCalls = (): TerminalCalls | undefined => {
    calls ??= { found: (options.loadTerminalCalls ?? loadTerminalCalls)() };
    return calls.found;
  };
  const ports = new Map<number, ServedUartPort>();
  const drains = new Turns(MAX_UART_DRAINS);

  const open = (command: Extract<UartCommand, { kind: 'open' }>): void => {
    const wakeWords = new Int32Array(command.wake);
    const served = new ServedUartPort(
      {
        memory: new UartMemory(command.memory),
        transfer,
        drains,
        releaseMs,
        wake: () => {
          Atomics.add(wakeWords, command.wakeIndex, 1);
          Atomics.notify(wakeWords, command.wakeIndex);
        },
      },
      command.settings,
    );
    ports.set(command.key, served);
    void served.open(loadBinding, loadCalls, command.path);
  };
  const closeOne = async (key: number): Promise<void> => {
    await ports.get(key)?.close();
    ports.delete(key);
  };
  const closeAll = async (): Promise<void> => {
    await Promise.all([...ports.keys()].map((key) => closeOne(key)));
  };

  port.on('message', (command: UartCommand) => {
    const served = ports.get(command.key);
    switch (command.kind) {
      case 'open':
        open(command);
        return;
      case 'transmit':
        void served?.transmit();
        return;
      case 'resume':
        served?.resume();
        return;
      case 'drain':
        void served?.drain(command.ticket);
        return;
      case 'close':
        void closeOne(command.key);
    }
  });
  port.on('close', () => void closeAll());
  port.unref();
  return {
    get portCount() {
      return ports.size;
    },
    prepare: () => {
      try {
        loadBinding();
        loadCalls();
      } catch {
        // Whoever opens a port hears of it.
      }
    },
    close: async () => {
      port.close();
      await closeAll();
    },
  };
}

/** Lets only so many actions run at the same time; the others wait in order. */
class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async run<T>(action: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await action();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
