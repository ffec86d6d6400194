import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assembleModule, op } from '../support/assembled.ts';
import {
  forever,
  mainOf,
  openDevice,
  openLamp,
  readDevice,
  sayReady,
  toggleLamp,
  waitForStop,
} from './guest-modules.ts';
import { appPackage, builtGuest, everyPermission, WorkerBench } from './worker-bench.ts';

let bench: WorkerBench;
beforeEach(() => {
  bench = new WorkerBench();
});
afterEach(() => bench.stop());

const holdsLamp = mainOf((call) => [...openLamp(call), ...sayReady(call), ...waitForStop(call)]);

describe('an app that loops for ever', () => {
  it('is ended when its time to stop is over, and its output is at the safe level', async () => {
    const app = bench.start(appPackage({ name: 'looper', module: builtGuest('loops-forever') }));
    await app.said('looping');
    expect(await bench.view()).toMatchObject({ levels: { lamp: 1 }, openHandles: 1 });
    app.execution.requestStop();
    app.execution.requestStop();
    expect(bench.endGrace()).toBe(1);
    const exit = await app.execution.exited;
    expect(exit).toMatchObject({ reason: 'terminated', exitCode: 71, code: 'KANCHI_TERMINATED' });
    expect(exit.message).toMatch(/app "looper": did not stop within \d+ ms and was ended; return from main/u);
    expect(await bench.view()).toMatchObject({ levels: { lamp: 0 }, openHandles: 0 });
  });

  it('after a broken call that it caught is ended too: its hardware at once, its thread after the grace time', async () => {
    // See swallowed-ending.test.ts in the runtime.
    const module = mainOf((call) => [
      ...openLamp(call),
      ...sayReady(call),
      op.try,
      op.i32(2),
      op.i32(-16),
      op.i32(64),
      call('kanchi_log.write'),
      op.drop,
      op.catchAll,
      op.end,
      ...forever([]),
    ]);
    const app = bench.start(appPackage({ name: 'catcher', module }));
    await bench.graceBegan();
    expect(await bench.view()).toMatchObject({ levels: { lamp: 0 }, openHandles: 0 });
    expect(bench.endGrace()).toBe(1);
    const exit = await app.execution.exited;
    expect(exit).toMatchObject({ reason: 'trapped', exitCode: 70, code: 'KANCHI_TRAP' });
    expect(exit.message).toContain('kanchi_log.write: out of bounds');
  });
});

describe('two apps on one board', () => {
  it('cannot both drive a line: the second is told who owns it', async () => {
    const holder = bench.start(appPackage({ name: 'holder', module: holdsLamp }));
    await holder.said('ready');
    const other = bench.start(appPackage({ name: 'other', module: holdsLamp }));
    expect(await other.execution.exited).toMatchObject({ reason: 'completed', exitCode: 1 });
    expect(other.logLines.join('\n')).toMatch(/line "lamp": .*"?holder"?/u);
    expect(await bench.view()).toMatchObject({ levels: { lamp: 1 }, openHandles: 1 });
    holder.execution.requestStop();
    expect(await holder.execution.exited).toMatchObject({ reason: 'stopped', exitCode: 0 });
    expect(await bench.view()).toMatchObject({ levels: { lamp: 0 }, openHandles: 0 });
  });

  it('take turns on an I2C bus by whole transactions', async () => {
    const transactions = 40;
    const reader = (label: 'first' | 'second') =>
      mainOf((call) => [
        ...openDevice(call, label),
        ...Array.from({ length: transactions }, () => readDevice(call, 4)).flat(),
      ]);
    const apps = (['first', 'second'] as const).map((label) =>
      bench.start(appPackage({ name: `reads-${label}`, module: reader(label) })),
    );
    for (const app of apps) {
      expect(await app.execution.exited).toMatchObject({ reason: 'completed', exitCode: 0 });
      expect(app.execution.counters.get('failures')).toBe(0);
    }
    const { trace, openHandles } = await bench.view();
    const words = [...trace.matchAll(/^\S+ \S+ (start 0x\w+|restart 0x\w+|write|read|stop)/gmu)].map(
      (match) => match[1],
    );
    const whole = (address: string): string =>
      `start ${address},write,restart ${address},read,read,read,read,stop`;
    const found = words.join(',').split(/(?<=stop),/u);
    expect(found).toHaveLength(2 * transactions);
    expect(found.filter((transaction) => transaction === whole('0x76'))).toHaveLength(transactions);
    expect(found.filter((transaction) => transaction === whole('0x77'))).toHaveLength(transactions);
    expect(openHandles).toBe(0);
  });
});

describe('ending a thread in the middle of its calls', () => {
  it('leaks no handle, leaves the safe level, and the next app gets the line: 20 times', async () => {
    const busy = mainOf((call) => [
      ...openLamp(call),
      ...openDevice(call, 'first'),
      ...sayReady(call),
      ...forever([...toggleLamp(call), ...readDevice(call, 8)]),
    ]);
    const brief = mainOf((call) => [...openLamp(call), ...toggleLamp(call)]);
    for (let round = 0; round < 20; round += 1) {
      const app = bench.start(appPackage({ name: 'busy', module: busy }));
      await app.said('ready');
      app.execution.terminate();
      const exit = await app.execution.exited;
      expect(exit).toMatchObject({ reason: 'terminated', code: 'KANCHI_TERMINATED' });
      expect(await bench.view()).toMatchObject({ levels: { lamp: 0 }, openHandles: 0 });
      const next = bench.start(appPackage({ name: 'next', module: brief }));
      expect(await next.execution.exited).toMatchObject({ reason: 'completed', exitCode: 0 });
    }
  });

  it('before the app has begun is an end like any other', async () => {
    const app = bench.start(appPackage({ name: 'early', module: holdsLamp }));
    app.execution.terminate();
    expect(await app.execution.exited).toMatchObject({ reason: 'terminated' });
    app.execution.terminate();
    app.execution.requestStop();
    expect(await bench.view()).toMatchObject({ levels: { lamp: 0 }, openHandles: 0 });
  });
});

describe('the request to stop', () => {
  it('reaches an app in callback style as its last event, then on_stop', async () => {
    const app = bench.start(appPackage({ name: 'callbacks', module: builtGuest('callbacks') }));
    await app.said('periodic sequence 1');
    app.execution.requestStop();
    expect(await app.execution.exited).toMatchObject({ reason: 'stopped', exitCode: 0 });
    expect(app.output).toMatch(/\non_event stop\non_stop\n$/u);
    expect(bench.endGrace()).toBe(0);
  });

  it('ends the wait of an app in main style, which may still print and return', async () => {
    const app = bench.start(appPackage({ name: 'main-loop', module: builtGuest('main-loop') }));
    await app.said('timer 1');
    app.execution.requestStop();
    expect(await app.execution.exited).toMatchObject({ reason: 'stopped', exitCode: 0 });
    expect(app.output).toMatch(/\nstop 1\nafter it -28\n$/u);
    expect(bench.endGrace()).toBe(0);
  });
});

describe('the request to stop while the thread of the app still loads', () => {
  it('lets the app begin: it stops by itself, and its grace time counts from then', async () => {
    const app = bench.start(appPackage({ name: 'early-stop', module: holdsLamp }));
    app.execution.requestStop();
    expect(bench.graceMs()).toEqual([60_000]);
    await app.execution.begun;
    expect(bench.graceMs()).toEqual([60_000, 1000]);
    expect(await app.execution.exited).toMatchObject({ reason: 'stopped', exitCode: 0 });
    expect(bench.endGrace()).toBe(0);
  });
});

describe('an app that floods its log', () => {
  it('is cut at its budget, and every byte is counted', async () => {
    const [lines, bytes, budget] = [500, 100, 1000];
    const text = 'x'.repeat(bytes);
    const module = assembleModule({
      imports: [{ module: 'kanchi_log', name: 'write', type: '(iii)i' }],
      functions: [
        {
          exports: ['main'],
          type: '()',
          body: (call) =>
            Array.from({ length: lines }, () => [
              op.i32(2),
              op.i32(16),
              op.i32(bytes),
              call('kanchi_log.write'),
              op.drop,
            ]).flat(),
        },
      ],
      data: { 16: text },
    });
    const permissions = [
      { kind: 'log', maxBytesPerSecond: budget },
      ...everyPermission.filter(({ kind }) => kind !== 'log'),
    ];
    const app = bench.start(appPackage({ name: 'flood', module, permissions }));
    const { counters } = await app.execution.exited;
    const kept = app.logLines.filter((line) => line === text).length;
    expect(kept * bytes).toBe(counters.logBytes);
    expect(counters.logBytes + counters.logBytesDropped).toBe(lines * bytes);
    // Ten lines a second, and it takes far less than twenty seconds.
    expect(kept).toBeGreaterThanOrEqual(10);
    expect(kept).toBeLessThanOrEqual(200);
    expect(app.logLines).toContainEqual(expect.stringContaining('output dropped: more than 1000 bytes'));
  });
});
