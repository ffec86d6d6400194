import { afterEach, describe, expect, it } from 'vitest';
import { op } from '../support/assembled.ts';
import {
  type Call,
  forever,
  lightLamp,
  mainOf,
  moduleOf,
  sayReady,
  toggleLamp,
  waitForStop,
} from './guest-modules.ts';
import { appPackage, type StartedApp, testBoard, WorkerBench } from './worker-bench.ts';

let bench: WorkerBench;
afterEach(() => bench.stop());

/** Every edge of the lamp since the board has power, in order. */
async function edges(): Promise<readonly string[]> {
  return [...(await bench.view()).trace.matchAll(/\b(?:rise|fall)\b/gu)].map(([edge]) => edge);
}

const lit = (then: (call: Call) => readonly (readonly number[])[]) => (call: Call) => [
  ...lightLamp(call),
  ...sayReady(call),
  ...then(call),
];

interface Ending {
  readonly how: string;
  readonly module: Uint8Array;
  /** What ends it once it has lit the lamp; nothing: it ends itself. */
  readonly end?: (app: StartedApp) => void;
  readonly reason: string;
}

const endings: readonly Ending[] = [
  { how: 'returns', module: mainOf(lit(() => [])), reason: 'completed' },
  {
    how: 'is stopped',
    module: mainOf(lit(waitForStop)),
    end: ({ execution }) => execution.requestStop(),
    reason: 'stopped',
  },
  { how: 'traps', module: mainOf(lit(() => [op.unreachable])), reason: 'trapped' },
  {
    how: 'says in on_init that it cannot go on',
    module: moduleOf(
      'on_init',
      lit(() => [op.i32(-1), op.return]),
    ),
    reason: 'failed',
  },
  {
    how: 'hangs and is ended by the watchdog',
    module: mainOf(lit(() => forever([]))),
    end: (app) => bench.pass(app, 180_000),
    reason: 'terminated',
  },
  {
    how: 'hangs when it is stopped',
    module: mainOf(lit(() => forever([]))),
    end: ({ execution }) => {
      execution.requestStop();
      bench.endGrace();
    },
    reason: 'terminated',
  },
  {
    how: 'is ended by force',
    module: mainOf(lit(waitForStop)),
    end: ({ execution }) => execution.terminate(),
    reason: 'terminated',
  },
];

describe('an output that an app has lit (report 25)', () => {
  for (const { how, module, end, reason } of endings) {
    it(`goes to its safe level with one edge when the app ${how}`, async () => {
      bench = new WorkerBench();
      const app = bench.start(appPackage({ name: 'lit', module }));
      await app.said('ready');
      end?.(app);
      expect(await app.execution.exited).toMatchObject({ reason });
      expect(await edges()).toEqual(['rise', 'fall']);
      expect(await bench.view()).toMatchObject({ levels: { lamp: 0 }, openHandles: 0 });
    });
  }

  it('has no edge at its end when its safe level is the one that it has', async () => {
    const lamp = { ...testBoard.lines.lamp, safeLevel: 1 };
    const board = { ...testBoard, lines: { lamp } };
    bench = new WorkerBench(board);
    const app = bench.start(appPackage({ name: 'lit', module: mainOf(lit(waitForStop)), board }));
    await app.said('ready');
    app.execution.requestStop();
    expect(await app.execution.exited).toMatchObject({ reason: 'stopped' });
    expect(await edges()).toEqual(['rise']);
  });
});

describe('an app that is started again (report 26)', () => {
  it('has exactly the edges that its runs ask for, and none between two runs', async () => {
    bench = new WorkerBench();
    const module = mainOf(lit((call) => [...toggleLamp(call), ...toggleLamp(call), op.unreachable]));
    const app = bench.startRestarting(appPackage({ name: 'again', module }), {
      mode: 'on-failure',
      failures: 3,
    });
    // Lit with the request for the line, toggled twice, at the safe level.
    const run = ['rise', 'fall', 'rise', 'fall'];
    for (let runs = 1; runs <= 2; runs += 1) {
      await bench.pauseBegan();
      expect(await edges()).toEqual(Array.from({ length: runs }, () => run).flat());
      expect(await bench.view()).toMatchObject({ levels: { lamp: 0 }, openHandles: 0 });
      bench.endPause();
    }
    expect(await app.execution.exited).toMatchObject({ reason: 'failed', code: 'KANCHI_CRASH_LOOP' });
    expect(await edges()).toEqual([...run, ...run, ...run]);
  });

  it('that hung is ended, at its safe level until the restart, and lit again with one edge', async () => {
    bench = new WorkerBench(testBoard, 'real time');
    await bench.view();
    const limits = { callbackMs: 300 };
    const module = mainOf(lit(() => forever([])));
    const app = bench.startRestarting(appPackage({ name: 'hung', module, limits }), { mode: 'always' });
    await bench.pauseBegan();
    expect(await edges()).toEqual(['rise', 'fall']);
    bench.endPause();
    await bench.pauseBegan();
    expect(await edges()).toEqual(['rise', 'fall', 'rise', 'fall']);
    app.execution.requestStop();
    expect(await app.execution.exited).toMatchObject({ reason: 'stopped', exitCode: 0 });
    expect(await edges()).toEqual(['rise', 'fall', 'rise', 'fall']);
  });
});
