export { HostMessageService, RemoteHostRouter } from './host-messages.ts';
export { HubService } from './hub-service.ts';
export { createMailboxWord, MessageServices } from './message-service.ts';
export { RemoteEndpoint } from './remote-endpoint.ts';
export { type AskHub, RemoteSensorPort } from './remote-sensor-port.ts';
export { RoutedSensorPort } from './routed-sensor-port.ts';
export { createSampleRing, DEFAULT_RING_READINGS } from './sample-ring.ts';
