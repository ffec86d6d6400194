import { createRemoteChannel, RemoteHal } from '@kanchi/hal/remote';
import type { Board } from '@kanchi/runtime';
import type { SensorPort } from '@kanchi/sensor-framework/hub';
import { RemoteSensorPort, RoutedSensorPort } from '@kanchi/sensor-framework/placement';
import { createAppExtension } from './app-extension.ts';
import { askOf } from './ask-of.ts';
import { partOfSensor } from './board-parts.ts';
import type { HardwareThreads } from './hardware-threads.ts';

/** The command itself as a client of a board's sensors, as an app is one. Its calls block for microseconds. */
export class SensorClient {
  readonly port: SensorPort;
  readonly #hardware: HardwareThreads;
  readonly #clientId: string;

  /** `clientId`: unique among the clients of these threads. */
  constructor(board: Board, hardware: HardwareThreads, clientId: string) {
    this.#hardware = hardware;
    this.#clientId = clientId;
    const ports = new Map(
      hardware.brokers.map(({ name, broker }) => {
        const channel = createRemoteChannel({ doorbell: broker.doorbell });
        const extension = createAppExtension();
        broker.attach(clientId, channel, extension);
        const hal = new RemoteHal(channel, clientId);
        return [
          name,
          new RemoteSensorPort(
            askOf((request) => hal.callService(request), 'sensors'),
            extension.samples,
          ),
        ] as const;
      }),
    );
    this.port = new RoutedSensorPort([...ports.values()], (sensor) => ports.get(partOfSensor(board, sensor)));
  }

  /** Closes every subscription. */
  async close(): Promise<void> {
    await Promise.all(this.#hardware.brokers.map(({ broker }) => broker.detach(this.#clientId)));
  }
}
