import type { EventRingWriter } from '../remote/event-ring.ts';
import { decodeLineEvent, GPIO_V2_LINE_SET_CONFIG, LINE_CONFIG_BYTES, LINE_EVENT_BYTES } from './gpio-abi.ts';
import { KERNEL_EDGE_EVENTS, MAX_EDGES_PER_WINDOW, STORM_PAUSE_MS, STORM_WINDOW_MS } from './limits.ts';
import { allocateAll } from './native-resources.ts';
import { POLLIN } from './open-flags.ts';
import { type NativeMemory, type Sys, SysError } from './sys.ts';

/** A line whose edges are waited for. */
export interface PumpedLine {
  /** Chosen by the other side; the token of its events. */
  readonly key: number;
  readonly fileDescriptor: number;
  /** `gpio_v2_line_config` with the edges, and without. */
  readonly configOn: Uint8Array;
  readonly configOff: Uint8Array;
  /** The kernel's number of the last event that an earlier watch of this line has seen. */
  readonly lastSequence: number;
}

interface LineState extends PumpedLine {
  /** The kernel's number of the last event that was read. */
  readSequence: number;
  /** Added so that edges which were switched off show as a gap. */
  gapCount: number;
  windowStartNs: bigint;
  windowCount: number;
  /** Edges are switched off until then. */
  pausedUntilNs: bigint | undefined;
  /** The chip or the line is not there any more: nothing will ever come. */
  isGone: boolean;
}

const NS_PER_MS = 1_000_000n;
/** What a read of an event descriptor takes (eventfd(2)). */
const WAKE_BYTES = 8;
/** Events that one read(2) takes. */
const EVENTS_PER_READ = 16;
/** Events of one line in one round, so that a line cannot keep the others waiting. */
const READS_PER_ROUND = 8;
/** Reads that take all that the kernel keeps of a line. */
const READS_TO_EMPTY = Math.ceil(KERNEL_EDGE_EVENTS / EVENTS_PER_READ);
/** A sequence number has 32 bits. */
const SEQUENCE_MODULUS = 2 ** 32;

/**
 * Waits for edges of all lines and puts them into a ring in shared memory. It is the only reader of the lines' descriptors: a
 * read by Node's own thread pool would stop four of its threads for ever. Runs in a thread of its own, since it blocks.
 */
export class EdgePump {
  readonly #sys: Sys;
  readonly #wakeDescriptor: number;
  readonly #ring: EventRingWriter;
  readonly #nowNs: () => bigint;
  readonly #lines = new Map<number, LineState>();
  readonly #events: NativeMemory;
  readonly #wake: NativeMemory;
  readonly #config: NativeMemory;
  #stormCount = 0;

  constructor(options: {
    readonly sys: Sys;
    /** From `eventDescriptor`: ends the wait of a round. */
    readonly wakeDescriptor: number;
    readonly ring: EventRingWriter;
    readonly nowNs: () => bigint;
  }) {
    this.#sys = options.sys;
    this.#wakeDescriptor = options.wakeDescriptor;
    this.#ring = options.ring;
    this.#nowNs = options.nowNs;
    [this.#events, this.#wake, this.#config] = allocateAll(this.#sys, [
      EVENTS_PER_READ * LINE_EVENT_BYTES,
      WAKE_BYTES,
      LINE_CONFIG_BYTES,
    ]);
  }

  get stormCount(): number {
    return this.#stormCount;
  }

  add(line: PumpedLine): void {
    this.#lines.set(line.key, {
      ...line,
      readSequence: line.lastSequence,
      gapCount: 0,
      windowStartNs: this.#nowNs(),
      windowCount: 0,
      pausedUntilNs: undefined,
      isGone: false,
    });
  }

  /**
   * Reads no more of the line; what the kernel still keeps of it is dropped. Returns the kernel's number of its last event.
   */
  remove(key: number): number {
    const line = this.#lines.get(key);
    if (line === undefined) return 0;
    this.#lines.delete(key);
    // Bounded: edges may go on while it drops them.
    for (let count = 0; count < READS_TO_EMPTY && this.#isReadable(line); count += 1) {
      if (this.#read(line, () => {}) === 0) break;
    }
    return line.readSequence;
  }

  /** One round: waits at most `timeoutMs`. Returns how many events went into the ring. */
  step(timeoutMs: number): number {
    this.#endPauses();
    const active = [...this.#lines.values()].filter(
      ({ pausedUntilNs, isGone }) => pausedUntilNs === undefined && !isGone,
    );
    const entries = active.map(({ fileDescriptor }) => ({ fileDescriptor, events: POLLIN }));
    const wake = { fileDescriptor: this.#wakeDescriptor, events: POLLIN };
    const [wakeReady = 0, ...ready] = this.#sys.poll([wake, ...entries], this.#shortened(timeoutMs));
    if ((wakeReady & POLLIN) !== 0) this.#sys.read(this.#wakeDescriptor, this.#wake);
    let pushed = 0;
    active.forEach((line, index) => {
      const events = ready[index] ?? 0;
      if ((events & POLLIN) !== 0) pushed += this.#take(line);
      // The chip was unbound (linereq_poll in gpiolib-cdev.c): poll would return at once for ever.
      else if (events !== 0) line.isGone = true;
    });
    return pushed;
  }

  close(): void {
    for (const memory of [this.#events, this.#wake, this.#config]) this.#sys.free(memory);
  }

  /** A pause ends in time although nothing else happens. */
  #shortened(timeoutMs: number): number {
    const isPaused = [...this.#lines.values()].some(
      ({ pausedUntilNs, isGone }) => pausedUntilNs !== undefined && !isGone,
    );
    return isPaused ? Math.min(timeoutMs, STORM_PAUSE_MS) : timeoutMs;
  }

  #take(line: LineState): number {
    let pushed = 0;
    const push = (offset: number): void => {
      const { timeNs, isRising, sequence } = decodeLineEvent(this.#events.bytes, offset);
      this.#ring.push({
        kind: 'edge',
        token: line.key,
        timeNs,
        sequence: ((sequence - line.lastSequence + SEQUENCE_MODULUS) % SEQUENCE_MODULUS) + line.gapCount,
        detail: isRising ? 1 : 0,
      });
      pushed += 1;
    };
    for (let count = 0; count < READS_PER_ROUND && this.#isReadable(line); count += 1) {
      if (this.#read(line, push) === 0) break;
    }
    this.#watchForStorm(line, pushed);
    return pushed;
  }

  #isReadable({ fileDescriptor, isGone }: LineState): boolean {
    if (isGone) return false;
    try {
      const [events = 0] = this.#sys.poll([{ fileDescriptor, events: POLLIN }], 0);
      return (events & POLLIN) !== 0;
    } catch (error) {
      // Looked at again in the next round.
      if (!(error instanceof SysError)) throw error;
      return false;
    }
  }

  #read(line: LineState, push: (offset: number) => void): number {
    let byteCount = 0;
    try {
      byteCount = this.#sys.read(line.fileDescriptor, this.#events);
    } catch (error) {
      // The chip was unbound between poll and read.
      if (!(error instanceof SysError)) throw error;
      line.isGone = true;
    }
    const count = Math.floor(byteCount / LINE_EVENT_BYTES);
    for (let index = 0; index < count; index += 1) {
      line.readSequence = decodeLineEvent(this.#events.bytes, index * LINE_EVENT_BYTES).sequence;
      push(index * LINE_EVENT_BYTES);
    }
    return count;
  }

  #watchForStorm(line: LineState, count: number): void {
    const nowNs = this.#nowNs();
    if (nowNs - line.windowStartNs > BigInt(STORM_WINDOW_MS) * NS_PER_MS) {
      line.windowStartNs = nowNs;
      line.windowCount = 0;
    }
    line.windowCount += count;
    if (line.windowCount <= MAX_EDGES_PER_WINDOW) return;
    this.#stormCount += 1;
    line.gapCount += 1;
    line.pausedUntilNs = nowNs + BigInt(STORM_PAUSE_MS) * NS_PER_MS;
    this.#configure(line, line.configOff);
  }

  #endPauses(): void {
    const nowNs = this.#nowNs();
    for (const line of this.#lines.values()) {
      if (line.isGone || line.pausedUntilNs === undefined || nowNs < line.pausedUntilNs) continue;
      line.pausedUntilNs = undefined;
      line.windowStartNs = nowNs;
      line.windowCount = 0;
      this.#configure(line, line.configOn);
    }
  }

  /** A line that cannot be configured any more is as good as gone. */
  #configure(line: LineState, config: Uint8Array): void {
    this.#config.bytes.set(config);
    try {
      this.#sys.ioctl(line.fileDescriptor, GPIO_V2_LINE_SET_CONFIG, this.#config);
    } catch (error) {
      if (!(error instanceof SysError)) throw error;
      line.isGone = true;
    }
  }
}
