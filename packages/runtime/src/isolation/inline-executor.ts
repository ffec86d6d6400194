import type { Clock, Hal, WorldClock } from '@kanchi/hal';
import { NS_PER_US } from '@kanchi/hal';
import type { GuestAbi } from '../abi/guest-abi.ts';
import type { AppExit } from '../app/app-exit.ts';
import type { AppPackage } from '../app/app-host.ts';
import { AppCounters } from '../app/counters.ts';
import { runApp } from '../app/run-app.ts';
import type { HostApi } from '../host-api/host-api.ts';
import { kanchiHostApis } from '../host-api/registry.ts';
import type { Grants } from '../permission/grant.ts';
import type { AppPermissions } from '../policy/app-permissions.ts';
import type { AppExecution, AppExecutor, AppListener } from './execution.ts';

export interface InlineExecutorOptions {
  readonly hal: Hal;
  /** The clock that the simulated hardware runs on; waiting advances it. */
  readonly clock: WorldClock;
  /** The app is asked to stop after this much (virtual) time. */
  readonly durationNs: bigint;
  /** Seed of the app's random numbers; the same seed gives the same run. */
  readonly randomSeed?: number;
  readonly hostApis?: readonly HostApi[];
  readonly guestAbis?: readonly GuestAbi[];
  /** Given the execution before the app begins: `start` returns only when it has ended. */
  readonly onStart?: (execution: AppExecution) => void;
  /** Instead of what the manifest grants, e.g. to learn what the app needs (`learnPermissions`). */
  readonly grants?: Grants;
}

/** Reads of the clock at one instant after which each further one takes a microsecond: a busy loop must end. */
const FREE_CLOCK_READS = 1000;

/**
 * Runs apps on the calling thread with a virtual clock: for tests. `start` blocks until the app has ended. Guest sleep
 * advances the clock, work that falls due runs in order, and two runs give the same trace byte for byte. An app that
 * loops without calling the host blocks the caller for ever; only a worker can be ended.
 */
export class InlineExecutor implements AppExecutor {
  readonly #options: InlineExecutorOptions;

  constructor(options: InlineExecutorOptions) {
    this.#options = options;
  }

  start(app: AppPackage, listener: AppListener): AppExecution {
    const {
      hal,
      clock,
      durationNs,
      randomSeed = 1,
      hostApis = kanchiHostApis,
      guestAbis = [],
      onStart = () => {},
      grants,
    } = this.#options;
    const counters = new AppCounters();
    let stop = false;
    const cancel = clock.schedule(clock.nowNs() + durationNs, () => {
      stop = true;
    });
    let permissions: AppPermissions | undefined;
    let end = (_exit: AppExit): void => {};
    const exited = new Promise<AppExit>((resolve) => {
      end = resolve;
    });
    const execution: AppExecution = {
      appName: app.manifest.name,
      counters,
      exited,
      ready: Promise.resolve(),
      begun: Promise.resolve(),
      narrow: (narrowing) => ({ targets: permissions?.apply(narrowing) ?? [], closed: Promise.resolve() }),
      requestStop: () => {
        stop = true;
      },
      terminate: () => {},
    };
    onStart(execution);
    const exit = runApp(app, {
      hal,
      clock: new BusyLoopClock(clock),
      output: listener,
      counters,
      hostApis,
      guestAbis,
      onPermissions: (made) => {
        permissions = made;
      },
      ...(grants === undefined ? {} : { grants }),
      stopRequested: () => stop,
      pumpEvents: () => clock.runDue(),
      fillRandom: seededRandom(randomSeed),
      onDenial: (text) => listener.denial(text),
    });
    cancel();
    permissions = undefined;
    end(exit);
    return execution;
  }
}

/** Lets virtual time pass for an app that polls the clock instead of waiting. */
class BusyLoopClock implements Clock {
  readonly #clock: WorldClock;
  #lastNs = -1n;
  #reads = 0;

  constructor(clock: WorldClock) {
    this.#clock = clock;
  }

  nowNs(): bigint {
    const nowNs = this.#clock.nowNs();
    if (nowNs !== this.#lastNs) {
      this.#lastNs = nowNs;
      this.#reads = 0;
      return nowNs;
    }
    this.#reads += 1;
    if (this.#reads > FREE_CLOCK_READS) {
      this.#clock.spend(NS_PER_US);
      this.#lastNs = this.#clock.nowNs();
    }
    return this.#lastNs;
  }

  wallNs(): bigint {
    this.nowNs();
    return this.#clock.wallNs();
  }

  waitUntil(deadlineNs: bigint): void {
    this.#clock.waitUntil(deadlineNs);
  }
}

/**
 * Repeatable random bytes for tests: xorshift32 with the shifts 13, 17, 5 (Marsaglia, Xorshift RNGs, 2003). Not for
 * secrets; worker execution takes the system's.
 */
function seededRandom(seed: number): (bytes: Uint8Array) => void {
  let state = seed >>> 0 || 1;
  return (bytes) => {
    for (let index = 0; index < bytes.length; index += 1) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      state >>>= 0;
      bytes[index] = state >>> 24;
    }
  };
}
