import { requestStop, wakeClient } from '@kanchi/hal/remote';
import type { AppExit } from '../app/app-exit.ts';
import type { AppPackage } from '../app/app-host.ts';
import { AppCounters } from '../app/counters.ts';
import type { LimitName } from '../app/limits.ts';
import { turnLimitsOf } from '../app/turn-limits.ts';
import { TurnMark } from '../app/turn-mark.ts';
import { runtimeErrorTable } from '../error.ts';
import type { Narrowing } from '../policy/app-permissions.ts';
import { limitPlace } from '../policy/limit-caps.ts';
import type { AppMemories, AppMemory } from './app-memory.ts';
import { type AppThread, WORKER_HEAP_MB } from './app-thread.ts';
import type { AppExecution, AppListener, Narrowed } from './execution.ts';
import { OutputBacklog } from './output-backlog.ts';
import { type StuckThreads, stuckText, THREAD_END_LIMIT_MS } from './stuck-threads.ts';
import { crashOutcome } from './thread-crash.ts';
import { type OverdueTurn, overdueText, TurnWatch, watchTurns } from './turn-watch.ts';
import type { AppLink, AppWorkerData, AppWorkerMessage } from './worker-message.ts';
import { WorkerNarrowing } from './worker-narrowing.ts';
import { DETACH_UNDER_WAY, type FilledOptions, type SupervisorService } from './worker-options.ts';

/** How long an app's thread may take to load before it begins its app, milliseconds; counts once a stop was asked for. */
const LOAD_LIMIT_MS = 60_000;

/** One app in its thread, from the supervisor's side. Nothing here waits for the thread without an end. */
export class WorkerExecution implements AppExecution {
  readonly appName: string;
  readonly counters: AppCounters;
  readonly exited: Promise<AppExit>;
  readonly ready: Promise<void>;
  readonly begun: Promise<void>;
  readonly #links: readonly AppLink[];
  readonly #thread: AppThread;
  readonly #clientId: string;
  readonly #listener: AppListener;
  readonly #backlog: OutputBacklog;
  readonly #wake: () => void;
  readonly #narrowing: WorkerNarrowing;
  readonly #supervisor: SupervisorService | undefined;
  readonly #options: FilledOptions;
  readonly #memories: AppMemories;
  readonly #memory: AppMemory;
  readonly #stuck: StuckThreads;
  readonly #placeOfLimit: (name: LimitName) => string;
  readonly #endWatch: () => void;
  /** Resolves when the thread is not there any more. */
  readonly #threadEnded: Promise<void>;
  #isThreadThere = true;
  /** Called when nobody waits for the thread any more. */
  #giveUp = (): void => {};
  #isReady = (): void => {};
  #isBegun = (): void => {};
  #cancelGrace: (() => void) | undefined;
  #cancelEndLimit: (() => void) | undefined;
  #overdue: OverdueTurn | undefined;
  #told: AppExit | undefined;
  #crash: Error | undefined;
  #hasBegun = false;
  /** Letting go of all that the app has; undefined while it runs. */
  #released: Promise<readonly unknown[]> | undefined;
  #isTold = false;
  #stopRequested = false;

  constructor(
    app: AppPackage,
    listener: AppListener,
    clientId: string,
    options: FilledOptions,
    memories: AppMemories,
    stuck: StuckThreads,
  ) {
    this.appName = app.manifest.name;
    this.#listener = listener;
    this.#options = options;
    this.#memories = memories;
    this.#stuck = stuck;
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
    this.#backlog = new OutputBacklog(backlogBuffer);
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
    this.#thread = options.startThread(options.workerEntry, {
      workerData: data,
      transferList: [this.#narrowing.end.port, ...(this.#supervisor?.transfer ?? [])],
      name: clientId,
    });
    this.#threadEnded = new Promise((resolve) => {
      this.#thread.on('exit', () => {
        this.#isThreadThere = false;
        this.#letGo();
        resolve();
      });
    });
    this.#thread.on('message', (message) => this.#hear(message));
    this.#thread.on('error', (error) => {
      // What breaks in a thread that is being ended comes of that.
      if (!this.#hasEnded) this.#crash = error;
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
      this.#isReady = resolve;
    });
    const begun = new Promise<void>((resolve) => {
      this.#isBegun = resolve;
    });
    this.exited = this.#run();
    this.begun = Promise.race([begun, this.exited.then(() => {})]);
    this.ready = Promise.race([ready, this.exited.then(() => {})]);
  }

  get #hasEnded(): boolean {
    return this.#released !== undefined;
  }

  narrow(narrowing: Narrowing): Narrowed {
    if (this.#hasEnded) return { targets: [], closed: Promise.resolve() };
    const { targets, revocations } = this.#narrowing.narrow(narrowing);
    const closed = this.#options.brokers.map(({ broker }) => broker.revoke(this.#clientId, revocations));
    this.#supervisor?.revoke?.(targets);
    this.#wake();
    return { targets, closed: settleAll(closed).then(() => {}) };
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

  #hear(message: AppWorkerMessage): void {
    switch (message.kind) {
      case 'ready':
        this.#isReady();
        return;
      case 'begun':
        this.#begin();
        this.#isBegun();
        return;
      case 'exit':
      case 'ending':
        // What it says after it was told to end comes of that.
        if (this.#hasEnded) return;
        this.#told = message.exit;
        this.#terminateAfterGrace();
        return;
      case 'log':
      case 'standard-output':
      case 'standard-error':
      case 'denial':
        if (!this.#isTold) forward(message, this.#listener, this.#backlog);
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
    if (this.#hasEnded) return;
    this.#cancelGrace ??= this.#options.after(this.#options.stopGraceMs, () => this.terminate());
  }

  terminate(): void {
    if (this.#hasEnded) return;
    void this.#thread.terminate();
    // Now, not when the thread obeys: it may be where nothing can interrupt it.
    this.#letGo();
    this.#giveUpAfter(THREAD_END_LIMIT_MS / 2, () =>
      this.#giveUpAfter(THREAD_END_LIMIT_MS / 2, this.#giveUp),
    );
  }

  /** In two parts: when this thread stood still meanwhile, it hears between them of what has ended long since. */
  #giveUpAfter(delayMs: number, action: () => void): void {
    this.#cancelEndLimit = this.#options.after(delayMs, action);
  }

  /** The app is over: whatever its thread does, it has nothing any more, and nobody looks after it. */
  #letGo(): void {
    if (this.#hasEnded) return;
    this.#released = this.#release();
    // Told by `exited`.
    this.#released.catch(() => {});
    this.#cancelGrace?.();
    this.#endWatch();
    this.#narrowing.close();
  }

  /**
   * Resolves when outputs are at their safe levels and handles and connections closed, with what each broker said; what the thread
   * calls is refused.
   */
  async #release(): Promise<readonly unknown[]> {
    const [detached] = await Promise.all([
      settleAll(this.#options.brokers.map(({ broker }) => broker.detach(this.#clientId))),
      this.#supervisor?.close(),
    ]);
    return detached;
  }

  async #run(): Promise<AppExit> {
    const givenUp = new Promise<void>((resolve) => {
      this.#giveUp = resolve;
    });
    await Promise.race([this.#threadEnded, givenUp]);
    this.#cancelEndLimit?.();
    let fault: Error | undefined;
    try {
      const detached = (await this.#released) ?? [];
      if (!detached.includes(DETACH_UNDER_WAY)) this.#memoryAfterThread();
    } catch (error) {
      fault = error instanceof Error ? error : new Error(String(error));
    }
    this.#isTold = true;
    if (this.#isThreadThere) {
      this.counters.add('threadsStuck');
      this.#stuck.add(this.appName, this.#threadEnded);
    }
    const exit = this.#exitOfThread();
    if (fault === undefined) return exit;
    return {
      ...exit,
      reason: 'failed',
      exitCode: runtimeErrorTable.KANCHI_INTERNAL.exitCode,
      code: 'KANCHI_INTERNAL',
      message: `app "${this.appName}": its hardware could not be released: ${fault.message}`,
    };
  }

  /** The memory is the next app's once nobody writes into it: the broker does not any more, the thread may. */
  #memoryAfterThread(): void {
    const give = (): void => this.#memories.give(this.#memory);
    if (this.#isThreadThere) void this.#threadEnded.then(give);
    else give();
  }

  #exitOfThread(): AppExit {
    const exit = this.#told ?? this.#endedWithoutWord(this.#crash);
    if (!this.#isThreadThere) return exit;
    const { message, counters } = exit;
    return {
      ...exit,
      ...(message === undefined ? {} : { message: `${message}; ${stuckText()}` }),
      counters: { ...counters, threadsStuck: 1 },
    };
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
async function settleAll(works: readonly Promise<unknown>[]): Promise<readonly unknown[]> {
  const outcomes = await Promise.allSettled(works);
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
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
