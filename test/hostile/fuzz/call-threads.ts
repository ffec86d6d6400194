import { Worker } from 'node:worker_threads';
import type { CallsThreadMessage } from './calls-thread.ts';
import type { CallsReport } from './fuzz-calls.ts';

/** Runs of one thread: those of the next one begin behind them, so that no two make the same calls. */
const RUNS_PER_THREAD = 0x10_0000;

/** Shares the calls among threads. Rejects when a thread dies, which is a fault of the host like any other. */
export async function fuzzCallsInThreads(options: {
  readonly seed: number;
  readonly callCount: number;
  readonly threads: number;
  /** Calls that all threads together have made. */
  readonly onProgress: (calls: number) => void;
}): Promise<CallsReport> {
  const { seed, callCount, threads, onProgress } = options;
  const progress = Array.from({ length: threads }, () => 0);
  const reports = await Promise.all(
    progress.map((_, index) => {
      const share = { seed, callCount: Math.ceil(callCount / threads), firstRun: index * RUNS_PER_THREAD };
      return runThread(share, (calls) => {
        progress[index] = calls;
        onProgress(progress.reduce((sum, count) => sum + count, 0));
      });
    }),
  );
  return reports.reduce(merge);
}

function runThread(share: object, onProgress: (calls: number) => void): Promise<CallsReport> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('calls-thread.js', import.meta.url), { workerData: share });
    thread.on('message', (message: CallsThreadMessage) => {
      if (message.kind === 'progress') onProgress(message.calls);
      else resolve(message.report);
    });
    thread.on('error', reject);
    thread.on('exit', (code) =>
      reject(new Error(`the thread ended with ${code} before it told what it found`)),
    );
  });
}

function merge(one: CallsReport, other: CallsReport): CallsReport {
  const sums = (each: 'ends' | 'made' | 'succeeded'): Map<string, number> => {
    const sum = new Map(one[each]);
    for (const [name, count] of other[each]) sum.set(name, (sum.get(name) ?? 0) + count);
    return sum;
  };
  return {
    runs: one.runs + other.runs,
    calls: one.calls + other.calls,
    traceEntries: one.traceEntries + other.traceEntries,
    ends: sums('ends'),
    made: sums('made'),
    succeeded: sums('succeeded'),
    failure: one.failure ?? other.failure,
  };
}
