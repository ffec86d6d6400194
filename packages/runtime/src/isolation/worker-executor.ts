import { createRemoteChannel, createWake } from '@kanchi/hal/remote';
import type { AppPackage } from '../app/app-host.ts';
import { underPolicy } from '../policy/limit-caps.ts';
import { AppMemories } from './app-memory.ts';
import { startWorkerThread } from './app-thread.ts';
import type { AppExecution, AppExecutor, AppListener } from './execution.ts';
import { StuckThreads } from './stuck-threads.ts';
import { WorkerExecution } from './worker-execution.ts';
import type { FilledOptions, WorkerExecutorOptions } from './worker-options.ts';

/** How long an app that was asked to stop may take before its thread is ended, milliseconds. */
export const STOP_GRACE_MS = 1000;

/**
 * Runs each app in a worker thread of its own. An app is over when its thread has ended or, whatever the thread does,
 * THREAD_END_LIMIT_MS after it was told to end (docs/adr/0025-threads-that-cannot-be-ended.md).
 */
export class WorkerExecutor implements AppExecutor {
  readonly #options: FilledOptions;
  #started = 0;
  readonly #memories: AppMemories;
  readonly #stuck: StuckThreads;

  constructor(options: WorkerExecutorOptions) {
    this.#options = {
      stopGraceMs: STOP_GRACE_MS,
      workerEntry: new URL('./app-worker.js', import.meta.url),
      extend: () => undefined,
      timesStop: false,
      connectSupervisor: () => undefined,
      tell: () => {},
      startThread: startWorkerThread,
      after: (delayMs, action) => {
        const timer = setTimeout(action, delayMs);
        return () => clearTimeout(timer);
      },
      lookAfter: (delayMs, action) => {
        const timer = setTimeout(action, delayMs).unref();
        return () => clearTimeout(timer);
      },
      nowNs: () => process.hrtime.bigint(),
      ...options,
    };
    const { brokers, payloadBytes, extend, nowNs, tell } = this.#options;
    this.#stuck = new StuckThreads(nowNs, tell);
    const payload = payloadBytes === undefined ? {} : { payloadBytes };
    this.#memories = new AppMemories(() => {
      const wake = createWake();
      return {
        wake,
        links: brokers.map(({ broker: { doorbell } }) => ({
          channel: createRemoteChannel({ doorbell, wake, ...payload }),
          extension: extend(),
        })),
      };
    });
  }

  /** Threads of apps that are over which could not be ended yet. */
  get stuckThreads(): number {
    return this.#stuck.count;
  }

  /** Throws RuntimeError KANCHI_THREADS_STUCK. */
  start(app: AppPackage, listener: AppListener): AppExecution {
    this.#stuck.checkRoom(app.manifest.name);
    this.#started += 1;
    return new WorkerExecution(
      underPolicy(app),
      listener,
      `${app.manifest.name}#${this.#started}`,
      this.#options,
      this.#memories,
      this.#stuck,
    );
  }
}
