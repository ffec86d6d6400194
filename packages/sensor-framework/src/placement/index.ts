export { MessageRouter } from '../wamr-framework/message-router.ts';
export { HostMessageService, RemoteHostRouter } from './host-messages.ts';
export { HubService, type SensorAnswer } from './hub-service.ts';
export { createMailboxWord, MessageServices } from './message-service.ts';
export { type AskHub, RemoteSensorPort } from './remote-sensor-port.ts';
export { RoutedSensorPort } from './routed-sensor-port.ts';
export { createSampleRing, DEFAULT_RING_READINGS } from './sample-ring.ts';
export { type FeedRequest, SensorFeed } from './sensor-feed.ts';
