import type { AppExit } from '../app/app-exit.ts';
import type { AppPackage } from '../app/app-host.ts';
import type { AppOutput } from '../app/app-log.ts';
import type { AppCounters } from '../app/counters.ts';
import type { Narrowing } from '../policy/app-permissions.ts';

/** Where an app's output and denials go, whatever thread it runs in. Called on the thread that started it. */
export interface AppListener extends AppOutput {
  /** A refused call, told once per rule. */
  denial(text: string): void;
  /**
   * Runs `action` once all that was given so far has left the process: until then it counts as waiting (`OutputBacklog`). Left out: at once.
   */
  readonly afterWritten?: (action: () => void) => void;
}

/** What a changed policy has taken from a running app. */
export interface Narrowed {
  /** What lost something (`kind:label`); empty when nothing did, and when the app has ended. */
  readonly targets: readonly string[];
  /**
   * Fulfilled when what was open under them is closed and outputs are at their safe levels. Rejects with what the HAL throws when
   * something could not be closed; calls are refused all the same.
   */
  readonly closed: Promise<void>;
}

/** An app that was started. One interface for inline and worker execution. */
export interface AppExecution {
  readonly appName: string;
  /** What it did so far; cells may be one call behind in another thread. */
  readonly counters: AppCounters;
  /**
   * Fulfilled once, when the app is over and its handles are closed (outputs at their safe levels). Its thread has ended then, or
   * could not be ended in time and has nothing any more (`threadsStuck`). Never rejects.
   */
  readonly exited: Promise<AppExit>;
  /** Fulfilled when a callback-style app has come out of `on_init`, and when any app has ended. Never rejects. */
  readonly ready: Promise<void>;
  /** Fulfilled when the thread of the app has loaded and the app begins, and when it has ended. Never rejects. */
  readonly begun: Promise<void>;
  /**
   * Takes back what the policy does not allow, while the app runs and whatever it does: calls are refused from the return on.
   * Never gives anything. Does not block: what was open is closed after it, see `Narrowed`.
   * Throws RuntimeError KANCHI_POLICY_INVALID, and nothing has changed then.
   */
  narrow(narrowing: Narrowing): Narrowed;
  /** Asks it to end: its waits return early and it gets the stop event. Idempotent, does not block. */
  requestStop(): void;
  /** Ends it without asking: from now on it has nothing, whatever its thread does. Idempotent, does not block. */
  terminate(): void;
}

/** Starts apps: inline on the calling thread, or each in a worker of its own. */
export interface AppExecutor {
  start(app: AppPackage, listener: AppListener): AppExecution;
}
