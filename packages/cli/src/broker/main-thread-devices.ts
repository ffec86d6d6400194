import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { serveOnoffLines, serveUartPorts } from '@kanchi/hal/linux';
import type { Board } from '@kanchi/runtime';

/** What two packages do for a thread that owns hardware: they crash the process in any other thread than the main one. */
export interface MainThreadDevices {
  /** For the thread that owns hardware. */
  readonly ends: { readonly uartPort: MessagePort; readonly onoffPort: MessagePort };
  /** Closes what is still open. To be called when that thread has ended. */
  close(): Promise<void>;
}

/**
 * Opens serial ports, and lines where there is no better way, for one thread. The package for serial ports is loaded at once when the
 * board has some, nothing else before it is asked for.
 */
export function serveMainThreadDevices(board: Pick<Board, 'uartPorts'>): MainThreadDevices {
  const uart = new MessageChannel();
  const onoff = new MessageChannel();
  const ports = serveUartPorts(uart.port1);
  if (board.uartPorts.size > 0) ports.prepare();
  const lines = serveOnoffLines(onoff.port1);
  return {
    ends: { uartPort: uart.port2, onoffPort: onoff.port2 },
    close: async () => {
      await ports.close();
      lines.close();
      uart.port1.close();
      onoff.port1.close();
    },
  };
}
