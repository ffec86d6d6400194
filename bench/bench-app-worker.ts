import { parentPort, workerData } from 'node:worker_threads';
import type { AppPackage } from '@kanchi/runtime';
import { kanchiHostApis, serveAppWorker } from '@kanchi/runtime/worker';
import { createBenchApi } from './bench-api.ts';
import type { MeasurementSettings } from './measurement.ts';

/** Entry of the app's thread: like the one of the runtime, with the benchmark's own import module. */
const { app } = workerData as { readonly app: AppPackage };
// An app's thread gets nothing but the app: the settings come as its argument, what was measured goes as its output.
const bench = createBenchApi(JSON.parse(app.manifest.arguments[0] ?? '') as MeasurementSettings);
serveAppWorker(() => [...kanchiHostApis, bench.api]);
const bytes = new TextEncoder().encode(JSON.stringify(bench.measurement()));
parentPort?.postMessage({ kind: 'standard-output', bytes });
