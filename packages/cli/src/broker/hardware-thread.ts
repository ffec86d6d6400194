import { MessageChannel, Worker } from 'node:worker_threads';
import { BrokerConnection, createDoorbell } from '@kanchi/hal/remote';
import { type Board, RuntimeError } from '@kanchi/runtime';
import type { TimelineEvent } from '@kanchi/sensor-framework';
import type { LineLevels } from '../live-line.ts';
import type { BrokerThreadData, BrokerThreadReport } from './broker-thread-message.ts';

/** The thread that owns simulated hardware, from the supervisor's side. Nothing here blocks. */
export class HardwareThread {
  readonly connection: BrokerConnection;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (levels: LineLevels) => void>();
  readonly #died: Promise<never>;
  #ticket = 0;

  /** `onSensorEvent`: a sensor or bus failed or came back. */
  constructor(board: Board, onSensorEvent: (event: TimelineEvent) => void) {
    const doorbell = createDoorbell();
    const { port1, port2 } = new MessageChannel();
    const data: BrokerThreadData = { board, doorbell, port: port2 };
    this.#worker = new Worker(new URL('./broker-thread.js', import.meta.url), {
      workerData: data,
      transferList: [port2],
      name: 'kanchi-hardware',
      execArgv: [],
    });
    this.connection = new BrokerConnection({ port: port1, doorbell });
    this.#died = new Promise((_, reject) => {
      this.#worker.on('error', (error) => {
        reject(
          new RuntimeError(
            'KANCHI_INTERNAL',
            `the thread of the simulated hardware ended, which is a fault of Kanchi: ${error.message}`,
            { cause: error },
          ),
        );
      });
    });
    // Told to whoever asks the thread for something.
    this.#died.catch(() => {});
    this.#worker.on('message', (report: BrokerThreadReport) => {
      if (report.kind === 'sensor-event') {
        onSensorEvent(report.event);
        return;
      }
      this.#waiting.get(report.ticket)?.(report.levels);
      this.#waiting.delete(report.ticket);
    });
  }

  /** What the board's lines show now. Rejects with KANCHI_INTERNAL when the thread died. */
  levels(): Promise<LineLevels> {
    this.#ticket += 1;
    const ticket = this.#ticket;
    this.connection.send(ticket);
    const answer = new Promise<LineLevels>((resolve) => this.#waiting.set(ticket, resolve));
    return Promise.race([answer, this.#died]);
  }

  /** Lets go of every client (safe levels are driven) and ends the thread. Rejects with KANCHI_INTERNAL when it died. */
  async stop(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    await Promise.race([this.connection.stop(), this.#died]);
    await ended;
  }
}
