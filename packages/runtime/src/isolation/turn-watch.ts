import type { TurnLimits } from '../app/turn-limits.ts';
import type { Turn, TurnMark } from '../app/turn-mark.ts';

const NS_PER_MS = 1_000_000;
/** The shortest time between two looks at an app that is idle: bounds the cost of an app with a tiny limit. */
const SHORTEST_LOOK_MS = 10;
/**
 * A look that comes so much too late, milliseconds, tells that the whole process stood still (SIGSTOP, a machine that slept, no
 * processor time): that time is not the guest's, and it has as much again to come to its end.
 */
const STALL_MS = 1000;

/** A turn that lasted for its limit. */
export interface OverdueTurn {
  readonly turn: Turn;
  readonly limitMs: number;
  /** What it took until it was seen. */
  readonly tookMs: number;
}

export type TurnLook =
  | { readonly lookAgainInMs: number; readonly overdue?: undefined }
  | { readonly overdue: OverdueTurn };

/**
 * Says at each look whether the app's turn is over its limit, and when to look again: at its deadline, or earlier when the next turn
 * could be over before. So there are few looks and none is late. Pure: its owner says what time it is.
 */
export class TurnWatch {
  readonly #mark: Pick<TurnMark, 'read'>;
  readonly #limits: TurnLimits;
  /** A turn that begins now is not over before. */
  readonly #shortestMs: number;
  #plannedNs: bigint | undefined;
  #stalled = { sequence: -1, ns: 0n };

  constructor(mark: Pick<TurnMark, 'read'>, limits: TurnLimits) {
    this.#mark = mark;
    this.#limits = limits;
    const finite = Object.values(limits).filter((limit) => limit !== undefined);
    this.#shortestMs = Math.max(SHORTEST_LOOK_MS, Math.min(...finite));
  }

  look(nowNs: bigint): TurnLook {
    const turn = this.#mark.read();
    const limitMs = turn === undefined ? undefined : this.#limits[turn.kind];
    const lateNs = this.#plannedNs === undefined ? 0n : nowNs - this.#plannedNs;
    let waitMs = this.#shortestMs;
    if (turn !== undefined && limitMs !== undefined) {
      if (lateNs > BigInt(STALL_MS * NS_PER_MS)) this.#forgive(turn, lateNs);
      const tookNs = nowNs - turn.beganNs;
      const forgivenNs = turn.sequence === this.#stalled.sequence ? this.#stalled.ns : 0n;
      const leftMs = limitMs - Number(tookNs - forgivenNs) / NS_PER_MS;
      if (leftMs <= 0) return { overdue: { turn, limitMs, tookMs: Number(tookNs) / NS_PER_MS } };
      waitMs = Math.min(waitMs, leftMs);
    }
    const lookAgainInMs = Math.ceil(waitMs);
    this.#plannedNs = nowNs + BigInt(lookAgainInMs * NS_PER_MS);
    return { lookAgainInMs };
  }

  #forgive({ sequence }: Turn, lateNs: bigint): void {
    const before = this.#stalled.sequence === sequence ? this.#stalled.ns : 0n;
    this.#stalled = { sequence, ns: before + lateNs + BigInt(STALL_MS * NS_PER_MS) };
  }
}

/** Looks at the turns until one is over its limit, which is told once, or until the returned function is called. */
export function watchTurns(options: {
  readonly watch: TurnWatch;
  readonly nowNs: () => bigint;
  readonly after: (delayMs: number, action: () => void) => () => void;
  readonly onOverdue: (overdue: OverdueTurn) => void;
}): () => void {
  const { watch, nowNs, after, onOverdue } = options;
  let cancel = (): void => {};
  const look = (): void => {
    const { overdue, ...next } = watch.look(nowNs());
    if (overdue !== undefined) onOverdue(overdue);
    else if ('lookAgainInMs' in next) cancel = after(next.lookAgainInMs, look);
  };
  look();
  return () => cancel();
}

/** The limit of app.json that a turn has. */
const limitNames = { start: 'startMs', callback: 'callbackMs', main: 'callbackMs' } as const;

/**
 * For people: what hung, for how long, and which line of which file says how long it may. `placeOf`: that line, where it is
 * not in the manifest.
 */
export function overdueText(
  { turn, limitMs, tookMs }: OverdueTurn,
  placeOf: (name: 'startMs' | 'callbackMs') => string = (name) => `"limits.${name}" of app.json`,
): string {
  const limit = `${limitMs} ms (${placeOf(limitNames[turn.kind])})`;
  const what =
    turn.kind === 'main'
      ? `${turn.what} ran for ${limit} without a wait`
      : turn.what === 'on_init'
        ? `on_init had not returned ${limit} after the start`
        : `${turn.what} did not return within ${limit}`;
  const advice =
    turn.kind === 'main'
      ? '; wait for events or sleep now and then, or raise that limit'
      : '; return earlier, or raise that limit';
  return `${what} and the app was ended after ${Math.round(tookMs)} ms, outputs at their safe levels${advice}`;
}
