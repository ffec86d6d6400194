import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
const INTERVAL_NS = 1_000_000;
/** The guest counts from its 2000th point on (WARM_UP_POINTS there). */
const WARM_UP_SECONDS = 3;

/** One line that `lateness_print` wrote. */
export interface Lateness {
  readonly count: number;
  readonly passed: number;
  readonly medianUs: number;
  readonly p99Us: number;
  readonly maximumUs: number;
}

export interface SensorLateness {
  /** From the due time to the start of the read. */
  readonly read: Lateness;
  /** From the due time to the guest's callback with the reading in its memory. */
  readonly callback: Lateness;
  readonly end: { readonly points: number; readonly lastLatenessUs: number; readonly lost: number };
}

/** The native loop, compiled for this run; undefined where there is no C compiler. Call `remove` when done. */
export function compileSleepLoop(): { readonly path: string; readonly remove: () => void } | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'kanchi-bench-'));
  const path = join(folder, 'sleep-lateness');
  const source = join(root, 'bench/native/sleep-lateness.c');
  const { status } = spawnSync('cc', ['-O2', source, '-o', path], { stdio: 'ignore' });
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  if (status === 0) return { path, remove };
  remove();
  return undefined;
}

/** Rejects when the loop fails. */
export async function measureSleepLoop(path: string, seconds: number): Promise<Lateness> {
  const { stdout } = await run(path, [String(INTERVAL_NS), String(seconds)]);
  return linesOf(stdout)['sleep'] as unknown as Lateness;
}

/** The guest in `kanchi run`, as a user runs it. Rejects when it fails. */
export async function measureSensorGuest(seconds: number): Promise<SensorLateness> {
  const command = join(root, 'packages/cli/bin/kanchi.js');
  const guest = join(root, 'bench/guests/sensor-lateness');
  const { stdout } = await run(process.execPath, [
    command,
    'run',
    guest,
    '--seconds',
    String(seconds + WARM_UP_SECONDS),
  ]);
  return linesOf(stdout) as unknown as SensorLateness;
}

function linesOf(text: string): Record<string, object> {
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { name: string });
  return Object.fromEntries(lines.map((line) => [line.name, line]));
}
