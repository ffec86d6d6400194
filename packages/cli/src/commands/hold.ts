import type { ConsoleIo } from '../console-io.ts';
import { untilSignal } from './stop-signals.ts';

/** How often is looked for what came, milliseconds. */
const LOOK_INTERVAL_MS = 10;

export interface HoldOptions {
  /** Undefined: until a signal. At most 2,147,483. */
  readonly seconds: number | undefined;
  /**
   * Takes what is held, once a signal ends the wait in order: one that comes earlier ends a process that holds nothing. Returns what
   * is called every few milliseconds then, and once at the end. What either throws ends the wait.
   */
  readonly begin: () => () => void;
}

/** Resolves when the time is over, at Ctrl-C (or another signal to stop), or when nobody reads the output any more. */
export async function hold(io: Pick<ConsoleIo, 'onOutputLost'>, options: HoldOptions): Promise<void> {
  const ended = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  try {
    const stopped = untilSignal(io, ended.signal);
    const look = options.begin();
    await Promise.race([
      stopped,
      new Promise<void>((resolve, reject) => {
        const guarded = (): void => {
          try {
            look();
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        };
        timers.push(setInterval(guarded, LOOK_INTERVAL_MS));
        if (options.seconds !== undefined) timers.push(setTimeout(resolve, options.seconds * 1000));
      }),
    ]);
    look();
  } finally {
    for (const timer of timers) clearTimeout(timer);
    ended.abort();
  }
}
