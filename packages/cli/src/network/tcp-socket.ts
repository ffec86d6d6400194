import { connect, type Socket } from 'node:net';
import type { LinkListener, NetworkFault, TcpLink } from '@kanchi/sensor-framework/connections';
import { faultOf } from './socket-fault.ts';

/** A TCP connection of the system. */
export class TcpSocket implements TcpLink {
  readonly #socket: Socket;
  readonly #listener: LinkListener;
  #isQuiet = false;

  constructor(host: string, port: number, listener: LinkListener) {
    this.#listener = listener;
    this.#socket = connect({ host, port, noDelay: true });
    this.#socket.on('connect', () => listener.opened());
    this.#socket.on('data', (chunk) => {
      // Of its own: a Buffer can share its memory with others.
      if (!this.#isQuiet) listener.received(Uint8Array.from(chunk));
    });
    this.#socket.on('end', () => this.#end(undefined));
    this.#socket.on('error', (error) => this.#end(faultOf(error)));
    this.#socket.on('close', () => {
      this.#end(undefined);
      listener.closed();
    });
  }

  send(bytes: Uint8Array, done: () => void): void {
    this.#socket.write(bytes, () => done());
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  finish(): void {
    this.#isQuiet = true;
    this.#socket.end(() => this.#socket.destroy());
  }

  destroy(): void {
    this.#isQuiet = true;
    this.#socket.destroy();
  }

  #end(fault: NetworkFault | undefined): void {
    if (this.#isQuiet) return;
    this.#isQuiet = true;
    this.#listener.ended(fault);
  }
}
