import type { HalEventSink } from './event.ts';

export type UartParity = 'none' | 'even' | 'odd';
export type UartFlowControl = 'none' | 'rts-cts';

export interface UartPortRequest {
  /** Device path (`/dev/serial0`), or the name of a simulated port. */
  readonly port: string;
  readonly consumer: string;
  readonly baud: number;
  readonly dataBits?: 7 | 8;
  readonly parity?: UartParity;
  readonly stopBits?: 1 | 2;
  readonly flowControl?: UartFlowControl;
}

export interface UartWatchOptions {
  readonly sink: HalEventSink;
  readonly token: number;
}

/**
 * One serial port, owned by one consumer.
 *
 * Errors: HAL_DISCONNECTED once the far end is gone and every received byte was read, HAL_UART_*, HAL_OVERRUN (bytes
 * were lost because the receive buffer was full; told once, then reading goes on), HAL_CLOSED.
 */
export interface UartPort {
  /**
   * Takes received bytes, at most `buffer.length`. Blocks until at least one is there or `deadlineNs` (monotonic) has
   * passed; a deadline in the past never blocks. Returns how many, 0 only at the deadline.
   */
  read(buffer: Uint8Array, deadlineNs: bigint): number;

  /** Hands over bytes; returns how many were taken, fewer only at the deadline. */
  write(bytes: Uint8Array, deadlineNs: bigint): number;

  /** Blocks until everything written has left, at most until `deadlineNs`, then throws HAL_TIMEOUT. */
  flush(deadlineNs: bigint): void;

  /** Bytes that `read` can return without waiting. */
  available(): number;

  /**
   * Starts `uart-readable` events (one for the bytes that wait already, and one each time that the receive buffer goes from empty
   * to not empty) and the `uart-closed` event (once). Replaces an earlier watch; never pushes from inside this call.
   */
  watch(options: UartWatchOptions): void;
  unwatch(): void;

  close(): void;
  [Symbol.dispose](): void;
}

/** Nanoseconds of one character on the wire: start bit, data bits, parity bit, stop bits. */
export function uartCharacterNs(
  request: Pick<UartPortRequest, 'baud' | 'dataBits' | 'parity' | 'stopBits'>,
): bigint {
  const bits =
    1 + (request.dataBits ?? 8) + ((request.parity ?? 'none') === 'none' ? 0 : 1) + (request.stopBits ?? 1);
  return BigInt(Math.round((bits * 1e9) / request.baud));
}
