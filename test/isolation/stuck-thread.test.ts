import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lightLamp, mainOf, sayReady, stuckFor, waitForStop } from './guest-modules.ts';
import { appPackage, testBoard, WorkerBench } from './worker-bench.ts';

/** How long the thread is where nothing can interrupt it, and the limit of its app, milliseconds. */
const STUCK_MS = 4000;
const LIMIT_MS = 400;
const ROUNDS = 2;
/** Time for what comes at once, on a machine with other work. */
const PATIENCE_MS = 60_000;

let bench: WorkerBench;
let told: string[];
let heard = (): void => {};
/** Resolves when so many threads that could not be ended have ended. */
const threadsEnded = (count: number): Promise<void> =>
  new Promise((resolve) => {
    heard = () => {
      if (told.length >= count) resolve();
    };
    heard();
  });
beforeEach(async () => {
  told = [];
  bench = new WorkerBench(testBoard, 'real time', {
    workerEntry: new URL('./stuck-worker.mjs', import.meta.url),
    tell: (line) => {
      told.push(line);
      heard();
    },
    after: (delayMs, action) => {
      const timer = setTimeout(action, delayMs);
      return () => clearTimeout(timer);
    },
  });
  // The first call of an app would wait until the broker's thread has loaded.
  await bench.view();
});
afterEach(() => bench.stop());

it(
  'an app whose thread nothing can interrupt has its output at the safe level and is over while the thread is still there; the ' +
    'next app gets the line, and nothing is left when the thread has ended (report 5)',
  async () => {
    const rounds: { readonly safeMs: number; readonly toldMs: number }[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      const stuck = bench.start(
        appPackage({ name: 'stuck', module: stuckFor(STUCK_MS), limits: { callbackMs: LIMIT_MS } }),
      );
      await stuck.said('ready');
      const saidNs = process.hrtime.bigint();
      const overMs = (): number => Math.round(Number(process.hrtime.bigint() - saidNs) / 1e6) - LIMIT_MS;
      const safe = (async () => {
        while ((await bench.view()).levels['lamp'] === 1) await delay(5);
        return overMs();
      })();
      const exit = await stuck.execution.exited;
      const toldMs = overMs();
      rounds.push({ safeMs: await safe, toldMs });
      expect(exit).toMatchObject({ reason: 'terminated', code: 'KANCHI_TERMINATED' });
      expect(exit.message).toContain('main ran for 400 ms ("limits.callbackMs" of app.json) without a wait');
      expect(exit.message).toContain('its thread had not ended 100 ms later and was left behind');
      expect(exit.counters).toMatchObject({ turnsEnded: 1, threadsStuck: 1 });
      expect(bench.stuckThreads).toBeGreaterThanOrEqual(1);
      expect(await bench.view()).toMatchObject({ levels: { lamp: 0 }, openHandles: 0 });
    }
    console.info(`ms after the limit of ${LIMIT_MS} ms: ${JSON.stringify(rounds)}`);
    // The best: other work on the machine may hold up a round.
    expect(Math.min(...rounds.map(({ safeMs }) => safeMs))).toBeLessThanOrEqual(100);
    // Far from when the thread ends by itself, whatever else the machine does.
    expect(Math.max(...rounds.map(({ toldMs }) => toldMs))).toBeLessThan(STUCK_MS / 2);

    const module = mainOf((call) => [...lightLamp(call), ...sayReady(call), ...waitForStop(call)]);
    const next = bench.start(appPackage({ name: 'next', module }));
    await next.said('ready');
    expect(await bench.view()).toMatchObject({ levels: { lamp: 1 }, openHandles: 1 });

    // Once they come out, their guests would toggle the lamp for ever.
    await threadsEnded(ROUNDS);
    for (const line of told) {
      expect(line).toMatch(/^app "stuck": its thread, which could not be ended, has ended \d+\.\d s later$/u);
    }
    expect(bench.stuckThreads).toBe(0);
    expect(await bench.view()).toMatchObject({ levels: { lamp: 1 }, openHandles: 1 });
    const edges = (await bench.view()).trace.match(/\b(?:rise|fall)\b/gu);
    expect(edges).toEqual([...Array.from({ length: ROUNDS }, () => ['rise', 'fall']).flat(), 'rise']);
    next.execution.requestStop();
    expect(await next.execution.exited).toMatchObject({ reason: 'stopped' });
    expect(await bench.view()).toMatchObject({ levels: { lamp: 0 }, openHandles: 0 });
  },
  PATIENCE_MS,
);
