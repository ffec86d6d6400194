import { Worker } from 'node:worker_threads';
import type { ModuleMessage, ModulesShare } from './modules-thread.ts';

export interface ModulesReport {
  modules: number;
  functionCalls: number;
  apps: number;
  hostCalls: number;
  refusedCalls: number;
  busTransactions: number;
  traceEntries: number;
  /** Apps by how they ended; `ended from outside` for a thread that was ended at the limit. */
  readonly ends: Record<string, number>;
  /** The first thing that must not be, with how to make it again. */
  failure: string | undefined;
}

/** Longest time for one module, on a machine that has other work: making it takes half a second, running it less. */
const MODULE_LIMIT_MS = 120_000;

/** Makes and runs random modules in threads. A module that does not end costs its thread, and the next one goes on. */
export async function fuzzModulesInThreads(options: {
  readonly seed: number;
  readonly modules: readonly number[];
  readonly threads: number;
}): Promise<ModulesReport> {
  const { seed, modules, threads } = options;
  const sum: ModulesReport = {
    modules: 0,
    functionCalls: 0,
    apps: 0,
    hostCalls: 0,
    refusedCalls: 0,
    busTransactions: 0,
    traceEntries: 0,
    ends: {},
    failure: undefined,
  };
  const fail = (module: number | undefined, text: string): void => {
    sum.failure ??= `${text}\nmodule ${module} of seed ${seed} (npm run fuzz -- --seed ${seed} --module ${module})`;
  };
  const add = ({ module, report }: ModuleMessage): void => {
    const { faults, ends, ...counts } = report;
    for (const [how, count] of Object.entries(ends)) sum.ends[how] = (sum.ends[how] ?? 0) + count;
    for (const [name, count] of Object.entries(counts)) sum[name as keyof typeof counts] += count;
    sum.modules += 1;
    if (faults.length > 0) fail(module, faults.join('\n'));
  };
  const shares = Array.from({ length: threads }, (_, index) =>
    modules.filter((_each, position) => position % threads === index),
  );
  await Promise.all(
    shares.map(async (share) => {
      let rest = share;
      while (rest.length > 0 && sum.failure === undefined) {
        const { done, died } = await runThread({ seed, modules: rest }, add);
        const stuck = rest[done];
        if (died !== undefined) fail(stuck, died);
        else if (stuck !== undefined) {
          sum.modules += 1;
          sum.ends['ended from outside'] = (sum.ends['ended from outside'] ?? 0) + 1;
        }
        rest = rest.slice(done + 1);
      }
    }),
  );
  return sum;
}

/** How many modules were done when the thread ended, and what it died of when it was not its work or the limit. */
function runThread(
  share: ModulesShare,
  onModule: (message: ModuleMessage) => void,
): Promise<{ readonly done: number; readonly died?: string }> {
  return new Promise((resolve) => {
    const thread = new Worker(new URL('modules-thread.js', import.meta.url), { workerData: share });
    let done = 0;
    let wasEnded = false;
    const limit = setTimeout(() => {
      wasEnded = true;
      void thread.terminate();
    }, MODULE_LIMIT_MS);
    thread.on('message', (message: ModuleMessage) => {
      done += 1;
      limit.refresh();
      onModule(message);
    });
    let died: string | undefined;
    thread.on('error', (error) => {
      died = error instanceof Error ? (error.stack ?? error.message) : String(error);
    });
    thread.on('exit', (code) => {
      clearTimeout(limit);
      const early = code !== 0 && !wasEnded ? `the thread ended with ${code}` : undefined;
      const reason = died ?? early;
      resolve(reason === undefined ? { done } : { done, died: reason });
    });
  });
}
