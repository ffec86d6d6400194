import { MessageChannel, Worker } from 'node:worker_threads';
import { endProcess } from '@kanchi/hal/linux';
import {
  BrokerConnection,
  createDoorbell,
  DOORBELL_NOTE_OFFSET,
  type RemoteChannelBuffers,
  wakeClient,
} from '@kanchi/hal/remote';
import { type Board, DETACH_UNDER_WAY, RuntimeError, type RuntimeErrorCode } from '@kanchi/runtime';
import { RunningStepReader } from '@kanchi/sensor-framework/hub';
import type { SensorAnswer } from '@kanchi/sensor-framework/placement';
import type { BackendName } from '../backend.ts';
import type {
  BrokerThreadData,
  BrokerThreadQuestion,
  BrokerThreadReport,
  BrokerThreadState,
  HardwareListener,
} from './broker-thread-message.ts';
import { endThread } from './end-thread.ts';
import { HANG_LOOK_INTERVAL_MS, HangWatch, HUNG } from './hang-watch.ts';
import { type MainThreadDevices, serveMainThreadDevices } from './main-thread-devices.ts';

/** A thread that owns hardware, from the supervisor's side. Nothing here blocks. */
export class HardwareThread {
  readonly connection: BrokerConnection;
  readonly #worker: Worker;
  readonly #name: string;
  readonly #sensors: readonly string[];
  readonly #hangs: HangWatch;
  readonly #looks: NodeJS.Timeout;
  readonly #waiting = new Map<number, (state: BrokerThreadState) => void>();
  readonly #asked = new Map<number, (answers: readonly SensorAnswer[]) => void>();
  /** What the threads of its clients sleep on. */
  readonly #clients = new Map<string, Int32Array>();
  /** What the thread said last. */
  #state: BrokerThreadState = { levels: {}, sensors: [], clients: [] };
  readonly #died: Promise<never>;
  readonly #ready: Promise<void>;
  readonly #served: MainThreadDevices | undefined;
  #ticket = 0;

  /** `name`: of its part of the board. `recordTo`, `heldOutputs`: as in `BrokerThreadData`. */
  constructor(
    name: string,
    backend: BackendName,
    board: Board,
    listener: HardwareListener,
    { recordTo, heldOutputs }: Pick<BrokerThreadData, 'recordTo' | 'heldOutputs'> = {},
  ) {
    const doorbell = createDoorbell();
    this.#name = name;
    this.#sensors = [...board.sensors.keys()];
    this.#hangs = new HangWatch(
      new RunningStepReader(doorbell, DOORBELL_NOTE_OFFSET),
      ({ sensorSlot, deadlineNs }) =>
        listener.sensorEvent({
          kind: 'bus-stuck',
          bus: name,
          sensor: this.#sensors[sensorSlot] ?? '',
          atNs: deadlineNs,
        }),
    );
    this.#looks = setInterval(() => {
      if (!this.#hangs.look(process.hrtime.bigint())) return;
      // They look for themselves what that is for them; a point of theirs may be due later.
      for (const wake of this.#clients.values()) wakeClient(wake);
    }, HANG_LOOK_INTERVAL_MS).unref();
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
      name: `kanchi-hardware ${name}`.trim(),
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
          this.#state = report.state;
          isReady();
          return;
        case 'failed':
          failed(new RuntimeError(report.code as RuntimeErrorCode, report.text));
          return;
        case 'sensor-event':
          if (report.event.kind === 'bus-stuck' && !this.#hangs.takeStuck()) return;
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
        case 'answers':
          this.#asked.get(report.ticket)?.(report.answers);
          this.#asked.delete(report.ticket);
          return;
        case 'state':
          this.#state = report.state;
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

  /** In a step of a read for longer than its limit. Nothing that the thread is asked for comes meanwhile. */
  get isHung(): boolean {
    return this.#hangs.isHung(process.hrtime.bigint());
  }

  /**
   * What its part of the board shows now; of a thread that hangs what it said last, with its sensors failed by `timeout`.
   * Rejects with KANCHI_INTERNAL when the thread died.
   */
  async state(): Promise<BrokerThreadState> {
    // One that hangs is not asked again and again: it has all questions before it when it comes back.
    if (this.isHung) return this.#hungState();
    this.#ticket += 1;
    const ticket = this.#ticket;
    const answer = new Promise<BrokerThreadState>((resolve) => this.#waiting.set(ticket, resolve));
    this.#ask({ ticket });
    const state = await this.#hangs.unlessHung(Promise.race([answer, this.#died]));
    this.#waiting.delete(ticket);
    return state === HUNG ? this.#hungState() : state;
  }

  /** What its sensors said of themselves last. */
  get lastState(): BrokerThreadState {
    return this.#state;
  }

  /**
   * Asks the sensor service of COMMAND_CLIENT; the thread does all before it reads a sensor. Resolves with no answers when it
   * hangs; it does what was asked when it comes back. Rejects with KANCHI_INTERNAL when it died.
   */
  async askSensors(requests: readonly Readonly<Record<string, unknown>>[]): Promise<readonly SensorAnswer[]> {
    this.#ticket += 1;
    const ticket = this.#ticket;
    const asked = new Promise<readonly SensorAnswer[]>((resolve) => this.#asked.set(ticket, resolve));
    this.#ask({ ask: { ticket, requests } });
    const answers = await this.#hangs.unlessHung(Promise.race([asked, this.#died]));
    this.#asked.delete(ticket);
    return answers === HUNG ? [] : answers;
  }

  /** As `HardwareBroker.attach`. */
  attach(clientId: string, channel: RemoteChannelBuffers, extension: unknown): void {
    this.#clients.set(clientId, new Int32Array(channel.wake));
    this.connection.attach(clientId, channel, extension);
  }

  /** As `HardwareBroker.detach`. Rejects as `BrokerConnection.detach` does. */
  async detach(clientId: string): Promise<typeof DETACH_UNDER_WAY | undefined> {
    this.#clients.delete(clientId);
    const detached = await this.#hangs.unlessHung(this.connection.detach(clientId));
    return detached === HUNG ? DETACH_UNDER_WAY : undefined;
  }

  #hungState(): BrokerThreadState {
    const failure = { reason: 'timeout', text: `${this.#name} hangs in a read` } as const;
    return { ...this.#state, sensors: this.#state.sensors.map((sensor) => ({ ...sensor, failure })) };
  }

  /** For a recording: see `RecordingHal.noteStop`. Of the monotonic clock. */
  noteStop(afterNs: bigint, seenNs?: bigint): void {
    this.#ask({ stopBetweenNs: [afterNs, seenNs] });
  }

  #ask(question: BrokerThreadQuestion): void {
    this.connection.send(question);
  }

  /**
   * Lets go of every client (safe levels are driven) and ends the thread, also one that does not answer. One that hangs in a
   * read is left behind when it cannot be ended: the process ends without it then. Rejects with KANCHI_INTERNAL when it died,
   * HAL_TIMEOUT when it did not answer and was terminated.
   */
  async stop(): Promise<void> {
    let isHung = false;
    const stopped = this.#hangs
      .unlessHung(Promise.race([this.connection.stop(), this.#died]))
      .then((answer) => {
        isHung = answer === HUNG;
        if (isHung) throw new TypeError('it hangs');
      });
    try {
      await endThread(this.#worker, stopped, () => process.once('exit', endProcess));
    } catch (error) {
      // Told before as a stuck bus. The rest of the board has no part in it: lines, with their safe levels, are another thread's.
      if (!isHung) throw error;
    } finally {
      clearInterval(this.#looks);
      this.connection.giveUp();
      await this.#served?.close();
    }
  }
}
