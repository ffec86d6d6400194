import type { MessagePort } from 'node:worker_threads';
import type { Board } from '@kanchi/runtime';
import type { LineLevels } from '../live-line.ts';

/** What the broker's thread is started with. */
export interface BrokerThreadData {
  readonly board: Board;
  readonly doorbell: SharedArrayBuffer;
  readonly port: MessagePort;
}

/** The answer to a question that carried this ticket. */
export interface BrokerThreadReport {
  readonly ticket: number;
  readonly levels: LineLevels;
}
