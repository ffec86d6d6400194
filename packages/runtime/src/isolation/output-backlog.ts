import type { AppOutput } from '../app/app-log.ts';
import type { AppCounters } from '../app/counters.ts';
import type { AppWorkerMessage } from './worker-message.ts';

/** What an app's thread sends of what the app prints. */
export type OutputMessage = Extract<
  AppWorkerMessage,
  { readonly kind: 'log' | 'standard-output' | 'standard-error' }
>;

/**
 * Most bytes of output of one app on the way from its thread to a terminal, a pipe or a file, whose reader can be slow or stand still for
 * as long as it likes. What would be more meanwhile is dropped and counted.
 */
export const MAX_BACKLOG_BYTES = 4_194_304;
/** What a message counts besides its text or bytes, so that very many short ones are bounded too. */
const MESSAGE_OVERHEAD_BYTES = 256;
const BYTES_WORD = 0;

/** How much output of one app is on the way, for both threads. */
export class OutputBacklog {
  static readonly byteLength = Int32Array.BYTES_PER_ELEMENT;
  readonly #words: Int32Array;

  /** `buffer`: OutputBacklog.byteLength bytes, shared by the two threads. */
  constructor(buffer: SharedArrayBuffer) {
    this.#words = new Int32Array(buffer);
  }

  /** On the app's thread, before the messages are sent: false when there is no room for all of them. */
  put(messages: readonly OutputMessage[]): boolean {
    const cost = messages.reduce((sum, message) => sum + costOf(message), 0);
    const waiting = Atomics.load(this.#words, BYTES_WORD);
    // A single write may be larger, by the app's budget of a second.
    if (waiting > 0 && waiting + cost > MAX_BACKLOG_BYTES) {
      return false;
    }
    Atomics.add(this.#words, BYTES_WORD, cost);
    return true;
  }

  /** On the supervisor's thread, when it has written the message. */
  taken(message: OutputMessage): void {
    Atomics.sub(this.#words, BYTES_WORD, costOf(message));
  }
}

/**
 * The output of an app in a thread of its own. What finds no room in the backlog is counted as dropped (`logBytesDropped`); the next
 * that does comes behind a line that says so.
 */
export class BoundedOutput implements AppOutput {
  readonly #appName: string;
  readonly #backlog: OutputBacklog;
  readonly #counters: AppCounters;
  readonly #send: (message: OutputMessage) => void;
  readonly #nowNs: () => bigint;
  #droppedCount = 0;

  constructor(options: {
    readonly appName: string;
    readonly backlog: OutputBacklog;
    readonly counters: AppCounters;
    readonly send: (message: OutputMessage) => void;
    readonly nowNs: () => bigint;
  }) {
    this.#appName = options.appName;
    this.#backlog = options.backlog;
    this.#counters = options.counters;
    this.#send = options.send;
    this.#nowNs = options.nowNs;
  }

  log(entry: Parameters<AppOutput['log']>[0]): void {
    this.#pass({ kind: 'log', entry });
  }

  standardOutput(bytes: Uint8Array): void {
    this.#pass({ kind: 'standard-output', bytes });
  }

  standardError(bytes: Uint8Array): void {
    this.#pass({ kind: 'standard-error', bytes });
  }

  #pass(message: OutputMessage): void {
    const messages = this.#droppedCount === 0 ? [message] : [this.#dropped(), message];
    if (!this.#backlog.put(messages)) {
      this.#droppedCount += 1;
      this.#counters.add('logBytesDropped', contentBytes(message));
      return;
    }
    this.#droppedCount = 0;
    for (const each of messages) this.#send(each);
  }

  #dropped(): OutputMessage {
    const text = `app "${this.#appName}": output dropped: ${this.#droppedCount} lines and writes came while nobody took what was printed before; let the app print less, or read its output faster`;
    return { kind: 'log', entry: { timeNs: this.#nowNs(), level: 'warning', text } };
  }
}

function costOf(message: OutputMessage): number {
  return contentBytes(message) + MESSAGE_OVERHEAD_BYTES;
}

/** A text counts its characters: what they come to in memory is the overhead's. */
function contentBytes(message: OutputMessage): number {
  return message.kind === 'log' ? message.entry.text.length : message.bytes.length;
}
