import type { MessagePort } from 'node:worker_threads';
import type { Board } from '@kanchi/runtime';
import type { TimelineEvent } from '@kanchi/sensor-framework';
import type { LineLevels } from '../live-line.ts';

/** What the broker's thread is started with. */
export interface BrokerThreadData {
  readonly board: Board;
  readonly doorbell: SharedArrayBuffer;
  readonly port: MessagePort;
}

export type BrokerThreadReport =
  /** The answer to a question that carried this ticket. */
  | { readonly kind: 'levels'; readonly ticket: number; readonly levels: LineLevels }
  | { readonly kind: 'sensor-event'; readonly event: TimelineEvent };
