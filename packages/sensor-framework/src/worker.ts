// What an app's thread needs of the framework, and no more: each thread of an app loads it anew, which on a small processor takes
// seconds. The hub, the scheduler and the drivers are in other threads, and so are sockets.
export { RemoteConnections } from './connections/remote-connections.ts';
export { createSensorApi } from './host-api/sensor-api.ts';
export { kernelBusOf } from './hub/kernel-bus.ts';
export { RunningStepReader } from './hub/running-step.ts';
export type { SensorPort } from './hub/sensor-port.ts';
export { SharedSensorPort } from './hub/shared-sensor-port.ts';
export { RemoteEndpoint } from './placement/remote-endpoint.ts';
export { type Hang, RemoteSensorPort } from './placement/remote-sensor-port.ts';
export { RoutedSensorPort } from './placement/routed-sensor-port.ts';
export { createFrameworkAbi } from './wamr-framework/framework-abi.ts';
