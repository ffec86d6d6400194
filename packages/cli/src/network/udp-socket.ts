import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns';
import type { LinkListener, NetworkFault, UdpLink } from '@kanchi/sensor-framework/connections';
import { faultOf } from './socket-fault.ts';

const IPV4 = 4;
const noIpv4: NetworkFault = { code: 'EAFNOSUPPORT', message: 'UDP sends to IPv4 addresses only' };

/** A bound UDP socket of the system, IPv4. */
export class UdpSocket implements UdpLink {
  readonly #socket: Socket;
  readonly #listener: LinkListener;
  #remote: { readonly address: string; readonly port: number } | undefined;
  /** Datagrams that the system does not have yet. */
  #leaving = 0;
  #isQuiet = false;
  #isFinishing = false;
  #isClosed = false;

  constructor(port: number, listener: LinkListener) {
    this.#listener = listener;
    this.#socket = createSocket('udp4');
    this.#socket.on('listening', () => listener.opened());
    this.#socket.on('message', (datagram) => {
      if (!this.#isQuiet) listener.received(Uint8Array.from(datagram));
    });
    this.#socket.on('error', (error) => this.#end(faultOf(error)));
    this.#socket.on('close', () => {
      this.#isClosed = true;
      this.#end(undefined);
      listener.closed();
    });
    this.#socket.bind({ port, address: '0.0.0.0', exclusive: true });
  }

  setRemote(host: string, port: number, done: (fault: NetworkFault | undefined) => void): void {
    lookup(host, { family: IPV4 }, (error, address, family) => {
      // An address is given back as it is, whatever was asked for.
      const fault = error === null ? (family === IPV4 ? undefined : noIpv4) : faultOf(error);
      this.#remote = fault === undefined ? { address, port } : undefined;
      done(fault);
    });
  }

  send(bytes: Uint8Array, done: () => void): void {
    if (this.#remote === undefined) {
      done();
      return;
    }
    this.#leaving += 1;
    this.#socket.send(bytes, this.#remote.port, this.#remote.address, (error) => {
      this.#leaving -= 1;
      if (error !== null && !this.#isQuiet) this.#listener.failed(faultOf(error));
      done();
      if (this.#isFinishing && this.#leaving === 0) this.destroy();
    });
  }

  finish(): void {
    this.#isQuiet = true;
    this.#isFinishing = true;
    if (this.#leaving === 0) this.destroy();
  }

  destroy(): void {
    this.#isQuiet = true;
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.close();
  }

  #end(fault: NetworkFault | undefined): void {
    if (this.#isQuiet) return;
    this.#isQuiet = true;
    this.#listener.ended(fault);
  }
}
