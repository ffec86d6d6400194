import type { Network } from '@kanchi/sensor-framework/connections';
import { TcpSocket } from './tcp-socket.ts';
import { UdpSocket } from './udp-socket.ts';

/** The sockets of the system, on the event loop of the calling thread. */
export const socketNetwork: Network = {
  connectTcp: (host, port, listener) => new TcpSocket(host, port, listener),
  bindUdp: (port, listener) => new UdpSocket(port, listener),
};
