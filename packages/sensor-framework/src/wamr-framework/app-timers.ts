interface AppTimer {
  intervalNs: bigint;
  periodic: boolean;
  /** Undefined while it is idle. */
  dueNs: bigint | undefined;
}

/**
 * The timers of one app, by WAMR's rules: a periodic one is due again its interval after its callback began, so nothing is
 * caught up; a one-shot one is idle after it expired and can be restarted; a cancelled one keeps its place until it is
 * destroyed. Pure.
 */
export class AppTimers {
  readonly capacity: number;
  readonly #timers = new Map<number, AppTimer>();
  #lastId = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** The id of a new timer, from 1 and never used again, or -1 when the app has as many as it can. */
  create(intervalNs: bigint, periodic: boolean, start: boolean, nowNs: bigint): number {
    if (this.#timers.size >= this.capacity) return -1;
    this.#lastId += 1;
    this.#timers.set(this.#lastId, {
      intervalNs,
      periodic,
      dueNs: start ? nowNs + intervalNs : undefined,
    });
    return this.#lastId;
  }

  /** An unknown id is ignored, as in the original; here and in the next two. */
  destroy(id: number): void {
    this.#timers.delete(id);
  }

  cancel(id: number): void {
    const timer = this.#timers.get(id);
    if (timer !== undefined) timer.dueNs = undefined;
  }

  cancelAll(): void {
    for (const id of this.#timers.keys()) this.cancel(id);
  }

  restart(id: number, intervalNs: bigint, nowNs: bigint): void {
    const timer = this.#timers.get(id);
    if (timer === undefined) return;
    timer.intervalNs = intervalNs;
    timer.dueNs = nowNs + intervalNs;
  }

  nextDueNs(): bigint | undefined {
    let next: bigint | undefined;
    for (const { dueNs } of this.#timers.values()) {
      if (dueNs !== undefined && (next === undefined || dueNs < next)) next = dueNs;
    }
    return next;
  }

  /** The timer whose turn it is, which counts as handled from `nowNs` on. */
  takeDue(nowNs: bigint): number | undefined {
    let first: { readonly id: number; readonly timer: AppTimer; readonly dueNs: bigint } | undefined;
    for (const [id, timer] of this.#timers) {
      const { dueNs } = timer;
      if (dueNs !== undefined && dueNs <= nowNs && (first === undefined || dueNs < first.dueNs)) {
        first = { id, timer, dueNs };
      }
    }
    if (first === undefined) return undefined;
    first.timer.dueNs = first.timer.periodic ? nowNs + first.timer.intervalNs : undefined;
    return first.id;
  }
}
