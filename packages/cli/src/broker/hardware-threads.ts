import type { Board, BusBroker } from '@kanchi/runtime';
import type { BackendName } from '../backend.ts';
import type { LineLevels } from '../live-line.ts';
import { partsOfBoard } from './board-parts.ts';
import type { BrokerThreadData, BrokerThreadState, HardwareListener } from './broker-thread-message.ts';
import { HardwareThread } from './hardware-thread.ts';

/** Files that the main thread writes to, open. */
export type HardwareFiles = Pick<BrokerThreadData, 'recordTo' | 'heldOutputs'>;

/** All threads that own a board's hardware: one for each bus that a sensor is on, one for everything else. */
export class HardwareThreads {
  /** The main one first; its name is empty. */
  readonly brokers: readonly BusBroker[];
  readonly isRecorded: boolean;
  readonly #threads: ReadonlyMap<string, HardwareThread>;

  /**
   * `recordTo`: descriptor of the file that a recording of the main thread's hardware goes to. For boards without sensors, which
   * have no other. `heldOutputs`: that of a guard (`startOutputGuard`); lines and PWM channels are the main thread's.
   */
  constructor(backend: BackendName, board: Board, listener: HardwareListener, files: HardwareFiles = {}) {
    this.isRecorded = files.recordTo !== undefined;
    const parts = partsOfBoard(board).map((part) => ({
      ...part,
      thread: new HardwareThread(part.name, backend, part.board, listener, part.name === '' ? files : {}),
    }));
    this.brokers = parts.map(({ name, i2cBuses, spiBuses, thread }) => ({
      name,
      i2cBuses,
      spiBuses,
      broker: {
        doorbell: thread.connection.doorbell,
        attach: (...parameters) => thread.attach(...parameters),
        detach: (clientId) => thread.detach(clientId),
        revoke: (...parameters) => thread.connection.revoke(...parameters),
      },
    }));
    this.#threads = new Map(parts.map(({ name, thread }) => [name, thread]));
  }

  /** Resolves when all of the hardware is there. Rejects with what is wrong, see `HardwareThread.ready`. */
  async ready(): Promise<void> {
    await Promise.all([...this.#threads.values()].map((thread) => thread.ready()));
  }

  /** What the whole board shows now. Rejects with KANCHI_INTERNAL when a thread died. */
  async state(): Promise<BrokerThreadState> {
    const states = await Promise.all([...this.#threads.values()].map((thread) => thread.state()));
    return {
      levels: Object.assign({}, ...states.map(({ levels }) => levels)),
      sensors: states.flatMap(({ sensors }) => sensors),
      clients: states.flatMap(({ clients }) => clients),
    };
  }

  /** Of all lines, which are the main part's: no read of a sensor delays them. Rejects with KANCHI_INTERNAL when it died. */
  async levels(): Promise<LineLevels> {
    return (await this.threadOf('').state()).levels;
  }

  /** The thread that owns a part of the board. */
  threadOf(part: string): HardwareThread {
    const thread = this.#threads.get(part);
    if (thread === undefined) throw new TypeError(`no part ${part}`);
    return thread;
  }

  /** For a recording: see `RecordingHal.noteStop`. Of the monotonic clock. */
  noteStop(afterNs: bigint, seenNs?: bigint): void {
    this.#threads.get('')?.noteStop(afterNs, seenNs);
  }

  /** Lets go of every client (safe levels are driven) and ends the threads. Rejects as `HardwareThread.stop` does. */
  async stop(): Promise<void> {
    const outcomes = await Promise.allSettled([...this.#threads.values()].map((thread) => thread.stop()));
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') throw outcome.reason;
    }
  }
}
