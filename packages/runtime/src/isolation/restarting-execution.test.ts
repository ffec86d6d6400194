import { describe, expect, it } from 'vitest';
import type { AppExit } from '../app/app-exit.ts';
import type { AppPackage } from '../app/app-host.ts';
import { parseBoard } from '../app/board.ts';
import { AppCounters } from '../app/counters.ts';
import { parseManifest } from '../app/manifest.ts';
import { type RestartOptions, restartSchema } from '../app/restart-policy.ts';
import { parsePolicy } from '../policy/parse-policy.ts';
import type { AppExecution, AppListener } from './execution.ts';
import { startRestarting } from './restarting-execution.ts';

const manifest = parseManifest({ kanchi: 1, name: 'demo', version: '1.0.0', permissions: [] }, 'app.json');
const board = parseBoard({ kanchi: 1, name: 'test' }, 'board.json');
const app = { manifest, board } as unknown as AppPackage;
const listener = {} as AppListener;

/** An executor whose apps end when the test says so. */
class Bench {
  nowMs = 0;
  readonly runs: {
    end: (exit: Partial<AppExit>) => Promise<void>;
    asked: string[];
    counters: AppCounters;
  }[] = [];
  readonly told: string[] = [];
  /** The policies that the runs began under. */
  readonly policies: (string | undefined)[] = [];
  pause: { delayMs: number; end: () => void; cancelled: boolean } | undefined;
  readonly execution: AppExecution;

  constructor(options: Partial<RestartOptions>) {
    this.execution = startRestarting(app, listener, {
      executor: { start: (started) => this.#start(started) },
      restart: restartSchema.parse(options),
      onEnd: ({ reason }, decision) =>
        this.told.push(`${reason}${decision.restart ? `, again in ${decision.delayMs}` : ''}`),
      onRestart: () => this.told.push('restart'),
      nowNs: () => BigInt(this.nowMs) * 1_000_000n,
      after: (delayMs, action) => {
        const pause = { delayMs, end: action, cancelled: false };
        this.pause = pause;
        return () => {
          pause.cancelled = true;
        };
      },
    });
  }

  #start({ policy }: AppPackage): AppExecution {
    this.policies.push(policy?.source);
    const counters = new AppCounters();
    const asked: string[] = [];
    let resolve = (_exit: AppExit): void => {};
    const exited = new Promise<AppExit>((done) => {
      resolve = done;
    });
    const end = async (exit: Partial<AppExit>): Promise<void> => {
      resolve({
        reason: 'completed',
        exitCode: 0,
        code: undefined,
        message: undefined,
        stack: undefined,
        counters: counters.snapshot(),
        ...exit,
      });
      // What hangs on the promise runs.
      await new Promise((next) => setImmediate(next));
    };
    this.runs.push({ end, asked, counters });
    return {
      appName: 'demo',
      counters,
      exited,
      ready: Promise.resolve(),
      begun: Promise.resolve(),
      narrow: ({ policy }) => ({ targets: [policy.source], closed: Promise.resolve() }),
      requestStop: () => asked.push('stop'),
      terminate: () => asked.push('terminate'),
    };
  }

  async endPause(): Promise<void> {
    this.pause?.end();
    await new Promise((next) => setImmediate(next));
  }
}

const trap = { reason: 'trapped', exitCode: 70, code: 'KANCHI_TRAP', message: 'it trapped' } as const;

describe('an app that is started again', () => {
  it('begins again after its delay, and its end has the counts of all its runs', async () => {
    const bench = new Bench({ mode: 'on-failure' });
    bench.runs[0]?.counters.add('hostCalls', 3);
    await bench.runs[0]?.end(trap);
    expect(bench.runs).toHaveLength(1);
    expect(bench.pause?.delayMs).toBe(1000);
    await bench.endPause();
    expect(bench.runs).toHaveLength(2);
    bench.runs[1]?.counters.add('hostCalls', 4);
    expect(bench.execution.counters.get('hostCalls')).toBe(4);
    await bench.runs[1]?.end({});
    expect(await bench.execution.exited).toMatchObject({ reason: 'completed', counters: { hostCalls: 7 } });
    expect(bench.told).toEqual(['trapped, again in 1000', 'restart', 'completed']);
  });

  it('is stopped at once by a request in the time between two runs, and not started again', async () => {
    for (const how of ['requestStop', 'terminate'] as const) {
      const bench = new Bench({ mode: 'always' });
      await bench.runs[0]?.end(trap);
      bench.execution[how]();
      expect(await bench.execution.exited).toMatchObject({
        reason: 'stopped',
        exitCode: 0,
        message: undefined,
      });
      expect(bench.pause?.cancelled).toBe(true);
      expect(bench.runs).toHaveLength(1);
    }
  });

  it('passes a request on to the run that is on, and lets its end be the end', async () => {
    const bench = new Bench({ mode: 'always' });
    await bench.runs[0]?.end(trap);
    await bench.endPause();
    bench.execution.requestStop();
    bench.execution.terminate();
    expect(bench.runs[1]?.asked).toEqual(['stop', 'terminate']);
    await bench.runs[1]?.end({ reason: 'terminated', exitCode: 71 });
    expect(await bench.execution.exited).toMatchObject({ reason: 'terminated', exitCode: 71 });
    expect(bench.runs).toHaveLength(2);
  });

  it('ends a crash loop with KANCHI_CRASH_LOOP, its exit code and the last ends', async () => {
    const bench = new Bench({ mode: 'on-failure', failures: 2 });
    bench.nowMs = 100;
    await bench.runs[0]?.end(trap);
    await bench.endPause();
    await bench.runs[1]?.end(trap);
    expect(await bench.execution.exited).toMatchObject({
      reason: 'failed',
      exitCode: 73,
      code: 'KANCHI_CRASH_LOOP',
      message:
        'app "demo" failed 2 times within 0.0 s and is not started again; the last time: it trapped; its last ends: trapped (KANCHI_TRAP) after 0.1 s, trapped (KANCHI_TRAP) after 0.0 s',
    });
  });

  it('begins again under the policy that came last', async () => {
    const bench = new Bench({ mode: 'always' });
    const narrowing = { policy: parsePolicy({ kanchi: 1, apps: {} }, 'policy.json'), atNs: 0n };
    expect(bench.execution.narrow(narrowing).targets).toEqual(['policy.json']);
    await bench.runs[0]?.end(trap);
    await bench.endPause();
    expect(bench.policies).toEqual([undefined, 'policy.json']);
  });

  it('is told of no end when it is never started again', async () => {
    const bench = new Bench({ mode: 'never' });
    await bench.runs[0]?.end(trap);
    expect(await bench.execution.exited).toMatchObject({ reason: 'trapped' });
    expect(bench.told).toEqual([]);
  });
});
