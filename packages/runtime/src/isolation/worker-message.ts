import type { RemoteChannelBuffers } from '@kanchi/hal/remote';
import type { AppExit } from '../app/app-exit.ts';
import type { AppPackage } from '../app/app-host.ts';
import type { LogEntry } from '../app/app-log.ts';
import type { NarrowingEnd } from './worker-narrowing.ts';

/** What a worker is started with. Everything in it can be cloned; the buffers are shared. */
export interface AppWorkerData {
  readonly app: AppPackage;
  readonly countersBuffer: SharedArrayBuffer;
  readonly turnsBuffer: SharedArrayBuffer;
  readonly backlogBuffer: SharedArrayBuffer;
  /** One for each broker, the main one first. */
  readonly links: readonly AppLink[];
  /** `SupervisorService.extension`; undefined without one. */
  readonly supervisor: unknown;
  readonly narrowing: NarrowingEnd;
  /** See `WorkerExecutorOptions.timesStop`. */
  readonly timesStop: boolean;
}

/** An app's way to one broker. */
export interface AppLink {
  /** Name of the broker's buses; empty for the main one. */
  readonly name: string;
  readonly i2cBuses: readonly number[];
  readonly spiBuses: readonly number[];
  readonly channel: RemoteChannelBuffers;
  /** What the executor's `extend` gave, shared with the broker. */
  readonly extension: unknown;
}

/** What a worker tells the thread that started it. */
export type AppWorkerMessage =
  | { readonly kind: 'log'; readonly entry: LogEntry }
  | { readonly kind: 'standard-output'; readonly bytes: Uint8Array }
  | { readonly kind: 'standard-error'; readonly bytes: Uint8Array }
  | { readonly kind: 'denial'; readonly text: string }
  /** The thread has loaded; the app comes next. */
  | { readonly kind: 'begun' }
  /** `on_init` has returned. */
  | { readonly kind: 'ready' }
  /** A host call ended the guest with this outcome; its code may still run. */
  | { readonly kind: 'ending'; readonly exit: AppExit }
  | { readonly kind: 'exit'; readonly exit: AppExit };
