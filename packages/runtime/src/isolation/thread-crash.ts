import type { AppOutcome } from '../app/app-exit.ts';
import { runtimeErrorTable } from '../error.ts';

/** Of Node.js, when a thread reaches the heap limit that it was started with (documentation of `node:errors`). */
const OUT_OF_MEMORY = 'ERR_WORKER_OUT_OF_MEMORY';

/** How an app ended whose thread broke before it could say so. A full heap is the app's doing, all else is the host's. */
export function crashOutcome(appName: string, crash: Error, heapMb: number): AppOutcome {
  const isFull = (crash as { readonly code?: unknown }).code === OUT_OF_MEMORY;
  const code = isFull ? 'KANCHI_TRAP' : 'KANCHI_INTERNAL';
  return {
    reason: isFull ? 'trapped' : 'failed',
    exitCode: runtimeErrorTable[code].exitCode,
    code,
    message: isFull
      ? `app "${appName}" trapped: what the engine keeps for it outside its own memory is more than ${heapMb} MiB, so its thread was ended; pass less to the host in one call, and hold fewer references`
      : `app "${appName}": its thread ended: ${crash.message}`,
    stack: crash.stack,
  };
}
