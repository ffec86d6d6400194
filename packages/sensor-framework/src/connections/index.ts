export type { ConnectionCommand, ConnectionReport } from './connection-message.ts';
export { ConnectionService, type ConnectionServiceOptions } from './connection-service.ts';
export { FaultLines } from './fault-lines.ts';
export type { LinkListener, Network, NetworkFault, TcpLink, UdpLink } from './network.ts';
