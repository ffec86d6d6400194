import { kanchiHostApis, serveAppWorker } from '@kanchi/runtime';
import { createSensorApi } from '@kanchi/sensor-framework/host-api';
import { RemoteSensorPort, RoutedSensorPort } from '@kanchi/sensor-framework/placement';
import type { AppExtension } from './app-extension.ts';
import { partOfSensor } from './board-parts.ts';

/** Entry of an app's thread: the host APIs of the runtime, and the sensors that the brokers read. */
serveAppWorker((services) => {
  const ports = new Map(
    services.map((service) => {
      const { samples } = service.extension as AppExtension;
      return [service.name, new RemoteSensorPort((request) => service.call(request), samples)] as const;
    }),
  );
  return [
    ...kanchiHostApis,
    createSensorApi(
      ({ board }) =>
        new RoutedSensorPort([...ports.values()], (sensor) => ports.get(partOfSensor(board, sensor))),
    ),
  ];
});
