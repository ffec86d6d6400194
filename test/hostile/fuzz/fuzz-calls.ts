import type { ManifestFile } from './granted.ts';
import { type Parameter, type RandomCall, randomCalls } from './random-call.ts';
import { randomManifest } from './random-manifest.ts';
import { RandomNumbers } from './random-numbers.ts';
import { runCalls, type Sabotage } from './run-calls.ts';
import { shrink } from './shrink.ts';

/** Calls that one app makes at most; most apps trap before. */
const CALLS_PER_RUN = 500;
/** Runs have seeds of their own, so that a failing one is made again alone. */
const RUNS_PER_SEED = 0x0100_0000;

export interface CallsReport {
  runs: number;
  calls: number;
  /** Entries of the boards' traces that the calls caused. */
  traceEntries: number;
  /** Runs by the reason of their app's end. */
  readonly ends: Map<string, number>;
  readonly made: Map<string, number>;
  readonly succeeded: Map<string, number>;
  /** What was found: the fault, how to make it again, and the fewest calls that show it. */
  failure: string | undefined;
}

export interface FuzzCallsOptions {
  readonly seed: number;
  /** Calls to make; the last run may make some more. */
  readonly callCount: number;
  readonly firstRun?: number;
  /** Instead of a random one. */
  readonly manifest?: ManifestFile;
  readonly sabotage?: Sabotage;
  readonly onRun?: (report: CallsReport) => void;
}

/** Random sequences of host calls, each in an app of its own, until there are enough or one shows a fault. */
export async function fuzzCalls(options: FuzzCallsOptions): Promise<CallsReport> {
  const { seed, callCount, firstRun = 0, sabotage } = options;
  const report: CallsReport = {
    runs: 0,
    calls: 0,
    traceEntries: 0,
    ends: new Map(),
    made: new Map(),
    succeeded: new Map(),
    failure: undefined,
  };
  for (let run = firstRun; report.calls < callCount && report.failure === undefined; run += 1) {
    const numbers = new RandomNumbers(seed * RUNS_PER_SEED + run);
    const random = randomManifest(numbers);
    const manifest = options.manifest ?? random;
    const calls = randomCalls(numbers, CALLS_PER_RUN, manifest);
    const result = await runCalls(calls, manifest, sabotage);
    report.runs += 1;
    report.traceEntries += result.traceEntries;
    add(report.ends, result.exit.reason, 1);
    for (const [name, count] of result.succeeded) add(report.succeeded, name, count);
    for (const [name, count] of result.made) {
      add(report.made, name, count);
      report.calls += count;
    }
    const [fault] = result.faults;
    if (fault !== undefined) report.failure = await describe(seed, run, fault, calls, manifest, sabotage);
    options.onRun?.(report);
  }
  return report;
}

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}

async function describe(
  seed: number,
  run: number,
  fault: string,
  calls: readonly RandomCall[],
  manifest: ManifestFile,
  sabotage: Sabotage | undefined,
): Promise<string> {
  const shows = async (rest: readonly RandomCall[], permissions = manifest.permissions): Promise<boolean> => {
    const { faults } = await runCalls(rest, { ...manifest, permissions }, sabotage);
    return faults.some((other) => kindOf(other) === kindOf(fault));
  };
  const fewest = await shrink(calls, (rest) => shows(rest));
  const permissions = await shrink(manifest.permissions, (rest) => shows(fewest, rest));
  const { faults } = await runCalls(fewest, { ...manifest, permissions }, sabotage);
  return [
    ...faults,
    `seed ${seed}, run ${run} (npm run fuzz -- --seed ${seed} --run ${run}), ${fewest.length} calls:`,
    ...fewest.map((call) => `  ${textOf(call)}`),
    `manifest: ${JSON.stringify({ permissions, deny: manifest.deny })}`,
  ].join('\n');
}

/** The fault without the numbers in it, and without the stack of what was thrown. */
function kindOf(fault: string): string {
  return (fault.split('\n')[0] ?? '').replace(/0x[0-9a-f]+|\d+/gu, '#');
}

function textOf({ name, writes, parameters }: RandomCall): string {
  const written = writes.map(({ at, bytes }) => `${at}: ${Buffer.from(bytes).toString('hex')}`);
  return `${name}(${parameters.map(parameterText).join(', ')})${written.length === 0 ? '' : ` with ${written.join('; ')}`}`;
}

function parameterText(parameter: Parameter): string {
  if (typeof parameter === 'bigint') return `${parameter}n`;
  if (typeof parameter === 'number') return String(parameter);
  return 'handle' in parameter ? `${parameter.handle} handle ${parameter.pick}` : JSON.stringify(parameter);
}
