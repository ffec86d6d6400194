import type { Board } from '@kanchi/runtime';
import type { ContractRequest, Reading } from '@kanchi/sensor-framework';
import type { BackendName } from '../backend.ts';
import { HardwareThreads } from '../broker/hardware-threads.ts';
import { SensorClient } from '../broker/sensor-client.ts';
import type { ConsoleIo } from '../console-io.ts';
import { CommandError } from '../error.ts';
import { sensorEventText } from '../sensor-event-text.ts';
import { createSignalSteps } from './stop-signals.ts';

/** How often the command looks for readings, milliseconds. */
const LOOK_INTERVAL_MS = 20;
const noCap = { shortestIntervalNs: 0n };

/** A board's hardware, running, with this command as the client of its sensors. */
export class SensorSession {
  readonly board: Board;
  readonly hardware: HardwareThreads;
  readonly #client: SensorClient;
  readonly #sensors: string[] = [];

  private constructor(backend: BackendName, board: Board, io: ConsoleIo) {
    this.board = board;
    this.hardware = new HardwareThreads(backend, board, {
      sensorEvent: (event) => io.error(`kanchi: ${sensorEventText(event)}\n`),
    });
    this.#client = new SensorClient(board, this.hardware, 'kanchi');
  }

  /** Rejects with what is wrong with the board file or the machine. */
  static async start(backend: BackendName, board: Board, io: ConsoleIo): Promise<SensorSession> {
    const session = new SensorSession(backend, board, io);
    try {
      await session.hardware.ready();
    } catch (error) {
      await session.hardware.stop().catch(() => {});
      throw error;
    }
    return session;
  }

  /** Subscribes without a permission: the command is the user. Throws CommandError KANCHI_USAGE for unknown names. */
  open(sensor: string, request: ContractRequest): void {
    if (!this.board.sensors.has(sensor)) {
      const known = [...this.board.sensors.keys()];
      const have = known.length === 0 ? 'none' : known.join(', ');
      throw new CommandError(
        'KANCHI_USAGE',
        `no sensor "${sensor}" in ${this.board.source}; it has: ${have}`,
      );
    }
    this.#sensors.push(sensor);
    this.#client.port.open(this.#sensors.length - 1, sensor, request, noCap);
  }

  channelsOf(sensor: string) {
    return this.#client.port.describe(sensor).channels;
  }

  /**
   * Gives readings as they come until `receive` is content (returns true), the time is over, the user presses Ctrl-C or
   * nobody reads the output any more.
   */
  async watch(
    options: {
      readonly milliseconds: number | undefined;
      readonly io: ConsoleIo;
      readonly each?: () => void;
    },
    receive: (sensor: string, readings: readonly Reading[]) => boolean,
  ): Promise<void> {
    await new Promise<void>((resolve) => {
      const timers: NodeJS.Timeout[] = [];
      const next = createSignalSteps(() => performance.now());
      const stop = (): void => {
        for (const timer of timers) clearInterval(timer);
        process.off('SIGINT', onSignal);
        process.off('SIGTERM', onSignal);
        forget?.();
        resolve();
      };
      const onSignal = (): void => {
        next();
        stop();
      };
      // Called at once when the output is lost already.
      let forget: (() => void) | undefined;
      forget = options.io.onOutputLost(stop);
      process.on('SIGINT', onSignal);
      process.on('SIGTERM', onSignal);
      const look = (): void => {
        let isContent = false;
        this.#client.port.collect((subscription, { readings }) => {
          isContent = receive(this.#sensors[subscription] ?? '', readings) || isContent;
        });
        if (isContent) stop();
      };
      timers.push(setInterval(look, LOOK_INTERVAL_MS));
      if (options.each !== undefined) timers.push(setInterval(options.each, 1000));
      if (options.milliseconds !== undefined) timers.push(setTimeout(stop, options.milliseconds));
    });
  }

  async close(): Promise<void> {
    try {
      await this.#client.close();
    } finally {
      await this.hardware.stop();
    }
  }
}
