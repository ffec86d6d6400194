import type { Hal, WorldClock } from '@kanchi/hal';
import { type Board, type GuestAbi, type HostApi, kanchiHostApis } from '@kanchi/runtime';
import { createSensorDrivers } from '@kanchi/sensor-framework';
import { createSensorApi } from '@kanchi/sensor-framework/host-api';
import { HubSession, openBoardSensors, SensorHub, type SensorPort } from '@kanchi/sensor-framework/hub';
import { SimulatedKernelFiles } from '@kanchi/sensor-framework/sim';
import { createFrameworkAbi, LocalEndpoint, MessageRouter } from '@kanchi/sensor-framework/wamr';
import { hostileKernelFiles } from './hostile-board.ts';
import { type Passed, simulatedConnections, watchedEndpoint, watchedPort } from './watched-ports.ts';

/** What an app can reach beside the hardware: sensors, messages, connections. */
export interface HostileServices {
  readonly hostApis: readonly HostApi[];
  readonly framework: GuestAbi;
  /** What got past the permission checks since the start. */
  readonly passed: Passed;
}

export function createHostileServices(hal: Hal, clock: WorldClock, board: Board): HostileServices {
  const passed: Passed = { subscriptions: [], messages: [], connections: [] };
  let hub: SensorHub | undefined;
  // Most runs subscribe to nothing: the hub is made for those that do.
  const openHub = (): SensorHub => {
    const drivers = createSensorDrivers({ kernelFiles: new SimulatedKernelFiles(hostileKernelFiles) });
    hub ??= new SensorHub({ clock, sensors: openBoardSensors(board, { hal, clock, drivers }) });
    return hub;
  };
  const framework = createFrameworkAbi({
    connectSensors: () => watchedPort(new LatePort(() => new HubSession(openHub(), 'framework')), passed),
    connectMessages: () => watchedEndpoint(new LocalEndpoint(new MessageRouter(), 'hostile'), passed),
    connectConnections: () => simulatedConnections(passed),
  });
  const sensorApi = createSensorApi(() =>
    watchedPort(new LatePort(() => new HubSession(openHub(), 'app')), passed),
  );
  return { hostApis: [...kanchiHostApis, sensorApi], framework, passed };
}

/** A port that is connected when it is first asked for something. */
class LatePort implements SensorPort {
  readonly #connect: () => SensorPort;
  #port: SensorPort | undefined;

  constructor(connect: () => SensorPort) {
    this.#connect = connect;
  }

  describe(...parameters: Parameters<SensorPort['describe']>): ReturnType<SensorPort['describe']> {
    return this.#connected().describe(...parameters);
  }

  open(...parameters: Parameters<SensorPort['open']>): ReturnType<SensorPort['open']> {
    return this.#connected().open(...parameters);
  }

  change(...parameters: Parameters<SensorPort['change']>): ReturnType<SensorPort['change']> {
    return this.#connected().change(...parameters);
  }

  close(subscription: number): void {
    this.#port?.close(subscription);
  }

  collect(receive: Parameters<SensorPort['collect']>[0]): void {
    this.#port?.collect(receive);
  }

  #connected(): SensorPort {
    this.#port ??= this.#connect();
    return this.#port;
  }
}
