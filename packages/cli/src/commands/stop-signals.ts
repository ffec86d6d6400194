import type { AppExecution } from '@kanchi/runtime';
import type { ConsoleIo } from '../console-io.ts';

/**
 * Signals that come this soon after one another are one press of Ctrl-C, milliseconds: the terminal sends it to the whole
 * process group, and npm passes what it gets on to the command that has it already.
 */
const ONE_PRESS_MS = 300;
/** Ctrl-C, a service manager's stop, and the terminal's end. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What the next signal means: ask the app to stop, end it, end the process, or nothing new. `nowMs` is any clock that only goes on. */
export function createSignalSteps(nowMs: () => number): () => 'ask' | 'end' | 'kill' | 'none' {
  let lastMs: number | undefined;
  let presses = 0;
  return () => {
    const atMs = nowMs();
    const isNew = lastMs === undefined || atMs - lastMs >= ONE_PRESS_MS;
    lastMs = atMs;
    if (!isNew) return 'none';
    presses += 1;
    if (presses === 1) return 'ask';
    return presses === 2 ? 'end' : 'kill';
  };
}

/**
 * The first signal asks the app to stop, a second one ends it, a third one the process, whatever it is in: where outputs are real
 * the guard brings them to their safe states then. `onHangUp`: what SIGHUP means instead, as for any program that goes on without
 * a terminal. Returns what takes the handlers away.
 */
export function stopOnSignals(
  execution: Pick<AppExecution, 'requestStop' | 'terminate'>,
  onHangUp?: () => void,
): () => void {
  const next = createSignalSteps(() => performance.now());
  const stop = (): void => {
    const step = next();
    if (step === 'ask') {
      execution.requestStop();
    } else if (step === 'end') {
      execution.terminate();
    } else if (step === 'kill') {
      process.kill(process.pid, 'SIGKILL');
    }
  };
  const handlerOf = (signal: (typeof signals)[number]): (() => void) =>
    signal === 'SIGHUP' ? (onHangUp ?? stop) : stop;
  for (const signal of signals) {
    process.on(signal, handlerOf(signal));
  }
  return () => {
    for (const signal of signals) {
      process.off(signal, handlerOf(signal));
    }
  };
}

/**
 * Resolves at the first signal, when nobody reads the output any more, or when `until` aborts. `onHangUp` as in
 * `stopOnSignals`.
 */
export async function untilSignal(
  io: Pick<ConsoleIo, 'onOutputLost'>,
  until?: AbortSignal,
  onHangUp?: () => void,
): Promise<void> {
  await new Promise<void>((resolve) => {
    let forget = (): void => {};
    const handlerOf = (signal: (typeof signals)[number]): (() => void) =>
      signal === 'SIGHUP' ? (onHangUp ?? stop) : stop;
    const stop = (): void => {
      for (const signal of signals) {
        process.off(signal, handlerOf(signal));
      }
      until?.removeEventListener('abort', stop);
      forget();
      resolve();
    };
    for (const signal of signals) {
      process.on(signal, handlerOf(signal));
    }
    until?.addEventListener('abort', stop);
    // Calls `stop` at once when the output is lost already.
    forget = io.onOutputLost(stop);
  });
}
