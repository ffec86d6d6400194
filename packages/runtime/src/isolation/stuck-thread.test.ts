import { EventEmitter } from 'node:events';
import { createDoorbell, type RemoteChannelBuffers } from '@kanchi/hal/remote';
import { describe, expect, it } from 'vitest';
import type { AppExit } from '../app/app-exit.ts';
import type { AppPackage } from '../app/app-host.ts';
import { parseBoard } from '../app/board.ts';
import { AppCounters } from '../app/counters.ts';
import { parseManifest } from '../app/manifest.ts';
import { TurnMark } from '../app/turn-mark.ts';
import { RuntimeError } from '../error.ts';
import type { AppExecution } from './execution.ts';
import { MAX_STUCK_THREADS, THREAD_END_LIMIT_MS } from './stuck-threads.ts';
import { STOP_GRACE_MS, WorkerExecutor } from './worker-executor.ts';
import type { AppWorkerData, AppWorkerMessage } from './worker-message.ts';

const manifest = parseManifest(
  { kanchi: 1, name: 'demo', version: '1.0.0', permissions: [], limits: { startMs: 1000 } },
  'app.json',
);
const board = parseBoard({ kanchi: 1, name: 'test' }, 'board.json');
const app = { manifest, board } as unknown as AppPackage;

/** A thread that says and does what the test says, and obeys nobody. */
class DisobedientThread extends EventEmitter {
  readonly data: AppWorkerData;
  toldToEnd = 0;

  constructor(data: AppWorkerData) {
    super();
    this.data = data;
  }

  terminate(): void {
    this.toldToEnd += 1;
  }

  say(message: AppWorkerMessage): void {
    this.emit('message', message);
  }

  async end(): Promise<void> {
    this.emit('exit');
    await settled();
  }

  get channel(): RemoteChannelBuffers {
    const [link] = this.data.links;
    if (link === undefined) throw new Error('no link');
    return link.channel;
  }
}

/** What hangs on promises runs. */
const settled = (): Promise<void> => new Promise((next) => setImmediate(next));

/** An executor on a broker that notes what it is told, with threads that never end by themselves. Its time is the test's. */
class Bench {
  readonly threads: DisobedientThread[] = [];
  readonly commands: string[] = [];
  readonly lines: string[] = [];
  readonly logLines: string[] = [];
  readonly executor: WorkerExecutor;
  /** What the broker says to a detach. */
  detach = (): Promise<void> => Promise.resolve();
  #nowMs = 0;
  readonly #timers = new Set<{ atMs: number; action: () => void }>();

  constructor() {
    const after = (delayMs: number, action: () => void): (() => void) => {
      const timer = { atMs: this.#nowMs + delayMs, action };
      this.#timers.add(timer);
      return () => this.#timers.delete(timer);
    };
    this.executor = new WorkerExecutor({
      brokers: [
        {
          name: '',
          i2cBuses: [],
          spiBuses: [],
          broker: {
            doorbell: createDoorbell(),
            attach: (clientId) => this.commands.push(`attach ${clientId}`),
            detach: (clientId) => {
              this.commands.push(`detach ${clientId}`);
              return this.detach();
            },
            revoke: () => Promise.resolve(),
          },
        },
      ],
      connectSupervisor: () => ({
        extension: undefined,
        transfer: [],
        close: async () => void this.commands.push('close'),
      }),
      startThread: (_entry, { workerData }) => {
        const thread = new DisobedientThread(workerData);
        this.threads.push(thread);
        return thread;
      },
      tell: (line) => this.lines.push(line),
      after,
      lookAfter: after,
      nowNs: () => BigInt(this.#nowMs) * 1_000_000n,
    });
  }

  start(): { execution: AppExecution; thread: DisobedientThread; exit: () => AppExit | undefined } {
    const execution = this.executor.start(app, {
      log: ({ text }) => this.logLines.push(text),
      standardOutput: () => {},
      standardError: () => {},
      denial: () => {},
    });
    let exit: AppExit | undefined;
    void execution.exited.then((told) => {
      exit = told;
    });
    return { execution, thread: this.threads.at(-1) as DisobedientThread, exit: () => exit };
  }

  async pass(milliseconds: number): Promise<void> {
    const endMs = this.#nowMs + milliseconds;
    for (;;) {
      const [next] = [...this.#timers].sort((one, other) => one.atMs - other.atMs);
      if (next === undefined || next.atMs > endMs) break;
      this.#timers.delete(next);
      this.#nowMs = next.atMs;
      next.action();
      await settled();
    }
    this.#nowMs = endMs;
    await settled();
  }

  get waitingTimers(): number {
    return this.#timers.size;
  }

  /** Starts an app and leaves its thread behind. */
  async leaveBehind(): Promise<DisobedientThread> {
    const { execution, thread } = this.start();
    execution.terminate();
    await this.pass(THREAD_END_LIMIT_MS);
    return thread;
  }
}

const logged = (text: string): AppWorkerMessage => ({
  kind: 'log',
  entry: { timeNs: 0n, level: 'info', text },
});
const exitOf = (exit: Partial<AppExit>): AppExit => ({
  reason: 'completed',
  exitCode: 0,
  code: undefined,
  message: undefined,
  stack: undefined,
  counters: new AppCounters().snapshot(),
  ...exit,
});

describe('an app whose thread does not end when it is told to', () => {
  it('has lost its hardware and its connections by the return of terminate', () => {
    const bench = new Bench();
    const { execution, thread } = bench.start();
    execution.terminate();
    expect(thread.toldToEnd).toBe(1);
    expect(bench.commands).toEqual(['attach demo#1', 'detach demo#1', 'close']);
  });

  it('is over after the limit, with a text that says that its thread is still there', async () => {
    const bench = new Bench();
    const { execution, exit } = bench.start();
    execution.terminate();
    await bench.pass(THREAD_END_LIMIT_MS - 1);
    expect(exit()).toBeUndefined();
    await bench.pass(1);
    expect(exit()).toMatchObject({
      reason: 'terminated',
      code: 'KANCHI_TERMINATED',
      counters: { threadsStuck: 1 },
    });
    expect(exit()?.message).toContain(
      'app "demo": was ended; its thread had not ended 100 ms later and was left behind without hardware',
    );
    expect(bench.executor.stuckThreads).toBe(1);
    expect(bench.waitingTimers).toBe(0);
  });

  it('is cut off at its limit by the watchdog, which does not look at it any more', async () => {
    const bench = new Bench();
    const { thread, exit } = bench.start();
    // The first look comes while the guest has control.
    new TurnMark(thread.data.turnsBuffer).start('on_init', () => void bench.pass(1000));
    await settled();
    expect(bench.commands).toEqual(['attach demo#1', 'detach demo#1', 'close']);
    await bench.pass(THREAD_END_LIMIT_MS);
    expect(exit()?.message).toContain('on_init had not returned 1000 ms ("limits.startMs" of app.json)');
    expect(exit()?.message).toContain('its thread had not ended 100 ms later');
    expect(exit()?.counters).toMatchObject({ startsEnded: 1, threadsStuck: 1 });
    expect(bench.waitingTimers).toBe(0);
  });

  it('gives up its hardware only when the broker has let go of it', async () => {
    const bench = new Bench();
    let letGo = (): void => {};
    bench.detach = () =>
      new Promise((resolve) => {
        letGo = resolve;
      });
    const { execution, exit } = bench.start();
    execution.terminate();
    await bench.pass(10 * THREAD_END_LIMIT_MS);
    expect(exit()).toBeUndefined();
    letGo();
    await settled();
    expect(exit()).toMatchObject({ reason: 'terminated' });
  });

  it('is asked to stop, has its grace time, and is over then', async () => {
    const bench = new Bench();
    const { execution, thread, exit } = bench.start();
    thread.say({ kind: 'begun' });
    execution.requestStop();
    await bench.pass(STOP_GRACE_MS - 1);
    expect(bench.commands).toEqual(['attach demo#1']);
    await bench.pass(1);
    expect(bench.commands).toEqual(['attach demo#1', 'detach demo#1', 'close']);
    await bench.pass(THREAD_END_LIMIT_MS);
    expect(exit()?.message).toContain('did not stop within 1000 ms and was ended');
  });

  it('cannot say how it ended, nor anything else, once that is told', async () => {
    const bench = new Bench();
    const { execution, thread, exit } = bench.start();
    thread.say(logged('before'));
    execution.terminate();
    thread.say(logged('on the way'));
    thread.say({ kind: 'exit', exit: exitOf({}) });
    thread.emit('error', new Error('the broker let go of it'));
    await bench.pass(THREAD_END_LIMIT_MS);
    thread.say(logged('after'));
    thread.say({ kind: 'exit', exit: exitOf({}) });
    expect(bench.logLines).toEqual(['before', 'on the way']);
    expect(exit()).toMatchObject({ reason: 'terminated' });
    expect(exit()?.message).not.toContain('the broker let go');
  });

  it('that said how it ends and stays has ended that way', async () => {
    const bench = new Bench();
    const { thread, exit } = bench.start();
    thread.say({ kind: 'exit', exit: exitOf({ exitCode: 3 }) });
    await bench.pass(STOP_GRACE_MS + THREAD_END_LIMIT_MS);
    expect(exit()).toMatchObject({ reason: 'completed', exitCode: 3, counters: { threadsStuck: 1 } });
  });

  it('shares its memory with nobody until the thread has ended', async () => {
    const bench = new Bench();
    const stuck = await bench.leaveBehind();
    expect(bench.start().thread.channel.payload).not.toBe(stuck.channel.payload);
    await stuck.end();
    expect(bench.start().thread.channel.payload).toBe(stuck.channel.payload);
  });

  it('that ends later is told with the time that it took, and counts no more', async () => {
    const bench = new Bench();
    const stuck = await bench.leaveBehind();
    await bench.pass(16_900);
    await stuck.end();
    expect(bench.lines).toEqual(['app "demo": its thread, which could not be ended, has ended 16.9 s later']);
    expect(bench.executor.stuckThreads).toBe(0);
    expect(bench.commands).toEqual(['attach demo#1', 'detach demo#1', 'close']);
  });

  it('keeps no app from being started until there are too many of them', async () => {
    const bench = new Bench();
    const stuck: DisobedientThread[] = [];
    for (let count = 0; count < MAX_STUCK_THREADS; count += 1) stuck.push(await bench.leaveBehind());
    const started = bench.threads.length;
    const refusal = (): unknown => {
      try {
        return bench.start();
      } catch (error) {
        return error;
      }
    };
    const error = refusal();
    expect(error).toBeInstanceOf(RuntimeError);
    expect(error).toMatchObject({ code: 'KANCHI_THREADS_STUCK' });
    expect(bench.threads).toHaveLength(started);
    await stuck[1]?.end();
    expect(bench.start().thread).toBe(bench.threads.at(-1));
  });
});

describe('an app whose thread ends when it is told to', () => {
  it('is over at once, and nothing is said of its thread', async () => {
    const bench = new Bench();
    const { execution, thread, exit } = bench.start();
    execution.terminate();
    await bench.pass(THREAD_END_LIMIT_MS - 1);
    await thread.end();
    expect(exit()).toMatchObject({ message: 'app "demo": was ended', counters: { threadsStuck: 0 } });
    expect(bench.executor.stuckThreads).toBe(0);
    expect(bench.waitingTimers).toBe(0);
    expect(bench.lines).toEqual([]);
  });

  it('is not told to twice, and lets go of its hardware once', async () => {
    const bench = new Bench();
    const { execution, thread } = bench.start();
    execution.terminate();
    execution.terminate();
    execution.requestStop();
    await thread.end();
    execution.terminate();
    expect(thread.toldToEnd).toBe(1);
    expect(bench.commands).toEqual(['attach demo#1', 'detach demo#1', 'close']);
  });
});
