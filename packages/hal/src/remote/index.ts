export type { BrokerConnectionOptions, BrokerFaults } from './broker-connection.ts';
export { BrokerConnection, DEFAULT_BROKER_TIMEOUT_MS } from './broker-connection.ts';
export type { RemoteChannelBuffers, RemoteChannelOptions } from './channel.ts';
export {
  createDoorbell,
  createRemoteChannel,
  createWake,
  DEFAULT_EVENT_CAPACITY,
  DEFAULT_PAYLOAD_BYTES,
  DOORBELL_NOTE_OFFSET,
  requestStop,
  wakeClient,
} from './channel.ts';
export type { ClientService, ConnectClientService } from './client-service.ts';
export { DEFAULT_CALL_TIMEOUT_MS } from './remote-caller.ts';
export { RemoteClock } from './remote-clock.ts';
export type { RemoteHalOptions } from './remote-hal.ts';
export { RemoteHal } from './remote-hal.ts';
export type { RemoteHalServerOptions, RemoteHalServerRunOptions } from './remote-hal-server.ts';
export { announceMessage, MAX_CLIENTS, RemoteHalServer, stopBroker } from './remote-hal-server.ts';
export type { Revocations, RevokedResource } from './revoked-resource.ts';
export { type BusRoutes, RoutedHal } from './routed-hal.ts';
export type { ServeBrokerOptions } from './serve-broker.ts';
export { serveBroker } from './serve-broker.ts';
export { MAX_HANDLES_PER_CLIENT } from './served-handle.ts';
export { DEFAULT_SUPERVISOR_TIMEOUT_MS } from './supervisor-watch.ts';
