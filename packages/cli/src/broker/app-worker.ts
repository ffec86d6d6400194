import { NS_PER_MS } from '@kanchi/hal';
import { DOORBELL_NOTE_OFFSET } from '@kanchi/hal/remote/client';
import type { Board } from '@kanchi/runtime';
import { type AppService, kanchiHostApis, serveAppWorker } from '@kanchi/runtime/worker';
import {
  createFrameworkAbi,
  createSensorApi,
  type Hang,
  RemoteEndpoint,
  RemoteSensorPort,
  RoutedSensorPort,
  RunningStepReader,
  type SensorPort,
  SharedSensorPort,
} from '@kanchi/sensor-framework/worker';
import { connectConnections } from './app-connections.ts';
import type { AppExtension } from './app-extension.ts';
import { askOf } from './ask-of.ts';
import { partOfSensor } from './board-parts.ts';

let shared: SharedSensorPort | undefined;

/** Entry of an app's thread: the host APIs of the runtime, the sensors that the brokers read, and WAMR's framework. */
serveAppWorker(
  (services) => [...kanchiHostApis, createSensorApi(({ board }) => sensorPort(services, board))],
  (services, supervisor) => [
    createFrameworkAbi({
      connectSensors: ({ board }) => sensorPort(services, board),
      connectMessages: ({ appName }) => {
        const main = services[0];
        if (main === undefined) throw new TypeError('an app needs the main broker');
        const { mailbox } = main.extension as AppExtension;
        return new RemoteEndpoint(
          askOf((request) => main.call(request), 'messages'),
          mailbox,
          appName,
        );
      },
      connectConnections: (context) => connectConnections(supervisor, context),
    }),
  ],
);

/** A part of the one port of this thread: the rings have one reader. */
function sensorPort(services: readonly AppService[], board: Board): SensorPort {
  shared ??= new SharedSensorPort(connect(services, board));
  return shared.part();
}

function connect(services: readonly AppService[], board: Board): SensorPort {
  const ports = new Map(
    services.map((service) => {
      const ask = askOf((request) => service.call(request), 'sensors');
      const { samples } = service.extension as AppExtension;
      const noted = new RunningStepReader(service.doorbell, DOORBELL_NOTE_OFFSET);
      const hang = (): Hang | undefined => {
        const running = noted.read();
        if (running === undefined) return undefined;
        const nowNs = process.hrtime.bigint();
        if (nowNs < running.deadlineNs) return undefined;
        return { step: running.step, nowNs, wallNs: BigInt(Date.now()) * NS_PER_MS };
      };
      return [service.name, new RemoteSensorPort(ask, samples, hang)] as const;
    }),
  );
  return new RoutedSensorPort([...ports.values()], (sensor) => ports.get(partOfSensor(board, sensor)));
}
