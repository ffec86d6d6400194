import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import { BrokerConnection, createDoorbell } from '@kanchi/hal/remote';
import type { Board } from '@kanchi/runtime';
import type { LineLevels } from '../live-line.ts';
import type { BrokerThreadData, BrokerThreadReport } from './broker-thread-message.ts';

/** The thread that owns simulated hardware, from the supervisor's side. Nothing here blocks. */
export class HardwareThread {
  readonly connection: BrokerConnection;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (levels: LineLevels) => void>();
  #ticket = 0;

  constructor(board: Board) {
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
    this.#worker.on('message', ({ ticket, levels }: BrokerThreadReport) => {
      this.#waiting.get(ticket)?.(levels);
      this.#waiting.delete(ticket);
    });
  }

  /** What the board's lines show now. */
  levels(): Promise<LineLevels> {
    this.#ticket += 1;
    const ticket = this.#ticket;
    this.connection.send(ticket);
    return new Promise((resolve) => this.#waiting.set(ticket, resolve));
  }

  /** Lets go of every client (safe levels are driven) and ends the thread. */
  async stop(): Promise<void> {
    const ended = once(this.#worker, 'exit');
    await this.connection.stop();
    await ended;
  }
}
