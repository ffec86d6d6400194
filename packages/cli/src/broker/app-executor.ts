import { WorkerExecutor } from '@kanchi/runtime';
import { oneLine } from '../one-line.ts';
import { createAppExtension, MESSAGE_PAYLOAD_BYTES } from './app-extension.ts';
import { connectionSupervisor } from './connection-supervisor.ts';
import type { HardwareThreads } from './hardware-threads.ts';

/**
 * Runs apps on these threads' hardware, each in a thread of its own. `tell` gets lines on connections that failed and on
 * threads that could not be ended.
 */
export function createAppExecutor(hardware: HardwareThreads, tell: (line: string) => void): WorkerExecutor {
  return new WorkerExecutor({
    brokers: hardware.brokers,
    workerEntry: new URL('./app-worker.js', import.meta.url),
    extend: createAppExtension,
    payloadBytes: MESSAGE_PAYLOAD_BYTES,
    timesStop: hardware.isRecorded,
    connectSupervisor: connectionSupervisor((line) => tell(oneLine(line))),
    tell: (line) => tell(oneLine(line)),
  });
}
