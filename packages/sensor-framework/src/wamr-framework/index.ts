export type { AppConnections, ConnectionData } from './app-connections.ts';
export { createFrameworkAbi, type FrameworkAbiOptions } from './framework-abi.ts';
export { LocalEndpoint, type MessageEndpoint } from './message-endpoint.ts';
export {
  MessageRouter,
  type MessageRouterOptions,
  type RoutedMessage,
  type SendOutcome,
} from './message-router.ts';
