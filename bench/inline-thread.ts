import { parentPort, workerData } from 'node:worker_threads';
import { InlineExecutor, kanchiHostApis } from '@kanchi/runtime';
import { createBenchApi } from './bench-api.ts';
import { createBenchHardware, loadBenchApp } from './bench-hardware.ts';
import { checkExit, showingListener } from './guest-outcome.ts';
import { createHalLoops } from './hal-loops.ts';
import type { MeasurementSettings } from './measurement.ts';

/** Virtual time that is never reached: the guest ends by itself. */
const NEVER_NS = 10n ** 18n;

/** Thread of one inline run: guest, permission check and mock, and the loops of the host between those of the guest. */
const hardware = createBenchHardware();
const bench = createBenchApi(workerData as MeasurementSettings, createHalLoops(hardware));
const executor = new InlineExecutor({
  hal: hardware.board,
  clock: hardware.clock,
  durationNs: NEVER_NS,
  hostApis: [...kanchiHostApis, bench.api],
});
const execution = executor.start(loadBenchApp([]), showingListener);
checkExit(await execution.exited);
hardware.board.close();
parentPort?.postMessage(bench.measurement());
