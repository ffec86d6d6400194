import type { AppContext, ErrorName } from '@kanchi/runtime/extension';
import {
  closeHandle,
  connectionPermits,
  connectionRefusal,
  deny,
  fail,
  failAtLimit,
  handlesText,
} from '@kanchi/runtime/extension';
import { MAX_CONNECTIONS_PER_APP } from '../connections/limits.ts';
import type { AppConnections, ConnectionData, ConnectionTargetRequest } from './app-connections.ts';
import { UartConnections } from './uart-connections.ts';

/** The permission for a UDP socket names its own port with this host. */
const ANY_HOST = '0.0.0.0';

interface NetworkConnection {
  /** Of `AppConnections`. */
  readonly number: number;
  /** In the app's handle table, so that it is closed with everything else that the app holds. */
  readonly resource: number;
  /** What the manifest had to permit so that it is there. */
  readonly target: ConnectionTargetRequest;
  /** Where it sends to; of UDP nothing before it is told. */
  remote: ConnectionTargetRequest | undefined;
}

/** Only its handle in the app's table. */
interface SerialConnection {
  readonly resource: number;
  readonly target?: undefined;
}

/**
 * The connections that one app has open, by the numbers that it knows: from 1, and an open that fails uses one up, as in the
 * original. What is opened, sent and received is checked against the manifest here.
 */
export class ConnectionTable {
  readonly #context: AppContext;
  readonly #network: AppConnections | undefined;
  readonly #uart: UartConnections;
  readonly #open = new Map<number, NetworkConnection | SerialConnection>();
  #last = 0;

  /** Without a network there are serial ports only. */
  constructor(context: AppContext, network: AppConnections | undefined) {
    this.#context = context;
    this.#network = network;
    this.#uart = new UartConnections(context);
  }

  /** The new connection's number, or -1. Blocks until the far end has accepted or refused. */
  openTcp(call: string, host: string, port: number): number {
    const target = { protocol: 'tcp', host, port } as const;
    return this.#openOne(call, target, (network) => network.openTcp(host, port));
  }

  openUdp(call: string, port: number): number {
    const target = { protocol: 'udp', host: ANY_HOST, port } as const;
    return this.#openOne(call, target, (network) => network.openUdp(port));
  }

  /** `device`: a label under "uart" of the board file, or the device file that it names. */
  openUart(call: string, device: string, baud: number): number {
    const handle = this.#next();
    if (!this.#hasRoom(call, `uart "${device}"`)) return -1;
    const resource = this.#uart.open(call, device, baud);
    if (resource < 0) return -1;
    this.#open.set(handle, { resource });
    return handle;
  }

  /** Where a UDP connection sends to. */
  setRemote(call: string, handle: number, host: string, port: number): boolean {
    const connection = this.#open.get(handle);
    if (connection?.target === undefined || connection.target.protocol !== 'udp') return false;
    const remote = { protocol: 'udp', host, port } as const;
    if (!this.#may(call, remote)) return false;
    const isSet = this.#network?.setRemote(connection.number, host, port) === true;
    connection.remote = isSet ? remote : undefined;
    return isSet;
  }

  /** Bytes that were taken, or -1. */
  send(call: string, handle: number, bytes: Uint8Array): number {
    const connection = this.#open.get(handle);
    if (connection === undefined) return -1;
    if (connection.target === undefined) return this.#uart.send(call, connection.resource, bytes);
    if (connection.remote === undefined || !this.#may(call, connection.remote)) return -1;
    const taken = this.#network?.send(connection.number, bytes) ?? -1;
    if (taken < 0) fail(this.#context, call, 'limit-reached', `connection ${handle} takes nothing now`);
    return taken;
  }

  close(call: string, handle: number): void {
    const connection = this.#open.get(handle);
    if (connection === undefined) return;
    this.#open.delete(handle);
    if (connection.target === undefined) this.#uart.close(call, connection.resource);
    else closeHandle(this.#context, call, 'service', connection.resource);
  }

  /** An event of the app's queue, which may be one of a serial port. */
  note(resource: number): void {
    this.#uart.note(resource);
  }

  /** What came in; a connection whose far end is gone is not open any more when that is given. */
  *collect(): Generator<ConnectionData, void, void> {
    const call = 'on_connection_data';
    for (const { handle: number, bytes } of this.#network?.collect() ?? []) {
      const [handle, connection] =
        [...this.#open].find(([, each]) => each.target !== undefined && each.number === number) ?? [];
      if (handle === undefined || connection?.target === undefined) continue;
      if (bytes === undefined) {
        this.#open.delete(handle);
        this.#context.handles.remove(connection.resource);
      } else if (!this.#may(call, connection.target)) {
        this.close(call, handle);
        continue;
      }
      yield { handle, bytes };
    }
    for (const { handle: resource, bytes } of this.#uart.collect()) {
      const [handle] = [...this.#open].find(([, each]) => each.resource === resource) ?? [];
      if (handle !== undefined) yield { handle, bytes };
    }
  }

  closeAll(): void {
    for (const handle of this.#open.keys()) this.close('on_destroy', handle);
    this.#network?.closeAll();
  }

  /** For the app -1. Existing apps cannot ask for the last error, so it stands in their log too. */
  refuse(call: string, name: ErrorName, text: string): -1 {
    fail(this.#context, call, name, text);
    this.#context.log.write('warning', new TextEncoder().encode(text));
    return -1;
  }

  #openOne(call: string, target: ConnectionTargetRequest, open: (network: AppConnections) => number): number {
    const handle = this.#next();
    const { protocol, host, port } = target;
    const what = `${protocol} connection, ${host} port ${port}`;
    if (!this.#may(call, target)) return -1;
    const network = this.#network;
    if (network === undefined) {
      return this.refuse(call, 'not-supported', `${what}: this host makes no network connections`);
    }
    if (!this.#hasRoom(call, what)) return -1;
    const number = open(network);
    if (number < 1) {
      fail(this.#context, call, 'disconnected', `${what}: could not be opened`);
      return -1;
    }
    const resource = this.#context.handles.add({
      kind: 'service',
      api: 'env',
      resource: { close: () => network.close(number) },
    });
    if (resource === undefined) {
      network.close(number);
      failAtLimit(this.#context, call, 'handles', handlesText(this.#context, what));
      return -1;
    }
    const remote = protocol === 'tcp' ? target : undefined;
    this.#open.set(handle, { number, resource, target, remote });
    return handle;
  }

  #next(): number {
    this.#last += 1;
    return this.#last;
  }

  #hasRoom(call: string, what: string): boolean {
    if (this.#open.size < MAX_CONNECTIONS_PER_APP) return true;
    this.refuse(
      call,
      'limit-reached',
      `${what}: ${MAX_CONNECTIONS_PER_APP} connections are open, the most of one app; close one first`,
    );
    return false;
  }

  #may(call: string, target: ConnectionTargetRequest): boolean {
    const { connection } = this.#context.grants;
    if (connectionPermits(connection, target)) return true;
    deny(this.#context, call, connectionRefusal(connection, target));
    return false;
  }
}
