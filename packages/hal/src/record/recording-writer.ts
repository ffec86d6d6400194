import type { Clock } from '../contract/clock.ts';
import type { HalEvent } from '../contract/event.ts';
import type { Hal } from '../contract/hal.ts';
import { HalError } from '../error.ts';
import { MAX_RECORDING_CHARACTERS, MAX_RECORDING_ENTRIES } from './limits.ts';
import {
  type CallEntry,
  type EndEntry,
  type EventEntry,
  type JsonRecord,
  type JsonValue,
  RECORDING_VERSION,
  type RecordedError,
  type RecordedLineName,
  type RecordingHeader,
} from './recording-entry.ts';
import { RecordingError } from './recording-error.ts';

/** Where the lines of a recording go. `write` gets whole lines with their line feed and must not block for long. */
export interface RecordingSink {
  write(line: string): void;
}

export interface RecordingLimits {
  /** Default MAX_RECORDING_CHARACTERS. */
  readonly maxCharacters?: number;
  /** Default MAX_RECORDING_ENTRIES. */
  readonly maxEntries?: number;
}

export interface RecordingOptions extends RecordingLimits {
  /** Lines that the app's board file has by name, so that a replay finds them without the hardware. Default none. */
  readonly lineNames?: readonly RecordedLineName[];
}

/** What is called, on what, by whom and with what. */
export interface RecordedCall {
  readonly call: string;
  readonly on?: number;
  readonly consumer?: string;
  readonly args: JsonRecord;
}

/**
 * Writes a recording line by line. Once a line does not fit or cannot be written, it and all after it are dropped and
 * counted, so that what is there has no gap. Nothing here fails a call of the app.
 */
export class RecordingWriter {
  readonly #hal: Hal;
  readonly #clock: Clock;
  readonly #sink: RecordingSink;
  readonly #maxCharacters: number;
  readonly #maxEntries: number;
  readonly #lineNames: readonly RecordedLineName[];
  #startNs: bigint | undefined;
  #characters = 0;
  #entries = 0;
  #dropped = 0;
  /** Consumers of the calls that are under way, the innermost last. */
  readonly #underWay: string[] = [];
  /** Who opened each handle. */
  readonly #owners: string[] = [''];
  #ended = false;
  #stop: { readonly afterNs: bigint; readonly seenNs: bigint | undefined } | undefined;
  #cause: unknown;

  constructor(hal: Hal, clock: Clock, sink: RecordingSink, options: RecordingOptions) {
    this.#hal = hal;
    this.#clock = clock;
    this.#sink = sink;
    this.#maxCharacters = options.maxCharacters ?? MAX_RECORDING_CHARACTERS;
    this.#maxEntries = options.maxEntries ?? MAX_RECORDING_ENTRIES;
    this.#lineNames = options.lineNames ?? [];
  }

  get entryCount(): number {
    return this.#entries;
  }

  get droppedCount(): number {
    return this.#dropped;
  }

  /** Writes the header, whose time is the start; the first call does it otherwise. Idempotent. */
  begin(): void {
    this.#start();
  }

  nextHandle(consumer: string): number {
    this.#owners.push(consumer);
    return this.#owners.length - 1;
  }

  /** Makes the call and writes down how it ended. `answer` turns what it returned into the recorded result. */
  call<Returned>(
    call: RecordedCall,
    make: () => Returned,
    answer: (returned: Returned) => { readonly result?: JsonValue; readonly handle?: number } = () => ({}),
  ): Returned {
    const startNs = this.#start();
    const beganNs = this.#clock.nowNs();
    const at = Number(beganNs - startNs);
    this.#underWay.push(call.consumer ?? this.#owners[call.on ?? 0] ?? '');
    let returned: Returned;
    try {
      returned = make();
    } catch (error) {
      this.#underWay.pop();
      this.#add({ ...call, at, tookNs: this.#since(beganNs), error: recordedError(error) });
      throw error;
    }
    this.#underWay.pop();
    this.#add({ ...call, at, tookNs: this.#since(beganNs), ...answer(returned) });
    return returned;
  }

  event(on: number, { kind, timeNs, sequence, detail }: HalEvent): void {
    const startNs = this.#start();
    const during = this.#underWay.at(-1);
    const entry: EventEntry = {
      event: kind,
      on,
      at: this.#since(startNs),
      timeNs: Number(timeNs - startNs),
      sequence,
      detail,
      ...(during === undefined ? {} : { during }),
    };
    this.#add(entry);
  }

  /** An absolute time that a call names, ns since the start. */
  relative(timeNs: bigint): number {
    return Number(timeNs - this.#start());
  }

  noteStop(afterNs: bigint, seenNs?: bigint): void {
    this.#stop ??= { afterNs, seenNs };
  }

  /** Writes the last line. Idempotent. Throws RECORDING_INCOMPLETE when something was dropped. */
  finish(): void {
    const startNs = this.#start();
    if (!this.#ended) {
      this.#ended = true;
      const end: EndEntry = {
        end: true,
        at: this.#since(startNs),
        ...this.#stopAt(startNs),
        entries: this.#entries,
        dropped: this.#dropped,
      };
      // Room for this line was kept.
      this.#write(`${JSON.stringify(end)}\n`);
    }
    if (this.#dropped === 0 && this.#cause === undefined) return;
    throw new RecordingError(
      'RECORDING_INCOMPLETE',
      `the recording has ${this.#entries} calls and events and lacks ${this.#dropped}: ${this.#reason()}`,
      { cause: this.#cause },
    );
  }

  #stopAt(startNs: bigint): Pick<EndEntry, 'stopAt' | 'stopSeenAt'> {
    if (this.#stop === undefined) return {};
    const { afterNs, seenNs } = this.#stop;
    const since = (timeNs: bigint): number => (timeNs > startNs ? Number(timeNs - startNs) : 0);
    return { stopAt: since(afterNs), ...(seenNs === undefined ? {} : { stopSeenAt: since(seenNs) }) };
  }

  #reason(): string {
    if (this.#cause !== undefined) return `it could not be written (${textOf(this.#cause)})`;
    return `its limit is ${this.#maxEntries} of them (MAX_RECORDING_ENTRIES) and ${this.#maxCharacters} characters (MAX_RECORDING_CHARACTERS)`;
  }

  #start(): bigint {
    if (this.#startNs !== undefined) return this.#startNs;
    this.#startNs = this.#clock.nowNs();
    const header: RecordingHeader = {
      kanchi: 'recording',
      version: RECORDING_VERSION,
      startNs: String(this.#startNs),
      wallNs: String(this.#clock.wallNs()),
      info: this.#hal.info(),
      capabilities: this.#hal.capabilities,
      ...(this.#lineNames.length === 0 ? {} : { lineNames: this.#lineNames }),
    };
    const line = `${JSON.stringify(header)}\n`;
    this.#characters = line.length;
    this.#write(line);
    return this.#startNs;
  }

  #since(timeNs: bigint): number {
    return Number(this.#clock.nowNs() - timeNs);
  }

  #add(entry: CallEntry | EventEntry): void {
    if (this.#ended || this.#dropped > 0 || this.#cause !== undefined) {
      this.#dropped += 1;
      return;
    }
    const line = `${JSON.stringify(entry)}\n`;
    const fits =
      this.#entries < this.#maxEntries &&
      this.#characters + line.length <= this.#maxCharacters &&
      Number.isSafeInteger(entry.at);
    if (!fits || !this.#write(line)) {
      this.#dropped += 1;
      return;
    }
    this.#characters += line.length;
    this.#entries += 1;
  }

  #write(line: string): boolean {
    if (this.#cause !== undefined) return false;
    try {
      this.#sink.write(line);
      return true;
    } catch (error) {
      this.#cause = error ?? 'unknown';
      return false;
    }
  }
}

function recordedError(error: unknown): RecordedError {
  if (!(error instanceof HalError)) return { message: textOf(error) };
  const { code, message, errno, details } = error;
  return { code, message, ...(errno === undefined ? {} : { errno }), details };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
