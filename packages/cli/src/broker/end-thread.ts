import type { Worker } from 'node:worker_threads';

/** How long a thread that was terminated may take to end, milliseconds. One that is blocked in the kernel does not end. */
export const TERMINATE_TIMEOUT_MS = 1_000;

/**
 * Resolves when the thread, which was asked to stop, has answered that (`stopped`) and ended. When that fails, the thread is
 * terminated; one that is blocked in the kernel is left behind, and `leftBehind` is called: a process that ends in order waits
 * for it. Rejects as `stopped` does.
 */
export async function endThread(
  worker: Worker,
  stopped: Promise<unknown>,
  leftBehind: () => void,
): Promise<void> {
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  try {
    await stopped;
    await ended;
  } catch (error) {
    if (!(await hasTerminated(worker))) leftBehind();
    throw error;
  }
}

/** False when it has not after TERMINATE_TIMEOUT_MS; it does not keep the event loop going any more. */
async function hasTerminated(worker: Worker): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), TERMINATE_TIMEOUT_MS);
  });
  const hasEnded = await Promise.race([worker.terminate().then(() => true as const), late]);
  clearTimeout(timer);
  worker.unref();
  return hasEnded;
}
