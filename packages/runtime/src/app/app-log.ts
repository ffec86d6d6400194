import { type Clock, NS_PER_S } from '@kanchi/hal';
import { MAX_LOG_BYTES_PER_SECOND } from '../permission/limits.ts';
import type { AppCounters } from './counters.ts';

/** Longest log line that is kept, bytes; the rest of a longer one is cut and counted as dropped. */
export const MAX_LOG_LINE_BYTES = 1024;

export const logLevels = ['error', 'warning', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LogEntry {
  /** Monotonic time, nanoseconds. */
  readonly timeNs: bigint;
  readonly level: LogLevel;
  /** Text of one line; control characters were replaced. */
  readonly text: string;
}

/** Where an app's output goes. The arrays handed over are copies. */
export interface AppOutput {
  log(entry: LogEntry): void;
  /** Bytes as the guest wrote them. */
  standardOutput(bytes: Uint8Array): void;
  standardError(bytes: Uint8Array): void;
}

/**
 * Most lines and writes in a second, whatever the budget of bytes: handing one over costs the supervisor the same, however
 * short it is, and a line can have no byte at all.
 */
export const MAX_WRITES_PER_SECOND = 4096;

/**
 * An app's log and standard streams under one budget of bytes per second and one of writes. What exceeds the budgets of the current
 * second is dropped whole and counted (`logBytesDropped`); the first drop of each second leaves one warning line.
 */
export class AppLog {
  readonly #appName: string;
  readonly #advise: () => string;
  readonly #output: AppOutput;
  readonly #clock: Clock;
  readonly #counters: AppCounters;
  readonly #bytesPerSecond: number;
  #windowStartNs: bigint;
  #spentBytes = 0;
  #writes = 0;
  #told = false;

  constructor(options: {
    readonly appName: string;
    /** What to do where the budget is not enough: the rest of a sentence. */
    readonly advise?: () => string;
    readonly output: AppOutput;
    readonly clock: Clock;
    readonly counters: AppCounters;
    readonly maxBytesPerSecond: number;
  }) {
    this.#appName = options.appName;
    this.#advise = options.advise ?? (() => raiseLogAdvice(options.maxBytesPerSecond));
    this.#output = options.output;
    this.#clock = options.clock;
    this.#counters = options.counters;
    this.#bytesPerSecond = options.maxBytesPerSecond;
    this.#windowStartNs = options.clock.nowNs();
  }

  /** Returns whether the line was kept. */
  write(level: LogLevel, bytes: Uint8Array): boolean {
    if (!this.#take(bytes.length)) {
      return false;
    }
    const kept = bytes.subarray(0, MAX_LOG_LINE_BYTES);
    if (kept.length < bytes.length) {
      this.#counters.add('logBytesDropped', bytes.length - kept.length);
    }
    this.#output.log({ timeNs: this.#clock.nowNs(), level, text: printable(kept) });
    return true;
  }

  standardOutput(bytes: Uint8Array): boolean {
    const kept = this.#take(bytes.length);
    if (kept) {
      this.#output.standardOutput(bytes.slice());
    }
    return kept;
  }

  standardError(bytes: Uint8Array): boolean {
    const kept = this.#take(bytes.length);
    if (kept) {
      this.#output.standardError(bytes.slice());
    }
    return kept;
  }

  #take(byteCount: number): boolean {
    const nowNs = this.#clock.nowNs();
    if (nowNs - this.#windowStartNs >= NS_PER_S) {
      this.#windowStartNs = nowNs;
      this.#spentBytes = 0;
      this.#writes = 0;
      this.#told = false;
    }
    this.#writes += 1;
    const isOverBytes = this.#spentBytes + byteCount > this.#bytesPerSecond;
    if (isOverBytes || this.#writes > MAX_WRITES_PER_SECOND) {
      this.#counters.add('logBytesDropped', byteCount);
      if (!this.#told) {
        this.#told = true;
        this.#output.log({
          timeNs: nowNs,
          level: 'warning',
          text: isOverBytes
            ? `app "${this.#appName}": output dropped: more than ${this.#bytesPerSecond} bytes in a second; ${this.#advise()}`
            : `app "${this.#appName}": output dropped: more than ${MAX_WRITES_PER_SECOND} lines and writes in a second; put more into each of them`,
        });
      }
      return false;
    }
    this.#spentBytes += byteCount;
    this.#counters.add('logBytes', byteCount);
    return true;
  }
}

/** What to write into the manifest where `bytesPerSecond` is not enough: the rest of a sentence. */
export function raiseLogAdvice(bytesPerSecond: number, manifestName = 'app.json'): string {
  const wanted = Math.min(MAX_LOG_BYTES_PER_SECOND, bytesPerSecond * 2);
  return bytesPerSecond >= MAX_LOG_BYTES_PER_SECOND
    ? `that of the "log" permission can be raised to ${MAX_LOG_BYTES_PER_SECOND} at most`
    : `raise it in ${manifestName}: { "kind": "log", "maxBytesPerSecond": ${wanted} }`;
}

const decoder = new TextDecoder();

/** UTF-8 text in which control characters cannot steer a terminal or forge a second line. */
function printable(bytes: Uint8Array): string {
  return decoder
    .decode(bytes)
    .replace(/\r?\n$/u, '')
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => (character === '\t' ? character : '\ufffd'));
}
