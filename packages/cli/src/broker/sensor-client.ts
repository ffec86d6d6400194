import { createRemoteChannel } from '@kanchi/hal/remote';
import type { Board } from '@kanchi/runtime';
import type { Contract, ContractRequest, StreamRecord } from '@kanchi/sensor-framework';
import type { SensorState } from '@kanchi/sensor-framework/hub';
import { SensorFeed } from '@kanchi/sensor-framework/placement';
import { COMMAND_CLIENT, createAppExtension } from './app-extension.ts';
import { partOfSensor } from './board-parts.ts';
import type { HardwareThreads } from './hardware-threads.ts';

/** The command itself as a client of a board's sensors, as an app is one. Never blocks, whatever their threads do. */
export class SensorClient {
  readonly #board: Board;
  readonly #hardware: HardwareThreads;
  readonly #feeds: ReadonlyMap<string, SensorFeed>;
  readonly #sensors: string[] = [];

  constructor(board: Board, hardware: HardwareThreads) {
    this.#board = board;
    this.#hardware = hardware;
    this.#feeds = new Map(
      hardware.brokers.map(({ name, broker }) => {
        const extension = createAppExtension();
        broker.attach(COMMAND_CLIENT, createRemoteChannel({ doorbell: broker.doorbell }), extension);
        const thread = hardware.threadOf(name);
        return [name, new SensorFeed((requests) => thread.askSensors(requests), extension.samples)];
      }),
    );
  }

  /** What a sensor of the board was when its thread said something last; undefined for an unknown one. */
  describe(sensor: string): SensorState | undefined {
    const { sensors } = this.#hardware.threadOf(partOfSensor(this.#board, sensor)).lastState;
    return sensors.find((state) => state.sensor === sensor);
  }

  /**
   * Subscribes to all of them before any of them is read. Resolves with the contracts, undefined for a sensor whose thread
   * hangs. Rejects with SensorError.
   */
  async open(
    sensors: readonly string[],
    request: ContractRequest,
  ): Promise<ReadonlyMap<string, Contract | undefined>> {
    const contracts = new Map<string, Contract | undefined>();
    const opened = [...this.#feeds].map(async ([part, feed]) => {
      const own = sensors.filter((sensor) => partOfSensor(this.#board, sensor) === part);
      if (own.length === 0) return;
      const requests = own.map((sensor) => ({
        subscription: this.#sensors.push(sensor) - 1,
        sensor,
        request,
        channels: this.describe(sensor)?.channels.map(({ channel }) => channel) ?? [],
      }));
      const granted = await feed.open(requests);
      for (const [index, sensor] of own.entries()) contracts.set(sensor, granted[index]);
    });
    await Promise.all(opened);
    return contracts;
  }

  /** Gives what came in since the last call. */
  collect(receive: (sensor: string, record: StreamRecord) => void): void {
    for (const feed of this.#feeds.values()) {
      feed.collect((subscription, record) => receive(this.#sensors[subscription] ?? '', record));
    }
  }

  /** True while the thread that reads the sensor hangs in a read, of this one or another. */
  isHung(sensor: string): boolean {
    return this.#hardware.threadOf(partOfSensor(this.#board, sensor)).isHung;
  }

  /** Closes every subscription. */
  async close(): Promise<void> {
    await Promise.all(this.#hardware.brokers.map(({ broker }) => broker.detach(COMMAND_CLIENT)));
  }
}
