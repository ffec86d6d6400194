import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { fuzzCallsInThreads } from './call-threads.ts';
import { type CallsReport, fuzzCalls } from './fuzz-calls.ts';
import { hostFunctions } from './host-functions.ts';

/**
 * `npm run fuzz -- [--seed n] [--calls n] [--run n] [--json]`: random host calls, 10,000,000 unless told otherwise. Ends with 1 when
 * something was found. `--run` makes one run of a seed again; `--json` prints the report as one line.
 */

const DEFAULT_CALLS = 10_000_000;
const MAX_SEED = 2 ** 24;
const CALLS_PER_LINE = 1_000_000;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    calls: { type: 'string' },
    run: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const seed = wholeNumber('seed', values.seed, MAX_SEED) ?? randomInt(MAX_SEED);
const callCount = wholeNumber('calls', values.calls, 1e12) ?? DEFAULT_CALLS;
const run = wholeNumber('run', values.run, MAX_SEED);

console.log(`seed ${seed}`);
const startMs = performance.now();
let nextLine = CALLS_PER_LINE;
const report =
  run === undefined
    ? await fuzzCallsInThreads({
        seed,
        callCount,
        threads: Math.max(1, Math.min(availableParallelism(), 8)),
        onProgress: (calls) => {
          if (calls < nextLine) return;
          console.log(`${calls} calls, ${seconds()} s`);
          nextLine += CALLS_PER_LINE;
        },
      })
    : await fuzzCalls({ seed, callCount: 1, firstRun: run });
console.log(textOf(report));
if (values.json) {
  const counts = (each: ReadonlyMap<string, number>): object => Object.fromEntries(each);
  const { ends, made, succeeded } = report;
  console.log(
    JSON.stringify({ ...report, ends: counts(ends), made: counts(made), succeeded: counts(succeeded) }),
  );
}
process.exitCode = report.failure === undefined ? 0 : 1;

function textOf({ runs, calls, traceEntries, ends, made, failure }: CallsReport): string {
  const reasons = [...ends].map(([reason, count]) => `${count} ${reason}`).join(', ');
  const functions = `${made.size} of ${Object.keys(hostFunctions).length} functions`;
  const summary = `${calls} calls of ${functions} by ${runs} apps (${reasons}), ${traceEntries} entries on the board, ${seconds()} s`;
  return `${summary}\n${failure ?? 'nothing that must not be'}`;
}

function seconds(): string {
  return ((performance.now() - startMs) / 1000).toFixed(1);
}

function wholeNumber(name: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/u.test(text) || Number(text) > most) {
    throw new Error(`--${name} is a whole number from 0 to ${most}, not ${JSON.stringify(text)}`);
  }
  return Number(text);
}
