import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forever, mainOf, openDevice, openLamp, readDevice, toggleLamp } from './guest-modules.ts';
import { appPackage, WorkerBench } from './worker-bench.ts';

let bench: WorkerBench;
beforeEach(() => {
  bench = new WorkerBench();
});
afterEach(() => bench.stop());

const toggles = mainOf((call) => [...openLamp(call), ...forever(toggleLamp(call))]);
const READS = 40;
const reads = mainOf((call) => [
  ...openDevice(call, 'second'),
  ...Array.from({ length: READS }, () => readDevice(call, 4)).flat(),
]);
/** What the log of an app says that waits. */
const WAITS = 'it made 10 calls to the host within a second and waits';
const limits = { hostCallsPerSecond: 10 };

describe('an app in a worker that is over its calls per second', () => {
  it('waits by itself: the app beside it makes many more calls and ends', async () => {
    const greedy = bench.start(appPackage({ name: 'greedy', module: toggles, limits }));
    await greedy.said(WAITS);
    const neighbour = bench.start(appPackage({ name: 'neighbour', module: reads }));
    expect(await neighbour.execution.exited).toMatchObject({ reason: 'completed', exitCode: 0 });
    const counters = neighbour.execution.counters.snapshot();
    expect(counters).toMatchObject({ hostCalls: READS + 1, failures: 0, callsDelayed: 0, busRefused: 0 });
    expect(greedy.execution.counters.get('callsDelayed')).toBeGreaterThanOrEqual(1);
    greedy.execution.terminate();
    await greedy.execution.exited;
  });

  it('can be ended in its wait; its output goes to the safe level', async () => {
    const greedy = bench.start(appPackage({ name: 'greedy', module: toggles, limits }));
    await greedy.said(WAITS);
    greedy.execution.terminate();
    expect(await greedy.execution.exited).toMatchObject({ reason: 'terminated', code: 'KANCHI_TERMINATED' });
    expect(await bench.view()).toMatchObject({ levels: { lamp: 0 }, openHandles: 0 });
  });

  it('that does not look for the stop that it is asked for is ended after 32 waits that did not last', async () => {
    const greedy = bench.start(appPackage({ name: 'greedy', module: toggles, limits }));
    await greedy.said(WAITS);
    greedy.execution.requestStop();
    const exit = await greedy.execution.exited;
    expect(exit).toMatchObject({ reason: 'trapped', code: 'KANCHI_TRAP' });
    expect(exit.message).toContain('a call to the host: the app was asked to stop and began 32 more waits');
    expect(await bench.view()).toMatchObject({ levels: { lamp: 0 }, openHandles: 0 });
  });
});
