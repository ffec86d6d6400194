import { z } from 'zod';
import { RuntimeError, type RuntimeErrorCode } from '../error.ts';
import type { AppExit } from './app-exit.ts';

/** When an app that ended is started again. */
export const restartModes = ['never', 'on-failure', 'always'] as const;

/** What the operator decides about restarts. Each field may be left out. */
export const restartSchema = z
  .strictObject({
    mode: z.enum(restartModes).default('never').describe('When an app that ended is started again.'),
    firstDelayMs: z
      .number()
      .int()
      .min(0)
      .max(3_600_000)
      .default(1000)
      .describe('Time before the first restart, ms; doubles with each failure in a row.'),
    longestDelayMs: z
      .number()
      .int()
      .min(0)
      .max(3_600_000)
      .default(60_000)
      .describe('Most time before a restart, ms.'),
    failures: z
      .number()
      .int()
      .min(1)
      .max(100)
      .default(5)
      .describe('So many failures within withinMs end the restarts.'),
    withinMs: z
      .number()
      .int()
      .min(1)
      .max(86_400_000)
      .default(120_000)
      .describe('The time in which failures are counted, ms; a run of this length begins the delays anew.'),
  })
  .describe('Restarts of an app that ended.');

export type RestartOptions = z.infer<typeof restartSchema>;
export type RestartMode = RestartOptions['mode'];

/** One end of an app. */
export interface RunEnd {
  /** Monotonic nanoseconds. */
  readonly endedAtNs: bigint;
  readonly ranNs: bigint;
  readonly reason: AppExit['reason'];
  readonly exitCode: number;
  readonly code: RuntimeErrorCode | undefined;
  readonly message: string | undefined;
}

export type RestartDecision =
  | { readonly restart: true; readonly delayMs: number; readonly isFailure: boolean }
  /** `why`: for people; undefined when nobody would expect a restart. `error`: KANCHI_CRASH_LOOP. */
  | { readonly restart: false; readonly why?: string; readonly error?: RuntimeError };

/** Ends that are remembered; the oldest go. */
export const KEPT_ENDS = 16;

/** An app that ended with one of these ends the same way each time. */
const lastingCodes: ReadonlySet<RuntimeErrorCode> = new Set<RuntimeErrorCode>([
  'KANCHI_FILE_NOT_FOUND',
  'KANCHI_JSON_INVALID',
  'KANCHI_MANIFEST_INVALID',
  'KANCHI_BOARD_INVALID',
  'KANCHI_LABEL_MISSING',
  'KANCHI_MODULE_NOT_WASM',
  'KANCHI_MODULE_INVALID',
  'KANCHI_MODULE_TOO_LARGE',
  'KANCHI_MODULE_COMPLEX',
  'KANCHI_MODULE_MEMORY',
  'KANCHI_EXPORT_MISSING',
  'KANCHI_STYLE_AMBIGUOUS',
  'KANCHI_BACKEND_UNAVAILABLE',
  'KANCHI_DENIED',
]);

/**
 * Decides after each end of one app whether it is started again, and when. Pure: its owner says what time it is.
 * The time before a restart doubles with each failure in a row. Many failures in a short time end the restarts, and so does a
 * failure that would come again: a file that is wrong, a call that was refused.
 */
export class RestartPolicy {
  readonly #options: RestartOptions;
  readonly #ends: RunEnd[] = [];
  readonly #failedAtNs: bigint[] = [];
  #failuresInRow = 0;
  #restarts = 0;

  constructor(options: RestartOptions) {
    this.#options = options;
  }

  /** The last ends, oldest first, at most KEPT_ENDS. */
  get ends(): readonly RunEnd[] {
    return this.#ends;
  }

  /** Restarts that were decided on. */
  get restarts(): number {
    return this.#restarts;
  }

  /** To be called once for each end that nobody asked for. `startedAtNs` and `nowNs` are of one monotonic clock. */
  ended(exit: AppExit, startedAtNs: bigint, nowNs: bigint): RestartDecision {
    const { reason, exitCode, code, message } = exit;
    const { mode, withinMs, firstDelayMs, longestDelayMs } = this.#options;
    this.#ends.push({ endedAtNs: nowNs, ranNs: nowNs - startedAtNs, reason, exitCode, code, message });
    if (this.#ends.length > KEPT_ENDS) this.#ends.shift();
    const isFailure = reason !== 'stopped' && (reason !== 'completed' || exitCode !== 0);
    if (mode === 'never' || reason === 'stopped' || (mode === 'on-failure' && !isFailure)) {
      return { restart: false };
    }
    if (!isFailure) {
      this.#failuresInRow = 0;
      this.#restarts += 1;
      return { restart: true, delayMs: firstDelayMs, isFailure };
    }
    if (code !== undefined && lastingCodes.has(code)) {
      return { restart: false, why: `not started again: ${code} would come again` };
    }
    if (endedByItself(exit) && exit.counters.denials > 0) {
      return {
        restart: false,
        why: 'not started again: it gave up after a call that was refused, and would be refused again; add the line that the refusal names',
      };
    }
    if (nowNs - startedAtNs >= BigInt(withinMs) * NS_PER_MS) this.#failuresInRow = 0;
    const error = this.#crashLoop(exit, nowNs);
    if (error !== undefined) return { restart: false, error };
    const delayMs = Math.min(longestDelayMs, firstDelayMs * 2 ** this.#failuresInRow);
    this.#failuresInRow = Math.min(this.#failuresInRow + 1, MAX_DOUBLINGS);
    this.#restarts += 1;
    return { restart: true, delayMs, isFailure };
  }

  #crashLoop(exit: AppExit, nowNs: bigint): RuntimeError | undefined {
    const { failures, withinMs } = this.#options;
    this.#failedAtNs.push(nowNs);
    if (this.#failedAtNs.length > failures) this.#failedAtNs.shift();
    const [first] = this.#failedAtNs;
    if (first === undefined || this.#failedAtNs.length < failures) return undefined;
    const spanNs = nowNs - first;
    if (spanNs > BigInt(withinMs) * NS_PER_MS) return undefined;
    const seconds = (Number(spanNs / NS_PER_MS) / 1000).toFixed(1);
    return new RuntimeError(
      'KANCHI_CRASH_LOOP',
      `failed ${failures} times within ${seconds} s and is not started again; the last time: ${exit.message ?? `exit code ${exit.exitCode}`}`,
    );
  }
}

const NS_PER_MS = 1_000_000n;
/** 2^22 times the shortest delay above 0 is more than the longest that can be asked for. */
const MAX_DOUBLINGS = 22;

/** It returned, and said that it could not do its work. */
function endedByItself({ reason, code }: AppExit): boolean {
  return reason === 'completed' || code === 'KANCHI_INIT_FAILED';
}

/** Each end in a few words, e.g. `trapped (KANCHI_TRAP) after 0.3 s`; the oldest first. */
export function endsText(ends: readonly RunEnd[]): string {
  return ends
    .map(({ reason, code, exitCode, ranNs }) => {
      const what = code ?? (exitCode === 0 ? undefined : `exit code ${exitCode}`);
      const seconds = (Number(ranNs / NS_PER_MS) / 1000).toFixed(1);
      return `${reason}${what === undefined ? '' : ` (${what})`} after ${seconds} s`;
    })
    .join(', ');
}
