import { parentPort, workerData } from 'node:worker_threads';
import { type CallsReport, type FuzzCallsOptions, fuzzCalls } from './fuzz-calls.ts';

/** One share of the calls, in a thread of its own; tells what was made now and then, and everything at the end. */
const { seed, callCount, firstRun } = workerData as Required<
  Pick<FuzzCallsOptions, 'seed' | 'callCount' | 'firstRun'>
>;

/** Runs between two reports. */
const RUNS_PER_REPORT = 100;

export type CallsThreadMessage =
  | { readonly kind: 'progress'; readonly calls: number }
  | { readonly kind: 'report'; readonly report: CallsReport };

const tell = (message: CallsThreadMessage): void => parentPort?.postMessage(message);
const onRun = ({ runs, calls }: CallsReport): void => {
  if (runs % RUNS_PER_REPORT === 0) tell({ kind: 'progress', calls });
};
tell({ kind: 'report', report: await fuzzCalls({ seed, callCount, firstRun, onRun }) });
