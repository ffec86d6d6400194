import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { AppWorkerMessage } from './worker-message.ts';

/** Largest JavaScript heap of an app's thread, MiB; the guest's own memory is limited by the manifest instead. */
export const WORKER_HEAP_MB = 128;

/** What is used of the thread of an app. */
export interface AppThread {
  on(event: 'message', listener: (message: AppWorkerMessage) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'exit', listener: () => void): unknown;
  /** Asks the engine to end it, which it does once it comes out of native code. Does not wait. */
  terminate(): unknown;
}

export type StartThread = (
  entry: URL,
  options: Pick<WorkerOptions, 'workerData' | 'transferList' | 'name'>,
) => AppThread;

export const startWorkerThread: StartThread = (entry, options) =>
  new Worker(entry, {
    ...options,
    // The thread gets nothing of the host's environment and none of its options.
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MB },
  });
