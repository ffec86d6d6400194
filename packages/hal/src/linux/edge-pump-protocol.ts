import type { MessagePort } from 'node:worker_threads';
import type { PumpedLine } from './edge-pump.ts';

/** What the thread that waits for edges is started with. */
export interface EdgePumpThreadData {
  readonly port: MessagePort;
  readonly wakeDescriptor: number;
  readonly ring: SharedArrayBuffer;
  /** Words of `pumpWord`. */
  readonly words: SharedArrayBuffer;
  /** What sleeps on events: word `wakeIndex` moves and is notified after events. */
  readonly wake: SharedArrayBuffer;
  readonly wakeIndex: number;
}

export type EdgePumpCommand =
  | { readonly kind: 'add'; readonly line: PumpedLine }
  | { readonly kind: 'remove'; readonly key: number }
  | { readonly kind: 'stop' };

export const pumpWord = {
  /** Counts commands that took effect, and the end of the thread; the other side sleeps on it. */
  done: 0,
  /** The answer of the last `remove`: the kernel's number of the last event. */
  lastSequence: 1,
  /** Storms so far. */
  storms: 2,
  /** 1 once the thread has ended, for whatever reason. */
  ended: 3,
} as const;

export const PUMP_WORDS = 4;
