import type { Board } from '@kanchi/runtime';
import type { Contract, ContractRequest, Reading } from '@kanchi/sensor-framework';
import type { SensorState } from '@kanchi/sensor-framework/hub';
import type { BackendName } from '../backend.ts';
import { HardwareThreads } from '../broker/hardware-threads.ts';
import { SensorClient } from '../broker/sensor-client.ts';
import type { ConsoleIo } from '../console-io.ts';
import { CommandError } from '../error.ts';
import { sensorEventText } from '../sensor-event-text.ts';
import { createSignalSteps } from './stop-signals.ts';

/** How often the command looks for readings, milliseconds. */
const LOOK_INTERVAL_MS = 20;

/** A board's hardware, running, with this command as the client of its sensors. */
export class SensorSession {
  readonly board: Board;
  readonly hardware: HardwareThreads;
  readonly #client: SensorClient;
  readonly #sensors = new Set<string>();
  /** Sensors whose hang was told, until their thread has answered for them. */
  readonly #hung = new Set<string>();

  private constructor(backend: BackendName, board: Board, io: ConsoleIo) {
    this.board = board;
    this.hardware = new HardwareThreads(backend, board, {
      sensorEvent: (event) => io.error(`kanchi: ${sensorEventText(event)}\n`),
    });
    this.#client = new SensorClient(board, this.hardware);
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

  /**
   * Subscribes without a permission: the command is the user. Resolves with the contracts; a sensor whose thread hangs has none.
   * Rejects with CommandError KANCHI_USAGE for unknown names, and SensorError.
   */
  async open(
    sensors: readonly string[],
    request: ContractRequest,
  ): Promise<ReadonlyMap<string, Contract | undefined>> {
    for (const sensor of sensors) {
      if (!this.board.sensors.has(sensor)) {
        const known = [...this.board.sensors.keys()];
        const have = known.length === 0 ? 'none' : known.join(', ');
        throw new CommandError(
          'KANCHI_USAGE',
          `no sensor "${sensor}" in ${this.board.source}; it has: ${have}`,
        );
      }
      this.#sensors.add(sensor);
    }
    return this.#client.open([...new Set(sensors)], request);
  }

  /** What is known of a sensor of the board without asking its thread. */
  describe(sensor: string): SensorState | undefined {
    return this.#client.describe(sensor);
  }

  /** True while the thread that reads the sensor hangs in a read: it has no value now, by `timeout`. */
  isHung(sensor: string): boolean {
    return this.#client.isHung(sensor);
  }

  /**
   * Gives readings as they come until `receive` is content (returns true), the time is over, the user presses Ctrl-C or
   * nobody reads the output any more. `hung`: the thread of a sensor hangs in a read; content as `receive`. What the thread
   * itself says of that afterwards is not given once more.
   */
  async watch(
    options: {
      readonly milliseconds: number | undefined;
      readonly io: ConsoleIo;
      readonly each?: () => void;
      readonly hung?: (sensor: string) => boolean;
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
        this.#client.collect((sensor, { readings }) => {
          const isTold = this.#hung.delete(sensor) && readings.every(({ reason }) => reason === 'timeout');
          if (!isTold) isContent = receive(sensor, readings) || isContent;
        });
        for (const sensor of this.#sensors) {
          if (this.#hung.has(sensor) || !this.isHung(sensor)) continue;
          this.#hung.add(sensor);
          isContent = options.hung?.(sensor) === true || isContent;
        }
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
