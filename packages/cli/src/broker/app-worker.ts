import { kanchiHostApis, serveAppWorker } from '@kanchi/runtime';
import { createSensorApi } from '@kanchi/sensor-framework/host-api';
import { RemoteSensorPort } from '@kanchi/sensor-framework/placement';
import type { AppExtension } from './app-extension.ts';

/** Entry of an app's thread: the host APIs of the runtime, and the sensors that the broker reads. */
serveAppWorker((services) => {
  const { samples } = services.extension as AppExtension;
  const port = new RemoteSensorPort((request) => services.call(request), samples);
  return [...kanchiHostApis, createSensorApi(() => port)];
});
