import { WorkerExecutor } from '@kanchi/runtime';
import { connectionSupervisor } from './app-connections.ts';
import { createAppExtension, MESSAGE_PAYLOAD_BYTES } from './app-extension.ts';
import type { HardwareThreads } from './hardware-threads.ts';

/** Runs apps on these threads' hardware, each in a thread of its own. `tell` gets lines on connections that failed. */
export function createAppExecutor(hardware: HardwareThreads, tell: (line: string) => void): WorkerExecutor {
  return new WorkerExecutor({
    brokers: hardware.brokers,
    workerEntry: new URL('./app-worker.js', import.meta.url),
    extend: createAppExtension,
    payloadBytes: MESSAGE_PAYLOAD_BYTES,
    connectSupervisor: connectionSupervisor((line) => tell(oneLine(line))),
  });
}

/** What a manifest or the system can put into the text must not make a second line of it. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
}
