import { MessageChannel, Worker } from 'node:worker_threads';
import { BrokerConnection, createDoorbell } from '@kanchi/hal/remote';
import { type Board, RuntimeError, type RuntimeErrorCode } from '@kanchi/runtime';
import type { BackendName } from '../backend.ts';
import type {
  BrokerThreadData,
  BrokerThreadQuestion,
  BrokerThreadReport,
  BrokerThreadState,
  HardwareListener,
} from './broker-thread-message.ts';
import { endThread } from './end-thread.ts';
import { type MainThreadDevices, serveMainThreadDevices } from './main-thread-devices.ts';

/** A thread that owns hardware, from the supervisor's side. Nothing here blocks. */
export class HardwareThread {
  readonly connection: BrokerConnection;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (state: BrokerThreadState) => void>();
  readonly #died: Promise<never>;
  readonly #ready: Promise<void>;
  readonly #served: MainThreadDevices | undefined;
  #ticket = 0;

  /** `recordTo`, `heldOutputs`: as in `BrokerThreadData`. */
  constructor(
    name: string,
    backend: BackendName,
    board: Board,
    listener: HardwareListener,
    { recordTo, heldOutputs }: Pick<BrokerThreadData, 'recordTo' | 'heldOutputs'> = {},
  ) {
    const doorbell = createDoorbell();
    const { port1, port2 } = new MessageChannel();
    this.#served = backend === 'linux' ? serveMainThreadDevices(board) : undefined;
    const ends = this.#served?.ends;
    const data: BrokerThreadData = {
      backend,
      board,
      doorbell,
      port: port2,
      ...ends,
      ...(recordTo === undefined ? {} : { recordTo }),
      ...(heldOutputs === undefined ? {} : { heldOutputs }),
    };
    this.#worker = new Worker(new URL('./broker-thread.js', import.meta.url), {
      workerData: data,
      transferList: [port2, ...(ends === undefined ? [] : Object.values(ends))],
      name,
      execArgv: [],
    });
    this.connection = new BrokerConnection({ port: port1, doorbell });
    let isReady = (): void => {};
    const ready = new Promise<void>((resolve) => {
      isReady = resolve;
    });
    let failed = (_error: RuntimeError): void => {};
    this.#died = new Promise((_, reject) => {
      failed = reject;
      this.#worker.on('error', (error) => {
        reject(
          new RuntimeError(
            'KANCHI_INTERNAL',
            `a thread that owns hardware ended, which is a fault of Kanchi: ${error.message}`,
            { cause: error },
          ),
        );
      });
    });
    // Told to whoever asks the thread for something.
    this.#died.catch(() => {});
    this.#ready = Promise.race([ready, this.#died]);
    this.#ready.catch(() => {});
    this.#worker.on('message', (report: BrokerThreadReport) => {
      switch (report.kind) {
        case 'ready':
          isReady();
          return;
        case 'failed':
          failed(new RuntimeError(report.code as RuntimeErrorCode, report.text));
          return;
        case 'sensor-event':
          listener.sensorEvent(report.event);
          return;
        case 'host-message':
          listener.hostMessage?.();
          return;
        case 'messages-lost':
          listener.messagesLost?.(report.line);
          return;
        case 'recorded':
          listener.recorded?.(report.outcome);
          return;
        case 'state':
          this.#waiting.get(report.ticket)?.(report.state);
          this.#waiting.delete(report.ticket);
      }
    });
  }

  /**
   * Resolves when the hardware is there and its sensors are open. Rejects with what is wrong with the board file or the
   * machine (KANCHI_BOARD_INVALID, KANCHI_BACKEND_UNAVAILABLE), or with KANCHI_INTERNAL when the thread died.
   */
  ready(): Promise<void> {
    return this.#ready;
  }

  /** What its part of the board shows now. Rejects with KANCHI_INTERNAL when the thread died. */
  state(): Promise<BrokerThreadState> {
    this.#ticket += 1;
    const ticket = this.#ticket;
    this.#ask({ ticket });
    const answer = new Promise<BrokerThreadState>((resolve) => this.#waiting.set(ticket, resolve));
    return Promise.race([answer, this.#died]);
  }

  /** For a recording: see `RecordingHal.noteStop`. Of the monotonic clock. */
  noteStop(afterNs: bigint, seenNs?: bigint): void {
    this.#ask({ stopBetweenNs: [afterNs, seenNs] });
  }

  #ask(question: BrokerThreadQuestion): void {
    this.connection.send(question);
  }

  /**
   * Lets go of every client (safe levels are driven) and ends the thread, also one that does not answer. Rejects with
   * KANCHI_INTERNAL when it died, HAL_TIMEOUT when it did not answer and was terminated.
   */
  async stop(): Promise<void> {
    try {
      await endThread(this.#worker, Promise.race([this.connection.stop(), this.#died]));
    } finally {
      await this.#served?.close();
    }
  }
}
