import type { HalEventSink } from '../contract/event.ts';
import { HalError } from '../error.ts';
import type { VirtualClock } from '../mock/virtual-clock.ts';
import type { Recording } from './parse-recording.ts';
import {
  argumentText,
  type CallEntry,
  callText,
  type EventEntry,
  type JsonRecord,
} from './recording-entry.ts';
import { RecordingError } from './recording-error.ts';

/** Calls of one consumer and what it was told between them, in recorded order. */
interface Lane {
  /** Indices of entries. */
  readonly indices: number[];
  next: number;
  /** Takes the event that is scheduled off the clock. */
  cancel: () => void;
}

interface EarlyEvent {
  readonly dueNs: bigint;
  readonly lane: Lane;
  readonly entry: EventEntry;
  readonly handOut: () => void;
}

/** What a replayed call is compared by. */
export interface ReplayedCall {
  readonly call: string;
  /** Undefined for calls of the backend. */
  readonly on: number | undefined;
  readonly consumer: string;
  readonly args: JsonRecord;
}

/** Who watches a handle now. */
export interface ReplayedWatch {
  readonly sink: HalEventSink;
  readonly token: number;
}

/** The consumer of what no consumer does. */
const NOBODY = '';

/**
 * Where a replay is in its recording. Each consumer has a lane of its own: its calls and events come in recorded order,
 * those of different consumers as time has it, for which of two threads was first is chance. The first difference ends
 * the replay: whoever calls after it gets it again.
 */
export class ReplaySession {
  readonly recording: Recording;
  readonly clock: VirtualClock;
  readonly watches = new Map<number, ReplayedWatch>();
  readonly #lanes = new Map<string, Lane>();
  /** Events that came during a call, by the index of the call. */
  readonly #during = new Map<number, number[]>();
  readonly #isTaken: boolean[];
  /** The first entry that is not taken. */
  #first = 0;
  /** Events that fell due too early; they are due again after the call. */
  #early: EarlyEvent[] = [];
  #callDepth = 0;
  #failure: RecordingError | undefined;
  #isOver = false;

  constructor(recording: Recording, clock: VirtualClock) {
    this.recording = recording;
    this.clock = clock;
    this.#isTaken = recording.entries.map(() => false);
    const pending = new Map<string, number[]>();
    for (const [index, entry] of recording.entries.entries()) {
      const consumer = this.#consumerOf(entry);
      if ('event' in entry && entry.during !== undefined) {
        const events = pending.get(entry.during) ?? [];
        events.push(index);
        pending.set(entry.during, events);
        continue;
      }
      this.#lane(consumer).indices.push(index);
      if ('event' in entry) continue;
      this.#during.set(index, pending.get(consumer) ?? []);
      pending.delete(consumer);
    }
    for (const lane of this.#lanes.values()) this.#arm(lane);
  }

  get failure(): RecordingError | undefined {
    return this.#failure;
  }

  /** The recorded entry of a call, at the time at which it ended. Throws RECORDING_DIFFERS, RECORDING_INCOMPLETE. */
  take(call: ReplayedCall): CallEntry {
    this.check();
    this.#callDepth += 1;
    try {
      const lane = this.#lane(call.consumer);
      this.#handOut(lane);
      const entry = this.#expect(lane, call);
      this.#handOutDuring(this.#advance(lane));
      this.#passTo(entry.at + entry.tookNs);
      this.#arm(lane);
      return entry;
    } finally {
      this.#callDepth -= 1;
      if (this.#callDepth === 0) this.#scheduleEarly();
    }
  }

  /** The next entry of the consumer if it is a call of that kind on that handle, without taking it. */
  peek(consumer: string, call: string, on: number): CallEntry | undefined {
    const lane = this.#lane(consumer);
    // Events in between are handed out when the call is taken.
    for (let place = lane.next; place < lane.indices.length; place += 1) {
      const entry = this.recording.entries[lane.indices[place] as number] as CallEntry | EventEntry;
      if ('event' in entry) continue;
      return entry.call === call && entry.on === on ? entry : undefined;
    }
    return undefined;
  }

  /** Whether the consumer did nothing any more but close. */
  isAtEnd(consumer: string): boolean {
    const lane = this.#lane(consumer);
    return lane.indices.slice(lane.next).every((index) => !this.#isCallToMake(index));
  }

  /** The recorded call that closed the backend, if it was closed once more. */
  takeClose(): CallEntry | undefined {
    const lane = this.#lane(NOBODY);
    const index = lane.indices[lane.next];
    if (index === undefined) return undefined;
    this.#handOutDuring(this.#advance(lane));
    return this.recording.entries[index] as CallEntry;
  }

  /** Throws the first difference once there was one. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Ends the replay with an answer of the recording that does not fit the call. */
  misfit(call: ReplayedCall, entry: CallEntry): never {
    throw this.#differs(
      this.recording.entries.indexOf(entry),
      `an answer to ${callText(call.call, call.on, call.args)}`,
      JSON.stringify(entry.result ?? null),
    );
  }

  /** No event is handed out any more. Returns the first recorded call that was not made, but for closing. */
  end(): void {
    this.#isOver = true;
    for (const lane of this.#lanes.values()) lane.cancel();
    this.check();
    const left = [...this.#lanes.values()]
      .flatMap((lane) => lane.indices.slice(lane.next))
      .sort((one, other) => one - other)
      .find((index) => this.#isCallToMake(index));
    if (left === undefined) return;
    throw this.#differs(left, this.#textOf(left), 'the end of the session');
  }

  #isCallToMake(index: number): boolean {
    const entry = this.recording.entries[index] as CallEntry | EventEntry;
    return 'call' in entry && entry.call !== 'close';
  }

  #lane(consumer: string): Lane {
    let lane = this.#lanes.get(consumer);
    if (lane === undefined) {
      lane = { indices: [], next: 0, cancel: () => {} };
      this.#lanes.set(consumer, lane);
    }
    return lane;
  }

  #consumerOf(entry: CallEntry | EventEntry): string {
    if ('call' in entry && entry.consumer !== undefined) return entry.consumer;
    return entry.on === undefined ? NOBODY : (this.recording.owners.get(entry.on) ?? NOBODY);
  }

  /** Schedules the next entry of a lane if it is an event that came by itself. */
  #arm(lane: Lane): void {
    lane.cancel();
    lane.cancel = () => {};
    const entry = this.#nextEvent(lane);
    if (entry === undefined || this.#isOver) return;
    const dueNs = this.recording.startNs + BigInt(entry.at);
    const index = lane.indices[lane.next] as number;
    const handOut = (): void => {
      if (this.#nextEvent(lane) !== entry || this.#isOver) return;
      // At one instant the recorded order holds, also between consumers; what came during a call is marked as such.
      const isEarly = this.#first < index && this.clock.nowNs() <= dueNs;
      if (this.#callDepth > 0 || isEarly) {
        this.#early.push({ dueNs, lane, entry, handOut });
        if (this.#callDepth === 0) lane.cancel = this.clock.schedule(dueNs + 1n, handOut);
        return;
      }
      lane.cancel();
      this.#push(lane, entry);
      this.#arm(lane);
    };
    lane.cancel = this.clock.schedule(dueNs, handOut);
  }

  #scheduleEarly(): void {
    for (const { dueNs, lane, entry, handOut } of this.#early.splice(0)) {
      if (this.#nextEvent(lane) !== entry) continue;
      lane.cancel();
      lane.cancel = this.clock.schedule(dueNs, handOut);
    }
  }

  /** Returns the index of what the lane was at. */
  #advance(lane: Lane): number {
    const index = lane.indices[lane.next] as number;
    lane.next += 1;
    this.#markTaken(index);
    return index;
  }

  #markTaken(index: number): void {
    this.#isTaken[index] = true;
    while (this.#isTaken[this.#first] === true) this.#first += 1;
  }

  /** Hands out the events that came before the next call, at their time. */
  #handOut(lane: Lane): void {
    for (let entry = this.#nextEvent(lane); entry !== undefined; entry = this.#nextEvent(lane)) {
      this.#passTo(entry.at);
      // The clock did it, unless its time had passed.
      if (this.#nextEvent(lane) !== entry) continue;
      lane.cancel();
      this.#push(lane, entry);
    }
  }

  #handOutDuring(call: number): void {
    for (const index of this.#during.get(call) ?? []) {
      const entry = this.recording.entries[index] as EventEntry;
      this.#passTo(entry.at);
      this.#markTaken(index);
      this.#tell(entry);
    }
  }

  #nextEvent(lane: Lane): EventEntry | undefined {
    const index = lane.indices[lane.next];
    const entry = index === undefined ? undefined : this.recording.entries[index];
    return entry !== undefined && 'event' in entry ? entry : undefined;
  }

  #push(lane: Lane, entry: EventEntry): void {
    this.#advance(lane);
    this.#tell(entry);
  }

  #tell(entry: EventEntry): void {
    const watch = this.watches.get(entry.on);
    watch?.sink.push({
      kind: entry.event,
      token: watch.token,
      timeNs: this.recording.startNs + BigInt(entry.timeNs),
      sequence: entry.sequence,
      detail: entry.detail,
    });
  }

  #passTo(atNs: number): void {
    this.clock.advanceTo(this.recording.startNs + BigInt(atNs));
  }

  #expect(lane: Lane, call: ReplayedCall): CallEntry {
    const got = callText(call.call, call.on, call.args, call.on === undefined ? call.consumer : undefined);
    const index = lane.indices[lane.next];
    if (index === undefined) {
      const { entries, incomplete } = this.recording;
      if (incomplete !== undefined) {
        this.#failure = new RecordingError(
          'RECORDING_INCOMPLETE',
          `the recording does not go further than ${entries.length} entries: ${incomplete}; the replay called ${got}`,
        );
        throw this.#failure;
      }
      throw this.#differs(entries.length, 'the end of the recording', got);
    }
    const entry = this.recording.entries[index] as CallEntry;
    const isSame =
      entry.call === call.call &&
      entry.on === call.on &&
      argumentText(comparable(entry.args)) === argumentText(comparable(call.args));
    if (!isSame) throw this.#differs(index, this.#textOf(index), got);
    return entry;
  }

  #textOf(index: number): string {
    const entry = this.recording.entries[index] as CallEntry;
    return callText(entry.call, entry.on, entry.args, entry.consumer);
  }

  #differs(index: number, expected: string, got: string): RecordingError {
    this.#failure ??= new RecordingError(
      'RECORDING_DIFFERS',
      `the replay differs from the recording at entry ${index}: recorded was ${expected}, called was ${got}`,
      { difference: { index, expected, got } },
    );
    return this.#failure;
  }
}

/** Deadlines are left out: they hold what time the app itself took, which a replay has not. */
function comparable(args: JsonRecord): JsonRecord {
  const { deadline: _, ...rest } = args;
  return rest;
}

/** Throws what the recorded call threw. */
export function throwRecorded({ error }: CallEntry): void {
  if (error === undefined) return;
  const { code, message, errno, details } = error;
  if (code === undefined) throw new Error(message);
  throw new HalError(code, message, {
    ...(errno === undefined ? {} : { errno }),
    ...(details === undefined ? {} : { details }),
  });
}
