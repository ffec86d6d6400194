export type { AppletInstallation, AppletPort, InstalledApplet } from '../wamr/applet-port.ts';
export { type HostLinkServer, serveHostLink } from '../wamr/host-link-server.ts';
export { HostProtocol } from '../wamr/host-protocol.ts';
export { connectWamrHost, type WamrHostClient } from '../wamr/wamr-host-client.ts';
export type { AppConnections, ConnectionData } from './app-connections.ts';
export { createFrameworkAbi, type FrameworkAbiOptions } from './framework-abi.ts';
export { LocalEndpoint, type MessageEndpoint } from './message-endpoint.ts';
export {
  MessageRouter,
  type MessageRouterOptions,
  type RoutedMessage,
  type SendOutcome,
} from './message-router.ts';
