import { type AppExit, describeFailure } from '../app/app-exit.ts';
import type { AppPackage } from '../app/app-host.ts';
import type { AppCounters, CounterName } from '../app/counters.ts';
import { endsText, type RestartDecision, type RestartOptions, RestartPolicy } from '../app/restart-policy.ts';
import { runtimeErrorTable } from '../error.ts';
import type { Narrowing } from '../policy/app-permissions.ts';
import { effectiveGrants } from '../policy/effective-grants.ts';
import type { AppExecution, AppExecutor, AppListener, Narrowed } from './execution.ts';

export interface RestartingOptions {
  readonly executor: Pick<AppExecutor, 'start'>;
  readonly restart: RestartOptions;
  /** Told of each end after which the app is not just gone, with what comes next. */
  readonly onEnd?: (exit: AppExit, decision: RestartDecision) => void;
  /** It is started again now. */
  readonly onRestart?: () => void;
  /** Runs `action` after that many milliseconds; returns a function that cancels it. */
  readonly after: (delayMs: number, action: () => void) => () => void;
  readonly nowNs: () => bigint;
}

/**
 * One app that is started again when it ends, as the restart policy has it. Between two runs nothing of it is there: its outputs are at
 * their safe levels and released. A request to stop in that time is its end.
 *
 * `exited` tells the end of the last run, with the counters of all; KANCHI_CRASH_LOOP when there were too many.
 */
export function startRestarting(
  app: AppPackage,
  listener: AppListener,
  options: RestartingOptions,
): AppExecution {
  return new RestartingExecution(app, listener, options);
}

class RestartingExecution implements AppExecution {
  readonly appName: string;
  readonly exited: Promise<AppExit>;
  readonly ready: Promise<void>;
  readonly begun: Promise<void>;
  readonly #start: () => AppExecution;
  #app: AppPackage;
  readonly #options: RestartingOptions;
  readonly #policy: RestartPolicy;
  #current: AppExecution;
  #endPause: (() => void) | undefined;
  #isAsked = false;

  constructor(app: AppPackage, listener: AppListener, options: RestartingOptions) {
    this.appName = app.manifest.name;
    this.#options = options;
    this.#policy = new RestartPolicy(options.restart);
    this.#app = app;
    this.#start = () => options.executor.start(this.#app, listener);
    this.#current = this.#start();
    this.ready = this.#current.ready;
    this.begun = this.#current.begun;
    this.exited = this.#run();
  }

  /** Those of the run that is on. */
  get counters(): AppCounters {
    return this.#current.counters;
  }

  /** Also the next run begins under the policy. */
  narrow(narrowing: Narrowing): Narrowed {
    const { manifest, board } = this.#app;
    // A policy that no run could begin under changes nothing, also between two runs.
    effectiveGrants(manifest, board, narrowing.policy);
    this.#app = { ...this.#app, policy: narrowing.policy };
    return this.#current.narrow(narrowing);
  }

  requestStop(): void {
    this.#isAsked = true;
    this.#current.requestStop();
    this.#endPause?.();
  }

  terminate(): void {
    this.#isAsked = true;
    this.#current.terminate();
    this.#endPause?.();
  }

  async #run(): Promise<AppExit> {
    const { nowNs, onEnd, onRestart } = this.#options;
    const total = new Map<CounterName, number>();
    for (;;) {
      const startedAtNs = nowNs();
      const exit = await this.#current.exited;
      for (const [name, count] of Object.entries(exit.counters) as [CounterName, number][]) {
        total.set(name, (total.get(name) ?? 0) + count);
      }
      const counters = { ...exit.counters, ...Object.fromEntries(total) };
      if (this.#isAsked) return { ...exit, counters };
      const decision = this.#policy.ended(exit, startedAtNs, nowNs());
      if (this.#options.restart.mode !== 'never') onEnd?.(exit, decision);
      if (!decision.restart) return { ...this.#lastExit(exit, decision), counters };
      await this.#pause(decision.delayMs);
      // Not asked for when it ended; asked for while there was nothing of it.
      if (this.#wasAsked()) {
        return { ...exit, reason: 'stopped', exitCode: 0, code: undefined, message: undefined, counters };
      }
      onRestart?.();
      try {
        this.#current = this.#start();
      } catch (error) {
        return { ...describeFailure(this.appName, error), counters };
      }
    }
  }

  #wasAsked(): boolean {
    return this.#isAsked;
  }

  async #pause(delayMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.#options.after(delayMs, resolve);
      this.#endPause = () => {
        cancel();
        resolve();
      };
    });
    this.#endPause = undefined;
  }

  #lastExit(exit: AppExit, { error }: { readonly error?: Error | undefined }): AppExit {
    if (error === undefined) return exit;
    return {
      ...exit,
      reason: 'failed',
      exitCode: runtimeErrorTable.KANCHI_CRASH_LOOP.exitCode,
      code: 'KANCHI_CRASH_LOOP',
      message: `app "${this.appName}" ${error.message}; its last ends: ${endsText(this.#policy.ends)}`,
      stack: exit.stack,
    };
  }
}
