import { type Clock, NS_PER_MS } from '@kanchi/hal';
import type { AppConnections, ConnectionData } from '../wamr-framework/app-connections.ts';
import { type ConnectionCommand, type ConnectionReport, pieceCost } from './connection-message.ts';
import {
  ANSWER_MARGIN_MS,
  CONNECT_TIMEOUT_MS,
  MAX_CHUNK_BYTES,
  MAX_CHUNKS_PER_ROUND,
  MAX_DATAGRAM_BYTES,
  MAX_RECEIVED_BYTES,
  MAX_WAITING_SEND_BYTES,
} from './limits.ts';

export interface RemoteConnectionsOptions {
  /** To the app's `ConnectionService`, in order. Does not block. */
  readonly post: (command: ConnectionCommand) => void;
  /** Takes the oldest report of the service. Does not block. */
  readonly receive: () => ConnectionReport | undefined;
  /** Its waits end early when a report has come. */
  readonly clock: Clock;
  /** True when a wait has to end because the app is asked to stop. */
  readonly isInterrupted: () => boolean;
}

interface OpenConnection {
  readonly protocol: 'tcp' | 'udp';
  readonly received: Uint8Array[];
  /** Bytes of the first received piece that were given to the app. */
  givenBytes: number;
  /** Cost of pieces that were given, which the service does not know yet. */
  givenCost: number;
  /** Cost of what was sent and has not left. */
  waitingCost: number;
  hasRemote: boolean;
  hasEnded: boolean;
}

const TIMEOUT_NS = BigInt(CONNECT_TIMEOUT_MS + ANSWER_MARGIN_MS) * NS_PER_MS;

/** The network connections of one app whose sockets are in another thread. On the app's thread. */
export class RemoteConnections implements AppConnections {
  readonly #options: RemoteConnectionsOptions;
  readonly #open = new Map<number, OpenConnection>();
  #answer: { readonly ticket: number; readonly done: boolean } | undefined;
  #lastHandle = 0;
  #lastTicket = 0;

  constructor(options: RemoteConnectionsOptions) {
    this.#options = options;
  }

  openTcp(host: string, port: number): number {
    return this.#openOne('tcp', (handle, ticket) => ({ kind: 'open-tcp', ticket, handle, host, port }));
  }

  openUdp(port: number): number {
    return this.#openOne('udp', (handle, ticket) => ({ kind: 'open-udp', ticket, handle, port }));
  }

  setRemote(handle: number, host: string, port: number): boolean {
    const connection = this.#open.get(handle);
    if (connection?.protocol !== 'udp') return false;
    // A remote that cannot be found does not leave the one before.
    connection.hasRemote = this.#ask((ticket) => ({ kind: 'set-remote', ticket, handle, host, port }));
    return connection.hasRemote;
  }

  send(handle: number, bytes: Uint8Array): number {
    this.#takeReports();
    const connection = this.#open.get(handle);
    if (connection === undefined || connection.hasEnded) return -1;
    const room = MAX_WAITING_SEND_BYTES - connection.waitingCost - pieceCost(0);
    const isUdp = connection.protocol === 'udp';
    if (isUdp && (!connection.hasRemote || bytes.length > MAX_DATAGRAM_BYTES || bytes.length > room)) {
      return -1;
    }
    if (!isUdp && bytes.length === 0) return 0;
    if (room <= 0) return -1;
    const taken = bytes.length > room ? bytes.slice(0, room) : bytes;
    connection.waitingCost += pieceCost(taken.length);
    this.#options.post({ kind: 'send', handle, bytes: taken });
    return taken.length;
  }

  close(handle: number): void {
    if (this.#open.delete(handle)) this.#options.post({ kind: 'close', handle });
  }

  /** One piece of each connection in turn; what the app closes meanwhile gives no more. */
  *collect(): Generator<ConnectionData, void, void> {
    this.#takeReports();
    let count = 0;
    for (let found = true; found; ) {
      found = false;
      for (const [handle, connection] of this.#open) {
        if (count === MAX_CHUNKS_PER_ROUND) return;
        const data = this.#next(handle, connection);
        if (data === undefined) continue;
        found = true;
        count += 1;
        yield data;
      }
    }
  }

  closeAll(): void {
    for (const handle of this.#open.keys()) this.close(handle);
  }

  #openOne(
    protocol: OpenConnection['protocol'],
    command: (handle: number, ticket: number) => ConnectionCommand,
  ): number {
    this.#lastHandle += 1;
    const handle = this.#lastHandle;
    // Data can come right behind the answer.
    this.#open.set(handle, {
      protocol,
      received: [],
      givenBytes: 0,
      givenCost: 0,
      waitingCost: 0,
      hasRemote: false,
      hasEnded: false,
    });
    let isOpen = false;
    try {
      isOpen = this.#ask((ticket) => command(handle, ticket));
    } finally {
      if (!isOpen) this.close(handle);
    }
    return isOpen ? handle : -1;
  }

  /** Blocks until the answer is there, its time is over or the app is asked to stop. */
  #ask(command: (ticket: number) => ConnectionCommand): boolean {
    const { clock, isInterrupted, post } = this.#options;
    if (isInterrupted()) return false;
    this.#lastTicket += 1;
    const ticket = this.#lastTicket;
    const deadlineNs = clock.nowNs() + TIMEOUT_NS;
    post(command(ticket));
    for (;;) {
      this.#takeReports();
      if (this.#answer?.ticket === ticket) return this.#answer.done;
      if (clock.nowNs() >= deadlineNs || isInterrupted()) return false;
      clock.waitUntil(deadlineNs);
    }
  }

  #takeReports(): void {
    const { receive } = this.#options;
    for (let report = receive(); report !== undefined; report = receive()) {
      if (report.kind === 'answer') {
        this.#answer = report;
        continue;
      }
      const connection = this.#open.get(report.handle);
      if (connection === undefined) continue;
      if (report.kind === 'data') connection.received.push(report.bytes);
      else if (report.kind === 'sent') connection.waitingCost -= report.cost;
      else connection.hasEnded = true;
    }
  }

  #next(handle: number, connection: OpenConnection): ConnectionData | undefined {
    const [piece] = connection.received;
    if (piece === undefined) {
      if (!connection.hasEnded || connection.protocol === 'udp') return undefined;
      this.#open.delete(handle);
      return { handle, bytes: undefined };
    }
    const start = connection.givenBytes;
    const bytes = piece.slice(start, start + MAX_CHUNK_BYTES);
    connection.givenBytes += bytes.length;
    if (connection.givenBytes === piece.length) {
      connection.received.shift();
      connection.givenBytes = 0;
      connection.givenCost += pieceCost(piece.length);
      this.#tellConsumed(handle, connection);
    }
    return { handle, bytes };
  }

  /** Not for each piece: many small ones would be as many messages. */
  #tellConsumed(handle: number, connection: OpenConnection): void {
    if (connection.received.length > 0 && connection.givenCost < MAX_RECEIVED_BYTES / 4) return;
    this.#options.post({ kind: 'consumed', handle, cost: connection.givenCost });
    connection.givenCost = 0;
  }
}
