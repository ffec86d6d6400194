import type { MessagePort } from 'node:worker_threads';
import type { Board } from '@kanchi/runtime';
import type { TimelineEvent } from '@kanchi/sensor-framework';
import type { HubClientState, SensorState } from '@kanchi/sensor-framework/hub';
import type { BackendName } from '../backend.ts';
import type { LineLevels } from '../live-line.ts';

/** What a broker's thread is started with. */
export interface BrokerThreadData {
  readonly backend: BackendName;
  /** Only what this thread owns. */
  readonly board: Board;
  readonly doorbell: SharedArrayBuffer;
  readonly port: MessagePort;
  /** For the Linux backend: see `serveMainThreadDevices`. */
  readonly uartPort?: MessagePort;
  readonly onoffPort?: MessagePort;
}

/** What a broker's thread knows of its part of the board now. */
export interface BrokerThreadState {
  readonly levels: LineLevels;
  readonly sensors: readonly SensorState[];
  readonly clients: readonly HubClientState[];
}

export type BrokerThreadReport =
  /** The hardware is there and the sensors are open. */
  | { readonly kind: 'ready' }
  /** It is not, and the thread ends. `code` is one of the runtime's. */
  | { readonly kind: 'failed'; readonly code: string; readonly text: string }
  /** The answer to a question, which is its ticket. */
  | { readonly kind: 'state'; readonly ticket: number; readonly state: BrokerThreadState }
  | { readonly kind: 'sensor-event'; readonly event: TimelineEvent }
  /** A message for a host waits in the router. */
  | { readonly kind: 'host-message' };

/** Who is told what happens in the threads. */
export interface HardwareListener {
  /** A sensor or bus failed or came back. */
  sensorEvent(event: TimelineEvent): void;
  /** A message for a host waits in the router. */
  hostMessage?(): void;
}
