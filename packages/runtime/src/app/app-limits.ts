import type { Clock } from '@kanchi/hal';
import { NS_PER_S } from '@kanchi/hal';
import type { AppOutput } from './app-log.ts';
import type { AppCounters } from './counters.ts';
import { type LimitName, type Limits, limitRule } from './limits.ts';

/** The limits of one app, and where it is told and counted that one was hit. */
export class AppLimits {
  readonly values: Limits;
  readonly #appName: string;
  readonly #advise: (name: LimitName) => string;
  readonly #clock: Clock;
  readonly #counters: AppCounters;
  readonly #output: Pick<AppOutput, 'log'>;
  /** When each limit was told last. */
  readonly #toldNs = new Map<LimitName, bigint>();

  constructor(options: {
    readonly appName: string;
    /** What to do where the limit is not enough: the rest of a sentence. */
    readonly advise: (name: LimitName) => string;
    readonly values: Limits;
    readonly clock: Clock;
    readonly counters: AppCounters;
    readonly output: Pick<AppOutput, 'log'>;
  }) {
    this.values = options.values;
    this.#appName = options.appName;
    this.#advise = options.advise;
    this.#clock = options.clock;
    this.#counters = options.counters;
    this.#output = options.output;
  }

  /**
   * Counts that the app met a limit, and says so in its log, each limit once a second at most. Returns `happened` with the
   * line of the manifest that raises the limit, for the app itself.
   */
  reached(name: LimitName, happened: string): string {
    const { counter } = limitRule(name);
    if (counter !== undefined) {
      this.#counters.add(counter);
    }
    this.tell(name, happened);
    return this.#text(name, happened);
  }

  /** Says in the app's log that it met a limit, without counting it: for those who count themselves. */
  tell(name: LimitName, happened: string): void {
    const nowNs = this.#clock.nowNs();
    const toldNs = this.#toldNs.get(name);
    if (toldNs === undefined || nowNs - toldNs >= NS_PER_S) {
      this.#toldNs.set(name, nowNs);
      const text = `app "${this.#appName}": ${this.#text(name, happened)}`;
      this.#output.log({ timeNs: nowNs, level: 'warning', text });
    }
  }

  #text(name: LimitName, happened: string): string {
    return `${happened}; ${this.#advise(name)}`;
  }
}
