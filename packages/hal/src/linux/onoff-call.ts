import type { Level, LineDirection, LineEdges } from '../contract/gpio.ts';
import type { HalErrorCode, HalErrorDetails } from '../error.ts';

/** What the broker's thread and the main thread share; made by the broker. */
export interface OnoffShared {
  /** Word 0 counts answers; the broker sleeps on it. */
  readonly words: SharedArrayBuffer;
  /** Ring of edges (`EventRingWriter`), the token is the watch. */
  readonly ring: SharedArrayBuffer;
  /** What the broker sleeps on otherwise: word `wakeIndex` moves and is notified after an edge. */
  readonly wake: SharedArrayBuffer;
  readonly wakeIndex: number;
}

/** One call of the broker to the main thread. `line` is a number that the broker chose, not used again. */
export type OnoffCall =
  | { readonly kind: 'attach'; readonly shared: OnoffShared }
  | {
      readonly kind: 'open';
      readonly line: number;
      /** The kernel's number of the line in sysfs. */
      readonly sysfsNumber: number;
      /** For errors. */
      readonly name: string;
      readonly direction: LineDirection;
      readonly activeLow: boolean;
      readonly initialLevel: Level;
      /** Driven before the line is let go of, also when the broker is gone. */
      readonly safeLevel?: Level;
    }
  | { readonly kind: 'read'; readonly line: number }
  | { readonly kind: 'write'; readonly line: number; readonly level: Level }
  | {
      readonly kind: 'watch';
      readonly line: number;
      readonly watch: number;
      readonly edges: LineEdges;
      readonly debounceUs: number;
    }
  | { readonly kind: 'unwatch'; readonly line: number }
  | { readonly kind: 'close'; readonly line: number };

export interface OnoffRequest {
  readonly ticket: number;
  readonly call: OnoffCall;
}

export interface OnoffAnswer {
  readonly ticket: number;
  /** The level of a `read`. */
  readonly level?: Level;
  readonly error?: {
    readonly code: HalErrorCode;
    readonly message: string;
    readonly details: HalErrorDetails;
    readonly errno: string | undefined;
  };
}
