import { randomFillSync } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import { RemoteClock, RemoteHal } from '@kanchi/hal/remote';
import { AppCounters } from '../app/counters.ts';
import { runApp } from '../app/run-app.ts';
import type { HostApi } from '../host-api/host-api.ts';
import type { AppWorkerData, AppWorkerMessage } from './worker-message.ts';

/** What the broker has for an app besides the hardware; see `WorkerExecutorOptions.extend`. */
export interface AppServices {
  readonly extension: unknown;
  /** Asks the app's service in the broker. Blocks; throws what `RemoteHal.callService` throws. */
  call(request: Readonly<Record<string, unknown>>): unknown;
}

/**
 * The body of an app's worker thread: runs the app against the broker's hardware and tells how it ended. Whoever adds
 * host APIs of their own (sensors) writes a worker entry that calls this with the longer list.
 */
export function serveAppWorker(createHostApis: (services: AppServices) => readonly HostApi[]): void {
  const port = parentPort;
  if (port === null) {
    throw new TypeError('serveAppWorker runs in a worker thread only');
  }
  const { app, channel, countersBuffer, extension } = workerData as AppWorkerData;
  const tell = (message: AppWorkerMessage): void => port.postMessage(message);
  const hal = new RemoteHal(channel, app.manifest.name);
  const clock = new RemoteClock(hal);
  const exit = runApp(app, {
    hal,
    clock,
    output: {
      log: (entry) => tell({ kind: 'log', entry }),
      standardOutput: (bytes) => tell({ kind: 'standard-output', bytes }),
      standardError: (bytes) => tell({ kind: 'standard-error', bytes }),
    },
    counters: new AppCounters(countersBuffer),
    hostApis: createHostApis({ extension, call: (request) => hal.callService(request) }),
    stopRequested: () => hal.stopRequested(),
    pumpEvents: () => {
      hal.drainEvents();
    },
    fillRandom: (bytes) => {
      randomFillSync(bytes);
    },
    onDenial: (text) => tell({ kind: 'denial', text }),
    onEnding: (exit) => tell({ kind: 'ending', exit }),
  });
  hal.close();
  tell({ kind: 'exit', exit });
}
