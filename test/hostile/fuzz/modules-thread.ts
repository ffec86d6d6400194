import { parentPort, workerData } from 'node:worker_threads';
import { randomManifest } from './random-manifest.ts';
import { randomModule } from './random-module.ts';
import { RandomNumbers } from './random-numbers.ts';
import { type ModuleReport, runModule } from './run-module.ts';

/** Makes and runs random modules in a thread of its own, which can be ended when one of them does not end. */
export interface ModulesShare {
  readonly seed: number;
  /** Numbers of the modules. */
  readonly modules: readonly number[];
}

export interface ModuleMessage {
  readonly module: number;
  readonly report: ModuleReport;
}

/** Modules have seeds of their own, so that a failing one is made again alone. */
const MODULES_PER_SEED = 0x0100_0000;

const { seed, modules } = workerData as ModulesShare;
for (const module of modules) {
  const numbers = new RandomNumbers(seed * MODULES_PER_SEED + module);
  const manifest = randomManifest(numbers);
  const report = await runModule(randomModule(numbers, manifest), manifest, numbers);
  parentPort?.postMessage({ module, report } satisfies ModuleMessage);
}
