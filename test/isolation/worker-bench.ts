import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { MessageChannel, Worker } from 'node:worker_threads';
import { BrokerConnection, createDoorbell } from '@kanchi/hal/remote';
import {
  type AppExecution,
  type AppListener,
  type AppPackage,
  type Board,
  loadModule,
  parseBoard,
  parseManifest,
  restartSchema,
  startRestarting,
  WorkerExecutor,
  type WorkerExecutorOptions,
} from '@kanchi/runtime';
import { repositoryRoot } from '../support/repository.ts';

/** What the hardware shows, measured in the broker's thread. */
export interface BrokerView {
  readonly levels: Readonly<Record<string, 0 | 1>>;
  readonly openHandles: number;
  readonly trace: string;
}

export const testBoard = {
  kanchi: 1,
  name: 'test',
  lines: { lamp: { line: 17, direction: 'output', safeLevel: 0 } },
  i2c: {
    devices: {
      first: {
        bus: 1,
        address: '0x76',
        part: 'bme280',
        registerAddressing: { addressBytes: 1, write: 'pairs' },
      },
      second: {
        bus: 1,
        address: '0x77',
        part: 'bme280',
        registerAddressing: { addressBytes: 1, write: 'pairs' },
      },
    },
  },
};

/** Every permission that the board of these tests has something for. */
export const everyPermission = [
  { kind: 'log' },
  { kind: 'clock', actions: ['monotonic', 'sleep', 'timer'] },
  { kind: 'gpio', line: 'lamp', actions: ['read', 'write'] },
  { kind: 'i2c', device: 'first', actions: ['read', 'write'] },
  { kind: 'i2c', device: 'second', actions: ['read', 'write'] },
];

export function appPackage(options: {
  readonly name: string;
  readonly module: Uint8Array;
  readonly permissions?: readonly object[];
  readonly arguments?: readonly string[];
  readonly board?: object;
  readonly limits?: object;
}): AppPackage {
  const { name, permissions = everyPermission } = options;
  const manifest = parseManifest(
    {
      kanchi: 1,
      name,
      version: '0.0.0',
      permissions,
      arguments: options.arguments ?? [],
      limits: options.limits ?? {},
    },
    'manifest of the test',
  );
  const board = parseBoard(options.board ?? testBoard, 'board of the test');
  const maximumPages = manifest.limits.memoryPages;
  return { manifest, board, module: loadModule(options.module, { source: `${name}.wasm`, maximumPages }) };
}

/** A guest of `test/guests`, built. */
export function builtGuest(name: string): Uint8Array {
  return readFileSync(`${repositoryRoot}test/guests/build/${name}.wasm`);
}

/** An app in its worker, with what it said so far. */
export class StartedApp {
  readonly execution: AppExecution;
  output = '';
  errorOutput = '';
  readonly logLines: string[] = [];
  readonly denials: string[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(executor: Pick<WorkerExecutor, 'start'>, app: AppPackage) {
    const decoder = new TextDecoder();
    const heard = (): void => {
      for (const check of this.#waiting) check();
    };
    this.execution = executor.start(app, {
      log: ({ text }) => {
        this.logLines.push(text);
        heard();
      },
      standardOutput: (bytes) => {
        this.output += decoder.decode(bytes);
        heard();
      },
      standardError: (bytes) => {
        this.errorOutput += decoder.decode(bytes);
      },
      denial: (text) => this.denials.push(text),
    });
  }

  /** Resolves when its log or output holds the text; rejects when it ends before. */
  async said(text: string): Promise<void> {
    const holds = (): boolean =>
      this.output.includes(text) || this.logLines.some((line) => line.includes(text));
    const found = new Promise<void>((resolve) => {
      const check = (): void => {
        if (holds()) {
          this.#waiting.delete(check);
          resolve();
        }
      };
      this.#waiting.add(check);
      check();
    });
    const early = this.execution.exited.then(({ reason, message }) => {
      if (!holds()) throw new Error(`ended without saying "${text}": ${reason} ${message}`);
    });
    await Promise.race([found, early]);
  }
}

/** A broker with simulated hardware, and workers on it. The time that a stopping app gets is over when `endGrace` says so. */
export class WorkerBench {
  readonly #worker: Worker;
  readonly #connection: BrokerConnection;
  readonly #executor: WorkerExecutor;
  /** Looks at whether an app hangs; `pass` lets their times come. */
  readonly #looks: { atNs: bigint; action: () => void; cancelled: boolean; app?: StartedApp }[] = [];
  /** How far the time of the app that is looked at is ahead of the clock. */
  #aheadNs = 0n;
  readonly #grace: { delayMs: number; action: () => void; cancelled: boolean }[] = [];
  readonly #graceWaits: (() => void)[] = [];
  readonly #pauses: (() => void)[] = [];
  readonly #pauseWaits: (() => void)[] = [];
  #ticket = 0;

  /** In real time an app that hangs is ended when its limit is over; else when `pass` says so. `options`: in place of the bench's. */
  constructor(
    board: object = testBoard,
    time: 'real time' | 'given' = 'given',
    options: Partial<WorkerExecutorOptions> = {},
  ) {
    const parsed: Board = parseBoard(board, 'board of the test');
    const doorbell = createDoorbell();
    const { port1, port2 } = new MessageChannel();
    this.#worker = new Worker(new URL('./broker-thread.mjs', import.meta.url), {
      workerData: { board: parsed, doorbell, port: port2 },
      transferList: [port2],
      execArgv: [],
    });
    this.#connection = new BrokerConnection({ port: port1, doorbell });
    this.#executor = new WorkerExecutor({
      brokers: [{ name: '', i2cBuses: [], spiBuses: [], broker: this.#connection }],
      ...(time === 'given' ? this.#givenTime() : {}),
      after: (delayMs, action) => {
        const entry = { delayMs, action, cancelled: false };
        this.#grace.push(entry);
        for (const resolve of this.#graceWaits.splice(0)) resolve();
        return () => {
          entry.cancelled = true;
        };
      },
      ...options,
    });
  }

  /** Threads that could not be ended and are still there. */
  get stuckThreads(): number {
    return this.#executor.stuckThreads;
  }

  /** Starts it again as the policy has it; the time between two runs is over when `endPause` says so. */
  startRestarting(app: AppPackage, restart: object): StartedApp {
    const executor = {
      start: (given: AppPackage, listener: AppListener) =>
        startRestarting(given, listener, {
          executor: this.#executor,
          restart: restartSchema.parse(restart),
          nowNs: () => process.hrtime.bigint(),
          after: (_delayMs, action) => {
            this.#pauses.push(action);
            for (const resolve of this.#pauseWaits.splice(0)) resolve();
            return () => {};
          },
        }),
    };
    return new StartedApp(executor, app);
  }

  /** Resolves when an app has ended that is started again later. */
  async pauseBegan(): Promise<void> {
    if (this.#pauses.length === 0) await new Promise<void>((resolve) => this.#pauseWaits.push(resolve));
  }

  endPause(): void {
    for (const action of this.#pauses.splice(0)) action();
  }

  start(app: AppPackage): StartedApp {
    const started = new StartedApp(this.#executor, app);
    this.#claimLooks(started);
    return started;
  }

  /** Lets so much time pass for whoever watches this app, and for nobody else. */
  pass(app: StartedApp, milliseconds: number): void {
    const endNs = process.hrtime.bigint() + BigInt(milliseconds * 1_000_000);
    for (;;) {
      const next = this.#looks.find((look) => look.app === app && !look.cancelled && look.atNs <= endNs);
      if (next === undefined) return;
      next.cancelled = true;
      this.#aheadNs = next.atNs - process.hrtime.bigint();
      next.action();
      this.#aheadNs = 0n;
      this.#claimLooks(app);
    }
  }

  #givenTime(): Pick<WorkerExecutorOptions, 'nowNs' | 'lookAfter'> {
    return {
      nowNs: () => this.#nowNs(),
      lookAfter: (delayMs, action) => {
        const atNs = this.#nowNs() + BigInt(Math.round(delayMs * 1e6));
        const entry = { atNs, action, cancelled: false };
        this.#looks.push(entry);
        return () => {
          entry.cancelled = true;
        };
      },
    };
  }

  #nowNs(): bigint {
    return process.hrtime.bigint() + this.#aheadNs;
  }

  #claimLooks(app: StartedApp): void {
    for (const look of this.#looks) look.app ??= app;
  }

  /** Resolves when an app's grace time runs. */
  async graceBegan(): Promise<void> {
    if (this.#grace.length === 0) {
      await new Promise<void>((resolve) => this.#graceWaits.push(resolve));
    }
  }

  /** Lengths of the times that were waited for since the last `endGrace`, milliseconds. */
  graceMs(): readonly number[] {
    return this.#grace.map(({ delayMs }) => delayMs);
  }

  /** Lets the grace time of every stopping app be over. Returns how many were not done. */
  endGrace(): number {
    const running = this.#grace.splice(0).filter(({ cancelled }) => !cancelled);
    for (const { action } of running) action();
    return running.length;
  }

  /** Drives a line from outside. */
  drive(line: number, level: 0 | 1): void {
    this.#connection.send({ drive: line, level });
  }

  async view(): Promise<BrokerView> {
    this.#ticket += 1;
    const ticket = this.#ticket;
    const answer = new Promise<BrokerView>((resolve) => {
      const listen = (message: BrokerView & { readonly ticket: number }): void => {
        if (message.ticket === ticket) {
          this.#worker.off('message', listen);
          resolve(message);
        }
      };
      this.#worker.on('message', listen);
    });
    this.#connection.send({ ticket });
    return await answer;
  }

  async stop(): Promise<void> {
    const ended = once(this.#worker, 'exit');
    await this.#connection.stop();
    await ended;
  }
}
