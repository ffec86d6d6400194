import { type Transferable, Worker } from 'node:worker_threads';
import {
  createRemoteChannel,
  createWake,
  type RemoteChannelBuffers,
  type Revocations,
  requestStop,
  wakeClient,
} from '@kanchi/hal/remote';
import type { AppExit } from '../app/app-exit.ts';
import type { AppPackage } from '../app/app-host.ts';
import { AppCounters } from '../app/counters.ts';
import type { LimitName } from '../app/limits.ts';
import { turnLimitsOf } from '../app/turn-limits.ts';
import { TurnMark } from '../app/turn-mark.ts';
import { runtimeErrorTable } from '../error.ts';
import type { Narrowing } from '../policy/app-permissions.ts';
import { limitPlace, underPolicy } from '../policy/limit-caps.ts';
import { AppMemories, type AppMemory } from './app-memory.ts';
import type { AppExecution, AppExecutor, AppListener, Narrowed } from './execution.ts';
import { OutputBacklog } from './output-backlog.ts';
import { crashOutcome } from './thread-crash.ts';
import { type OverdueTurn, overdueText, TurnWatch, watchTurns } from './turn-watch.ts';
import type { AppLink, AppWorkerData, AppWorkerMessage } from './worker-message.ts';
import { WorkerNarrowing } from './worker-narrowing.ts';

/** How long an app that was asked to stop may take before its thread is ended, milliseconds. */
export const STOP_GRACE_MS = 1000;
/** How long an app's thread may take to load before it begins its app, milliseconds; counts once a stop was asked for. */
const LOAD_LIMIT_MS = 60_000;
/** Largest JavaScript heap of an app's thread, MiB; the guest's own memory is limited by the manifest instead. */
const WORKER_HEAP_MB = 128;

/** The thread that owns the hardware. */
export interface HardwareBroker {
  /** What the broker sleeps on; every client rings it. */
  readonly doorbell: SharedArrayBuffer;
  /** Serves a new client; its first call waits until this took effect. */
  attach(clientId: string, channel: RemoteChannelBuffers, extension: unknown): void;
  /** Closes everything that the client holds (safe levels first); resolves when that is done. */
  detach(clientId: string): Promise<void>;
  /** The same for some of it; the client is served on. */
  revoke(clientId: string, revocations: Revocations): Promise<void>;
}

/** A thread that owns some buses, so that what happens on them delays nothing else. */
export interface BusBroker {
  /** For the app's side, e.g. `i2c-1`; empty for the one that owns the rest. */
  readonly name: string;
  /** Numbers of the buses that it owns. */
  readonly i2cBuses: readonly number[];
  readonly spiBuses: readonly number[];
  readonly broker: HardwareBroker;
}

/** What the thread that starts apps does for one of them, e.g. its network connections. */
export interface SupervisorService {
  /** For the app's thread: cloned, `transfer` is moved. */
  readonly extension: unknown;
  readonly transfer: readonly Transferable[];
  /** The app has lost these permissions (`kind:label`). */
  revoke?(targets: readonly string[]): void;
  /** The app's thread has ended: resolves when all that it had is let go of. */
  close(): Promise<void>;
}

export interface WorkerExecutorOptions {
  /** At least one. The first owns everything that no other owns. */
  readonly brokers: readonly BusBroker[];
  readonly stopGraceMs?: number;
  /** Worker entry; the default knows the host APIs of this package. */
  readonly workerEntry?: URL;
  /**
   * Makes what a host API of another package shares between the app's thread (`AppService.extension`) and a broker's,
   * once for each app and broker: a value that can be cloned, e.g. shared memory.
   */
  readonly extend?: () => unknown;
  /** Most bytes of one call of an app to a broker, and of its answer. Default: that of the channel (`hal/remote`). */
  readonly payloadBytes?: number;
  /** Exits say when the app was stopped (`AppExit.stopBetweenNs`), for a recording. Default false: each look for a stop costs a read of the clock. */
  readonly timesStop?: boolean;
  /** Called once for each app. `wake` ends the wait of the app's thread. Default: nothing. */
  readonly connectSupervisor?: (app: AppPackage, wake: () => void) => SupervisorService | undefined;
  /** Runs `action` after that many milliseconds; returns a function that cancels it. Tests inject their own. */
  readonly after?: (delayMs: number, action: () => void) => () => void;
  /** As `after`, for the looks at whether an app hangs: such a timer does not keep the process. */
  readonly lookAfter?: (delayMs: number, action: () => void) => () => void;
  /** The monotonic clock of the apps' threads, nanoseconds. */
  readonly nowNs?: () => bigint;
}

type FilledOptions = Required<Omit<WorkerExecutorOptions, 'payloadBytes'>> &
  Pick<WorkerExecutorOptions, 'payloadBytes'>;

/** Runs each app in a worker thread of its own, which can be ended whatever the guest does. */
export class WorkerExecutor implements AppExecutor {
  readonly #options: FilledOptions;
  #started = 0;
  readonly #memories: AppMemories;

  constructor(options: WorkerExecutorOptions) {
    this.#options = {
      stopGraceMs: STOP_GRACE_MS,
      workerEntry: new URL('./app-worker.js', import.meta.url),
      extend: () => undefined,
      timesStop: false,
      connectSupervisor: () => undefined,
      after: (delayMs, action) => {
        const timer = setTimeout(action, delayMs);
        return () => clearTimeout(timer);
      },
      lookAfter: (delayMs, action) => {
        const timer = setTimeout(action, delayMs).unref();
        return () => clearTimeout(timer);
      },
      nowNs: () => process.hrtime.bigint(),
      ...options,
    };
    const { brokers, payloadBytes, extend } = this.#options;
    const payload = payloadBytes === undefined ? {} : { payloadBytes };
    this.#memories = new AppMemories(() => {
      const wake = createWake();
      return {
        wake,
        links: brokers.map(({ broker: { doorbell } }) => ({
          channel: createRemoteChannel({ doorbell, wake, ...payload }),
          extension: extend(),
        })),
      };
    });
  }

  start(app: AppPackage, listener: AppListener): AppExecution {
    this.#started += 1;
    return new WorkerExecution(
      underPolicy(app),
      listener,
      `${app.manifest.name}#${this.#started}`,
      this.#options,
      this.#memories,
    );
  }
}

class WorkerExecution implements AppExecution {
  readonly appName: string;
  readonly counters: AppCounters;
  readonly exited: Promise<AppExit>;
  readonly ready: Promise<void>;
  readonly begun: Promise<void>;
  readonly #links: readonly AppLink[];
  readonly #worker: Worker;
  readonly #clientId: string;
  readonly #wake: () => void;
  readonly #narrowing: WorkerNarrowing;
  readonly #supervisor: SupervisorService | undefined;
  readonly #options: FilledOptions;
  readonly #memories: AppMemories;
  readonly #memory: AppMemory;
  readonly #placeOfLimit: (name: LimitName) => string;
  readonly #endWatch: () => void;
  #cancelGrace: (() => void) | undefined;
  #overdue: OverdueTurn | undefined;
  #hasBegun = false;
  #hasEnded = false;
  #stopRequested = false;

  constructor(
    app: AppPackage,
    listener: AppListener,
    clientId: string,
    options: FilledOptions,
    memories: AppMemories,
  ) {
    this.appName = app.manifest.name;
    this.#options = options;
    this.#memories = memories;
    const memory = memories.take();
    this.#memory = memory;
    const countersBuffer = new SharedArrayBuffer(AppCounters.byteLength);
    this.counters = new AppCounters(countersBuffer);
    this.#links = options.brokers.map(({ broker, ...buses }, index) => {
      const { channel, extension } = memory.links[index] as AppMemory['links'][number];
      broker.attach(clientId, channel, extension);
      return { ...buses, channel, extension };
    });
    const wakeWords = new Int32Array(memory.wake);
    this.#clientId = clientId;
    this.#wake = () => wakeClient(wakeWords);
    this.#supervisor = options.connectSupervisor(app, this.#wake);
    this.#narrowing = new WorkerNarrowing(app);
    const turnsBuffer = new SharedArrayBuffer(TurnMark.byteLength);
    const backlogBuffer = new SharedArrayBuffer(OutputBacklog.byteLength);
    const data: AppWorkerData = {
      app,
      countersBuffer,
      turnsBuffer,
      backlogBuffer,
      links: this.#links,
      supervisor: this.#supervisor?.extension,
      narrowing: this.#narrowing.end,
      timesStop: options.timesStop,
    };
    this.#worker = new Worker(options.workerEntry, {
      workerData: data,
      transferList: [this.#narrowing.end.port, ...(this.#supervisor?.transfer ?? [])],
      name: clientId,
      // The thread gets nothing of the host's environment and none of its options.
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MB },
    });
    this.#placeOfLimit = (name) => limitPlace(app, name);
    this.#endWatch = watchTurns({
      watch: new TurnWatch(new TurnMark(turnsBuffer), turnLimitsOf(app.manifest)),
      nowNs: options.nowNs,
      after: options.lookAfter,
      onOverdue: (overdue) => {
        this.#overdue = overdue;
        this.counters.add(overdue.turn.kind === 'start' ? 'startsEnded' : 'turnsEnded');
        this.terminate();
      },
    });
    const ready = new Promise<void>((resolve) => {
      this.#worker.on('message', ({ kind }: AppWorkerMessage) => {
        if (kind === 'ready') {
          resolve();
        }
      });
    });
    const begun = new Promise<void>((resolve) => {
      this.#worker.on('message', ({ kind }: AppWorkerMessage) => {
        if (kind === 'begun') {
          this.#begin();
          resolve();
        }
      });
    });
    this.exited = this.#watch(listener, clientId, new OutputBacklog(backlogBuffer));
    this.begun = Promise.race([begun, this.exited.then(() => {})]);
    this.ready = Promise.race([ready, this.exited.then(() => {})]);
  }

  narrow(narrowing: Narrowing): Narrowed {
    if (this.#hasEnded) return { targets: [], closed: Promise.resolve() };
    const { targets, revocations } = this.#narrowing.narrow(narrowing);
    const closed = this.#options.brokers.map(({ broker }) => broker.revoke(this.#clientId, revocations));
    this.#supervisor?.revoke?.(targets);
    this.#wake();
    return { targets, closed: settleAll(closed) };
  }

  requestStop(): void {
    if (this.#stopRequested || this.#hasEnded) {
      return;
    }
    this.#stopRequested = true;
    // All channels of the app wake the same thread.
    for (const { channel } of this.#links.slice(0, 1)) {
      requestStop(channel);
    }
    if (this.#hasBegun) {
      this.#terminateAfterGrace();
    } else {
      // An app cannot answer before its thread has loaded, which takes a second on a small Pi.
      this.#cancelGrace ??= this.#options.after(LOAD_LIMIT_MS, () => this.terminate());
    }
  }

  #begin(): void {
    this.#hasBegun = true;
    if (this.#stopRequested) {
      this.#cancelGrace?.();
      this.#cancelGrace = undefined;
      this.#terminateAfterGrace();
    }
  }

  #terminateAfterGrace(): void {
    this.#cancelGrace ??= this.#options.after(this.#options.stopGraceMs, () => this.terminate());
  }

  terminate(): void {
    // Resolves when the thread has ended, which `exited` tells as well.
    void this.#worker.terminate();
  }

  async #watch(listener: AppListener, clientId: string, backlog: OutputBacklog): Promise<AppExit> {
    let told: AppExit | undefined;
    let crash: Error | undefined;
    this.#worker.on('message', (message: AppWorkerMessage) => {
      if (message.kind === 'exit') {
        told = message.exit;
      } else if (message.kind === 'ending') {
        told = message.exit;
        this.#terminateAfterGrace();
      } else if (message.kind !== 'ready' && message.kind !== 'begun') {
        forward(message, listener, backlog);
      }
    });
    this.#worker.on('error', (error) => {
      crash = error;
    });
    await new Promise<void>((resolve) => {
      this.#worker.once('exit', () => resolve());
    });
    this.#hasEnded = true;
    this.#cancelGrace?.();
    this.#endWatch();
    this.#narrowing.close();
    const exit = told ?? this.#endedWithoutWord(crash);
    try {
      await Promise.all([
        settleAll(this.#options.brokers.map(({ broker }) => broker.detach(clientId))),
        this.#supervisor?.close(),
      ]);
    } catch (error) {
      return {
        ...exit,
        reason: 'failed',
        exitCode: runtimeErrorTable.KANCHI_INTERNAL.exitCode,
        code: 'KANCHI_INTERNAL',
        message: `app "${this.appName}": its hardware could not be released: ${error instanceof Error ? error.message : String(error)}`,
      };
    }
    this.#memories.give(this.#memory);
    return exit;
  }

  #endedWithoutWord(crash: Error | undefined): AppExit {
    const counters = this.counters.snapshot();
    if (crash !== undefined) {
      return { ...crashOutcome(this.appName, crash, WORKER_HEAP_MB), counters };
    }
    return {
      reason: 'terminated',
      exitCode: runtimeErrorTable.KANCHI_TERMINATED.exitCode,
      code: 'KANCHI_TERMINATED',
      message:
        this.#overdue !== undefined
          ? `app "${this.appName}": ${overdueText(this.#overdue, this.#placeOfLimit)}`
          : this.#stopRequested
            ? `app "${this.appName}": did not stop within ${this.#options.stopGraceMs} ms and was ended; return from main or on_event when the stop event comes`
            : `app "${this.appName}": was ended`,
      stack: undefined,
      counters,
    };
  }
}

/** Waits for all of them, then throws the first failure. */
async function settleAll(works: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(works);
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') {
      throw outcome.reason;
    }
  }
}

function forward(
  message: Exclude<AppWorkerMessage, { readonly kind: 'exit' | 'ending' | 'ready' | 'begun' }>,
  listener: AppListener,
  backlog: OutputBacklog,
): void {
  switch (message.kind) {
    case 'denial':
      listener.denial(message.text);
      return;
    case 'log':
      listener.log(message.entry);
      break;
    case 'standard-output':
      listener.standardOutput(message.bytes);
      break;
    case 'standard-error':
      listener.standardError(message.bytes);
      break;
  }
  const taken = (): void => backlog.taken(message);
  if (listener.afterWritten === undefined) taken();
  else listener.afterWritten(taken);
}
