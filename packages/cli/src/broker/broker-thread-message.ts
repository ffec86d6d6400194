import type { MessagePort } from 'node:worker_threads';
import type { Board } from '@kanchi/runtime';
import type { TimelineEvent } from '@kanchi/sensor-framework';
import type { HubClientState, SensorState } from '@kanchi/sensor-framework/hub';
import type { SensorAnswer } from '@kanchi/sensor-framework/placement';
import type { BackendName } from '../backend.ts';
import type { LineLevels } from '../live-line.ts';
import type { RecordingOutcome } from '../record-session.ts';

/** What a broker's thread is started with. */
export interface BrokerThreadData {
  readonly backend: BackendName;
  /** Only what this thread owns. */
  readonly board: Board;
  /** It notes the step of a read that it is in at DOORBELL_NOTE_OFFSET; see `RunningStepWriter`. */
  readonly doorbell: SharedArrayBuffer;
  readonly port: MessagePort;
  /** For the Linux backend: see `serveMainThreadDevices`. */
  readonly uartPort?: MessagePort;
  readonly onoffPort?: MessagePort;
  /** Descriptor of the file that a recording goes to. */
  readonly recordTo?: number;
  /** Descriptor of the file that outputs are noted in for a guard. */
  readonly heldOutputs?: number;
}

/** What a broker's thread is sent. */
export interface BrokerThreadQuestion {
  /** Asks for the state, which comes with this number. */
  readonly ticket?: number;
  /** Asks the sensor service of COMMAND_CLIENT; the answers come with the number. All are done before a sensor is read. */
  readonly ask?: {
    readonly ticket: number;
    readonly requests: readonly Readonly<Record<string, unknown>>[];
  };
  /** For a recording: see `RecordingHal.noteStop`. Of the monotonic clock. */
  readonly stopBetweenNs?: readonly [afterNs: bigint, seenNs: bigint | undefined];
}

/** What a broker's thread knows of its part of the board now. */
export interface BrokerThreadState {
  readonly levels: LineLevels;
  readonly sensors: readonly SensorState[];
  readonly clients: readonly HubClientState[];
}

export type BrokerThreadReport =
  /** The hardware is there and the sensors are open. */
  | { readonly kind: 'ready'; readonly state: BrokerThreadState }
  /** It is not, and the thread ends. `code` is one of the runtime's. */
  | { readonly kind: 'failed'; readonly code: string; readonly text: string }
  /** The answer to a question, which is its ticket. */
  | { readonly kind: 'state'; readonly ticket: number; readonly state: BrokerThreadState }
  /** To `ask`. */
  | { readonly kind: 'answers'; readonly ticket: number; readonly answers: readonly SensorAnswer[] }
  | { readonly kind: 'sensor-event'; readonly event: TimelineEvent }
  /** A message for a host waits in the router. */
  | { readonly kind: 'host-message' }
  /** Messages between apps, or for hosts, are lost: a line for people. */
  | { readonly kind: 'messages-lost'; readonly line: string }
  /** The last one, where something was recorded. */
  | { readonly kind: 'recorded'; readonly outcome: RecordingOutcome };

/** Who is told what happens in the threads. */
export interface HardwareListener {
  /** A sensor or bus failed or came back. */
  sensorEvent(event: TimelineEvent): void;
  /** A message for a host waits in the router. */
  hostMessage?(): void;
  /** Messages between apps, or for hosts, are lost. */
  messagesLost?(line: string): void;
  /** The recording has its end. */
  recorded?(outcome: RecordingOutcome): void;
}
