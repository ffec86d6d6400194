import type { UartFlowControl, UartParity } from '../contract/uart.ts';

export interface UartSettings {
  readonly baud: number;
  readonly dataBits: 7 | 8;
  readonly parity: UartParity;
  readonly stopBits: 1 | 2;
  readonly flowControl: UartFlowControl;
}

/** What the broker's thread asks of the main thread. Answers are in the memory of the port. */
export type UartCommand =
  | {
      readonly kind: 'open';
      /** Chosen by the broker, not used again. */
      readonly key: number;
      readonly path: string;
      readonly settings: UartSettings;
      /** Of a `UartMemory`. */
      readonly memory: SharedArrayBuffer;
      /** What the broker sleeps on: word `wakeIndex` moves and is notified with every signal. */
      readonly wake: SharedArrayBuffer;
      readonly wakeIndex: number;
    }
  /** Bytes wait to be sent. */
  | { readonly kind: 'transmit'; readonly key: number }
  /** The receive ring has room again. */
  | { readonly kind: 'resume'; readonly key: number }
  /** Tell `ticket` when everything that waits has left. */
  | { readonly kind: 'drain'; readonly key: number; readonly ticket: number }
  /** Bytes that have not left are dropped. */
  | { readonly kind: 'close'; readonly key: number };
