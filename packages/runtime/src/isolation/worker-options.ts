import type { Transferable } from 'node:worker_threads';
import type { RemoteChannelBuffers, Revocations } from '@kanchi/hal/remote';
import type { AppPackage } from '../app/app-host.ts';
import type { StartThread } from './app-thread.ts';

/** See `HardwareBroker.detach`: what the broker shares with the client is in use until then. */
export const DETACH_UNDER_WAY = 'under-way';

/** The thread that owns the hardware. */
export interface HardwareBroker {
  /** What the broker sleeps on; every client rings it. */
  readonly doorbell: SharedArrayBuffer;
  /** Serves a new client; its first call waits until this took effect. */
  attach(clientId: string, channel: RemoteChannelBuffers, extension: unknown): void;
  /**
   * Closes everything that the client holds (safe levels first); resolves when that is done, or with DETACH_UNDER_WAY when its
   * thread hangs, which does it when it comes back.
   */
  detach(clientId: string): Promise<unknown>;
  /** The same for some of it; the client is served on. */
  revoke(clientId: string, revocations: Revocations): Promise<void>;
}

/** A thread that owns some buses, so that what happens on them delays nothing else. */
export interface BusBroker {
  /** For the app's side, e.g. `i2c-1`; empty for the one that owns the rest. */
  readonly name: string;
  /** Numbers of the buses that it owns. */
  readonly i2cBuses: readonly number[];
  readonly spiBuses: readonly number[];
  readonly broker: HardwareBroker;
}

/** What the thread that starts apps does for one of them, e.g. its network connections. */
export interface SupervisorService {
  /** For the app's thread: cloned, `transfer` is moved. */
  readonly extension: unknown;
  readonly transfer: readonly Transferable[];
  /** The app has lost these permissions (`kind:label`). */
  revoke?(targets: readonly string[]): void;
  /** The app is over, its thread perhaps not: resolves when all that it had is let go of. */
  close(): Promise<void>;
}

export interface WorkerExecutorOptions {
  /** At least one. The first owns everything that no other owns. */
  readonly brokers: readonly BusBroker[];
  readonly stopGraceMs?: number;
  /** Worker entry; the default knows the host APIs of this package. */
  readonly workerEntry?: URL;
  /**
   * Makes what a host API of another package shares between the app's thread (`AppService.extension`) and a broker's,
   * once for each app and broker: a value that can be cloned, e.g. shared memory.
   */
  readonly extend?: () => unknown;
  /** Most bytes of one call of an app to a broker, and of its answer. Default: that of the channel (`hal/remote`). */
  readonly payloadBytes?: number;
  /** Exits say when the app was stopped (`AppExit.stopBetweenNs`), for a recording. Default false: each look for a stop costs a read of the clock. */
  readonly timesStop?: boolean;
  /** Called once for each app. `wake` ends the wait of the app's thread. Default: nothing. */
  readonly connectSupervisor?: (app: AppPackage, wake: () => void) => SupervisorService | undefined;
  /** Gets a line for people on a thread that could not be ended (`StuckThreads`). Default: nobody. */
  readonly tell?: (line: string) => void;
  /** Starts an app's thread. Default: a worker. */
  readonly startThread?: StartThread;
  /** Runs `action` after that many milliseconds; returns a function that cancels it. Tests inject their own. */
  readonly after?: (delayMs: number, action: () => void) => () => void;
  /** As `after`, for the looks at whether an app hangs: such a timer does not keep the process. */
  readonly lookAfter?: (delayMs: number, action: () => void) => () => void;
  /** The monotonic clock of the apps' threads, nanoseconds. */
  readonly nowNs?: () => bigint;
}

/** With every default filled in. */
export type FilledOptions = Required<Omit<WorkerExecutorOptions, 'payloadBytes'>> &
  Pick<WorkerExecutorOptions, 'payloadBytes'>;
