import { availableParallelism } from 'node:os';
import type { WorldClock } from '../contract/clock.ts';
import type { Hal } from '../contract/hal.ts';
import { HalError } from '../error.ts';
import { SharedInputs } from '../sharing/shared-inputs.ts';
import type { RemoteChannelBuffers } from './channel.ts';
import { doorbellWord, MAX_SLEEP_MS, viewChannel } from './channel.ts';
import type { ConnectClientService } from './client-service.ts';
import { ClientSession } from './client-session.ts';
import type { Revocations } from './revoked-resource.ts';

/** Clients that one broker serves at the same time. */
export const MAX_CLIENTS = 64;

/**
 * Rounds without a call before the broker sleeps: a broker that spins answers in less than 1 us, one that has to be woken
 * in about 50. About 0.1 ms of one core after each call; none on a machine with one core, where it would only delay the
 * client.
 */
const SPIN_ROUNDS = availableParallelism() > 1 ? 2_000 : 0;

/**
 * A thread that sleeps until a time wakes about 0.1 ms after it (50 us of the kernel's timer slack, and the way to the processor). So
 * the broker wakes this much earlier for what is scheduled on its clock, and watches the time. Not on one core.
 */
const WAKE_AHEAD_NS = availableParallelism() > 1 ? 80_000n : 0n;
/** Between the end of one such watch and the next: at most a tenth of a core goes into it, whatever is scheduled. */
const WATCH_GAP_NS = 9n * WAKE_AHEAD_NS;

/** Rounds after which `betweenRounds` is called however many calls come. */
const MAX_BUSY_ROUNDS = 10_000;

/** Scheduled work that took this long at once may have kept calls waiting: they have the next turn. */
const LONG_WORK_NS = 10_000_000n;
/**
 * Longest turn of the calls, and how long after one of them the next one is waited for: who made a call that had to wait often
 * makes several, and would wait for more work with each.
 */
const CALL_TURN_NS = 20_000_000n;
const CALL_GAP_MS = 1;
/** Scheduled work after which `betweenRounds` is called in any case. */
const MAX_WORK_NS = 100_000_000n;

export interface RemoteHalServerOptions {
  /** The hardware. The server opens and closes handles on it, never the backend itself. */
  readonly hal: Hal;
  /** The clock that simulated hardware is scheduled on; must run in real time (`RealTimeClock` of the mock). */
  readonly clock: WorldClock;
  /** From `createDoorbell`; all clients of this server ring it. */
  readonly doorbell: SharedArrayBuffer;
  /** What clients get besides the hardware. Default nothing. */
  readonly connectService?: ConnectClientService;
}

export interface RemoteHalServerRunOptions {
  /** Ends the loop when true; looked at in every round. `stopBroker` ends it in any case. */
  readonly stopRequested?: () => boolean;
  /**
   * Called before the broker sleeps, after `announceMessage`, and every MAX_BUSY_ROUNDS while calls keep it busy or every
   * MAX_WORK_NS while scheduled work does: the place to take messages (`receiveMessageOnPort`), to attach and detach clients. Must not block.
   */
  readonly betweenRounds?: () => void;
}

/**
 * Serves one backend to other threads: the broker's side of `RemoteHal`. Runs in the thread that owns every device.
 * Calls of all clients are served in turn, one at a time, so what the backend guarantees (a transaction is not
 * interrupted, a modify is one step) holds between clients too.
 */
export class RemoteHalServer {
  readonly #hal: Hal;
  /** Of all clients. */
  readonly #lines: SharedInputs;
  readonly #clock: WorldClock;
  readonly #doorbell: Int32Array;
  readonly #connectService: ConnectClientService;
  readonly #sessions = new Map<string, ClientSession>();
  /** What was last waited for without sleeping. */
  #watchedNs = 0n;
  /** Of scheduled work since `betweenRounds` was called for it. */
  #workedNs = 0n;

  constructor(options: RemoteHalServerOptions) {
    this.#hal = options.hal;
    this.#lines = new SharedInputs(options.hal);
    this.#clock = options.clock;
    this.#doorbell = new Int32Array(options.doorbell);
    this.#connectService = options.connectService ?? (() => undefined);
  }

  /**
   * Serves a client from now on; calls that it made before are answered too. `extension` is for its service.
   * Throws HAL_BAD_ARGUMENT (client id in use, channel attached before or with another doorbell), HAL_LIMIT_REACHED.
   */
  attach(clientId: string, buffers: RemoteChannelBuffers, extension?: unknown): void {
    if (this.#sessions.has(clientId)) {
      throw new HalError('HAL_BAD_ARGUMENT', `client ${clientId} is attached already`);
    }
    if (this.#sessions.size >= MAX_CLIENTS) {
      throw new HalError('HAL_LIMIT_REACHED', `the broker serves at most ${MAX_CLIENTS} clients`, {
        details: { limit: 'MAX_CLIENTS', value: MAX_CLIENTS },
      });
    }
    this.#checkDoorbell(buffers);
    const connect = (wake: () => void) => this.#connectService(clientId, extension, wake);
    this.#sessions.set(clientId, new ClientSession(this.#hal, this.#lines, buffers, connect));
  }

  /**
   * Closes every handle that the client opened (safe levels are driven) and serves it no more. Returns what failed
   * while closing. Idempotent.
   */
  detach(clientId: string): unknown[] {
    const session = this.#sessions.get(clientId);
    this.#sessions.delete(clientId);
    return session?.close() ?? [];
  }

  /**
   * Closes what the client has of some resources (safe levels are driven); it is served on. Returns what failed while
   * closing. Nothing for a client that is not there.
   */
  revoke(clientId: string, revocations: Revocations): unknown[] {
    return this.#sessions.get(clientId)?.revoke(revocations) ?? [];
  }

  /** Detaches every client; the backend stays open. Idempotent. */
  close(): unknown[] {
    return [...this.#sessions.keys()].flatMap((clientId) => this.detach(clientId));
  }

  get clientIds(): readonly string[] {
    return [...this.#sessions.keys()];
  }

  get clientCount(): number {
    return this.#sessions.size;
  }

  /** Handles that a client has open; 0 for an unknown one. */
  handleCount(clientId: string): number {
    return this.#sessions.get(clientId)?.handleCount ?? 0;
  }

  /** Serves one waiting call of each client; returns whether there was one. Blocks as long as the backend does. */
  poll(): boolean {
    let served = false;
    for (const session of this.#sessions.values()) {
      if (session.poll()) served = true;
    }
    return served;
  }

  /** Serves until it is told to stop, and runs the world of simulated hardware meanwhile. Blocks the thread. */
  run(options: RemoteHalServerRunOptions = {}): void {
    const doorbell = this.#doorbell;
    const { stopRequested, betweenRounds } = options;
    let spins = SPIN_ROUNDS;
    let busyRounds = 0;
    let messages = Atomics.load(doorbell, doorbellWord.message) - 1;
    while (Atomics.load(doorbell, doorbellWord.stop) === 0 && stopRequested?.() !== true) {
      // Loaded before anything is looked at: what comes later moves it, and the wait below returns at once.
      const ring = Atomics.load(doorbell, doorbellWord.ring);
      const announced = Atomics.load(doorbell, doorbellWord.message);
      busyRounds += 1;
      if (announced !== messages || busyRounds >= MAX_BUSY_ROUNDS) {
        messages = announced;
        busyRounds = 0;
        betweenRounds?.();
      }
      const tookNs = this.#runDue();
      if (tookNs >= LONG_WORK_NS) this.#serveWaiting(betweenRounds);
      if (this.#isWorkedFor(tookNs)) betweenRounds?.();
      if (this.poll()) {
        spins = 0;
      } else if (spins < SPIN_ROUNDS) {
        spins += 1;
      } else {
        betweenRounds?.();
        const sleepMs = this.#sleepMs();
        if (sleepMs > 0) Atomics.wait(doorbell, doorbellWord.ring, ring, sleepMs);
      }
    }
  }

  /** Runs what is due on the clock; returns how long that took. A clock hands out events of its devices then, due or not. */
  #runDue(): bigint {
    const dueNs = this.#clock.nextDueNs();
    const startNs = dueNs === undefined ? 0n : this.#clock.nowNs();
    this.#clock.runDue();
    return dueNs === undefined || dueNs > startNs ? 0n : this.#clock.nowNs() - startNs;
  }

  #isWorkedFor(tookNs: bigint): boolean {
    this.#workedNs += tookNs;
    if (this.#workedNs < MAX_WORK_NS) return false;
    this.#workedNs = 0n;
    return true;
  }

  /** The turn of the calls and messages: scheduled work, which is overdue perhaps, waits until none comes any more. */
  #serveWaiting(betweenRounds: (() => void) | undefined): void {
    const doorbell = this.#doorbell;
    const endNs = this.#clock.nowNs() + CALL_TURN_NS;
    do {
      const ring = Atomics.load(doorbell, doorbellWord.ring);
      betweenRounds?.();
      if (this.poll()) continue;
      if (Atomics.wait(doorbell, doorbellWord.ring, ring, CALL_GAP_MS) === 'timed-out') return;
    } while (Atomics.load(doorbell, doorbellWord.stop) === 0 && this.#clock.nowNs() < endNs);
  }

  #sleepMs(): number {
    const dueNs = this.#clock.nextDueNs();
    if (dueNs === undefined) return MAX_SLEEP_MS;
    const nowNs = this.#clock.nowNs();
    const mayWatch = dueNs === this.#watchedNs || dueNs - this.#watchedNs >= WAKE_AHEAD_NS + WATCH_GAP_NS;
    const sleepNs = dueNs - nowNs - (mayWatch ? WAKE_AHEAD_NS : 0n);
    if (sleepNs > 0n) return Math.min(MAX_SLEEP_MS, Number(sleepNs) / 1e6);
    if (mayWatch) this.#watchedNs = dueNs;
    return 0;
  }

  #checkDoorbell(buffers: RemoteChannelBuffers): void {
    const { doorbell } = viewChannel(buffers);
    // A clone in another thread is another object for the same memory: change it on one side, look on the other.
    const before = Atomics.load(this.#doorbell, doorbellWord.ring);
    Atomics.add(doorbell, doorbellWord.ring, 1);
    if (Atomics.load(this.#doorbell, doorbellWord.ring) === before) {
      throw new HalError('HAL_BAD_ARGUMENT', 'the channel rings the doorbell of another broker');
    }
  }
}

/** Ends `run` of the broker that sleeps on this doorbell, from any thread. */
export function stopBroker(doorbell: SharedArrayBuffer): void {
  const words = new Int32Array(doorbell);
  Atomics.store(words, doorbellWord.stop, 1);
  Atomics.add(words, doorbellWord.ring, 1);
  Atomics.notify(words, doorbellWord.ring);
}

/** Makes `run` call `betweenRounds` soon: to be called after a message was posted to the broker's thread. */
export function announceMessage(doorbell: SharedArrayBuffer): void {
  const words = new Int32Array(doorbell);
  Atomics.add(words, doorbellWord.message, 1);
  Atomics.add(words, doorbellWord.ring, 1);
  Atomics.notify(words, doorbellWord.ring);
}
