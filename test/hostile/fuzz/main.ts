import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { fuzzCallsInThreads } from './call-threads.ts';
import { type CallsReport, fuzzCalls } from './fuzz-calls.ts';
import { hostFunctions } from './host-functions.ts';
import { fuzzModulesInThreads, type ModulesReport } from './module-threads.ts';

/**
 * `npm run fuzz -- [--seed n] [--calls n] [--modules n] [--json]`: random host calls and random modules, 10,000,000 and 1000 unless
 * told otherwise; of both or of what is named. `--run n` and `--module n` make one of a seed again. `--json` prints the report as
 * one line. Ends with 1 when something was found.
 */

const DEFAULT_CALLS = 10_000_000;
const DEFAULT_MODULES = 1000;
const MAX_NUMBER = 2 ** 24;
const MAX_CALLS = 1e12;
const MAX_THREADS = 8;
const CALLS_PER_LINE = 1_000_000;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    calls: { type: 'string' },
    modules: { type: 'string' },
    run: { type: 'string' },
    module: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const seed = wholeNumber('seed', values.seed, MAX_NUMBER) ?? randomInt(MAX_NUMBER);
const run = wholeNumber('run', values.run, MAX_NUMBER);
const module = wholeNumber('module', values.module, MAX_NUMBER);
const calls = wholeNumber('calls', values.calls, MAX_CALLS);
const modules = wholeNumber('modules', values.modules, MAX_NUMBER);
const threads = Math.min(availableParallelism(), MAX_THREADS);
const isBoth = [run, module, calls, modules].every((value) => value === undefined);

console.log(`seed ${seed}`);
const startMs = performance.now();
if (run !== undefined) {
  report(await fuzzCalls({ seed, callCount: 1, firstRun: run }), callsText);
}
if (module !== undefined) {
  report(await fuzzModulesInThreads({ seed, modules: [module], threads: 1 }), modulesText);
}
if (calls !== undefined || isBoth) {
  let nextLine = CALLS_PER_LINE;
  const onProgress = (made: number): void => {
    if (made < nextLine) return;
    console.log(`${made} calls, ${seconds()} s`);
    nextLine += CALLS_PER_LINE;
  };
  report(
    await fuzzCallsInThreads({ seed, callCount: calls ?? DEFAULT_CALLS, threads, onProgress }),
    callsText,
  );
}
if (modules !== undefined || isBoth) {
  const numbers = Array.from({ length: modules ?? DEFAULT_MODULES }, (_, index) => index);
  report(await fuzzModulesInThreads({ seed, modules: numbers, threads }), modulesText);
}

function report<Report extends { readonly failure: string | undefined }>(
  found: Report,
  textOf: (found: Report) => string,
): void {
  console.log(`${textOf(found)}, ${seconds()} s\n${found.failure ?? 'nothing that must not be'}`);
  if (values.json) {
    console.log(
      JSON.stringify(found, (_, value: unknown) =>
        value instanceof Map ? Object.fromEntries(value) : value,
      ),
    );
  }
  if (found.failure !== undefined) process.exitCode = 1;
}

function callsText({ runs, calls: made, traceEntries, ends, made: byName }: CallsReport): string {
  const reasons = [...ends].map(([reason, count]) => `${count} ${reason}`).join(', ');
  const functions = `${byName.size} of ${Object.keys(hostFunctions).length} functions`;
  return `${made} calls of ${functions} by ${runs} apps (${reasons}), ${traceEntries} entries on the board`;
}

function modulesText(found: ModulesReport): string {
  const { apps, ends, functionCalls, hostCalls, refusedCalls, busTransactions, traceEntries } = found;
  const reasons = Object.entries(ends)
    .map(([reason, count]) => `${count} ${reason}`)
    .join(', ');
  const perModule = Math.round(hostCalls / Math.max(1, found.modules));
  return (
    `${found.modules} random modules, ${functionCalls} calls of their functions in ${apps} apps (${reasons}); ${hostCalls} host calls, ` +
    `${perModule} a module, ${refusedCalls} refused, ${busTransactions} bus transactions, ${traceEntries} entries on the board`
  );
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
