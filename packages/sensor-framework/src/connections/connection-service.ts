import { connectionFaultText } from './connection-fault.ts';
import { type ConnectionCommand, type ConnectionReport, pieceCost } from './connection-message.ts';
import { FaultLines } from './fault-lines.ts';
import {
  CONNECT_TIMEOUT_MS,
  MAX_CHUNK_BYTES,
  MAX_CLOSING_CONNECTIONS,
  MAX_CLOSING_MS,
  MAX_CONNECTIONS_PER_APP,
  MAX_RECEIVED_BYTES,
} from './limits.ts';
import type { LinkListener, Network, NetworkFault, NetworkLink, TcpLink, UdpLink } from './network.ts';

/** What one app did with the network so far. */
export interface ConnectionCounters {
  openedConnections: number;
  failedOpens: number;
  receivedBytes: number;
  sentBytes: number;
  /** For want of room: the app did not take what came before. */
  droppedDatagrams: number;
  /** Longer than one callback takes. */
  cutDatagrams: number;
  /** Closed ones that were cut off before all was sent. */
  cutOffConnections: number;
}

export interface ConnectionServiceOptions {
  readonly appName: string;
  readonly network: Network;
  /** To the app's thread, in order. */
  readonly report: (report: ConnectionReport) => void;
  /** A line for whoever runs the board. */
  readonly tell: (line: string) => void;
  /** Runs `action` after that many milliseconds; returns a function that cancels it. */
  readonly after: (delayMs: number, action: () => void) => () => void;
  /** Monotonic, milliseconds. */
  readonly nowMs: () => number;
}

interface ServedConnection {
  readonly handle: number;
  readonly what: string;
  readonly link: { readonly tcp: TcpLink } | { readonly udp: UdpLink };
  /** Of the question that waits: whether it could be opened, or whether a remote was found. */
  ticket: number | undefined;
  cancelTimeout: () => void;
  isOpen: boolean;
  /** Cost of what the app has not taken. */
  waitingCost: number;
  isPaused: boolean;
}

/** Closed by the app, still sending. */
interface ClosingConnection {
  readonly what: string;
  readonly cancelLimit: () => void;
}

/**
 * The connections of one app on the thread that has the sockets. Takes commands one after the other, never waits and never
 * throws: what fails is a line in the log and an answer.
 */
export class ConnectionService {
  readonly counters: ConnectionCounters = {
    openedConnections: 0,
    failedOpens: 0,
    receivedBytes: 0,
    sentBytes: 0,
    droppedDatagrams: 0,
    cutDatagrams: 0,
    cutOffConnections: 0,
  };
  readonly #options: ConnectionServiceOptions;
  readonly #lines: FaultLines;
  readonly #served = new Map<number, ServedConnection>();
  /** What still sends, oldest first. */
  readonly #closing = new Map<NetworkLink, ClosingConnection>();
  /** What was cut off and is not closed yet. */
  readonly #destroyed = new Set<NetworkLink>();
  #onAllClosed: (() => void) | undefined;
  #isClosed = false;

  constructor(options: ConnectionServiceOptions) {
    this.#options = options;
    this.#lines = new FaultLines(
      { subject: `app "${options.appName}"`, about: 'its connections' },
      options.nowMs,
      options.tell,
    );
  }

  obey(command: ConnectionCommand): void {
    if (this.#isClosed) return;
    const { handle } = command;
    const served = this.#served.get(handle);
    switch (command.kind) {
      case 'open-tcp': {
        const { ticket, host, port } = command;
        const what = `tcp connection to ${host} port ${port}`;
        this.#open(handle, ticket, what, (network, listener) => ({
          tcp: network.connectTcp(host, port, listener),
        }));
        return;
      }
      case 'open-udp': {
        const { ticket, port } = command;
        this.#open(handle, ticket, `udp port ${port}`, (network, listener) => ({
          udp: network.bindUdp(port, listener),
        }));
        return;
      }
      case 'set-remote':
        this.#setRemote(served, command);
        return;
      case 'send': {
        if (served === undefined) return;
        const { bytes } = command;
        this.counters.sentBytes += bytes.length;
        const done = () => this.#options.report({ kind: 'sent', handle, cost: pieceCost(bytes.length) });
        linkOf(served).send(bytes, done);
        return;
      }
      case 'consumed':
        if (served !== undefined) this.#consumed(served, command.cost);
        return;
      case 'close':
        if (served !== undefined) this.#letGo(served);
    }
  }

  /** The permission for connections was taken back: nothing is sent or received from now on, not even what waits. */
  cutAll(): void {
    for (const served of this.#served.values()) {
      this.#served.delete(served.handle);
      this.#settle(served, false);
      this.#destroy(linkOf(served));
      if (served.isOpen) this.#options.report({ kind: 'ended', handle: served.handle });
    }
  }

  /** The app has ended. Resolves when no descriptor of it is open, at most MAX_CLOSING_MS later. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const served of this.#served.values()) this.#letGo(served);
    const { droppedDatagrams, cutDatagrams } = this.counters;
    if (droppedDatagrams > 0 || cutDatagrams > 0) {
      this.#options.tell(
        `app "${this.#options.appName}": of the datagrams for it ${droppedDatagrams} were dropped and ${cutDatagrams} were cut to ${MAX_CHUNK_BYTES} bytes`,
      );
    }
    this.#lines.flush();
    if (this.#closing.size + this.#destroyed.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#onAllClosed = resolve;
    });
  }

  #open(
    handle: number,
    ticket: number,
    what: string,
    make: (network: Network, listener: LinkListener) => ServedConnection['link'],
  ): void {
    if (this.#served.has(handle) || this.#served.size >= MAX_CONNECTIONS_PER_APP) {
      this.#answer(ticket, false);
      return;
    }
    let served: ServedConnection | undefined;
    const current = (act: (connection: ServedConnection) => void): void => {
      if (served !== undefined && this.#served.get(handle) === served) act(served);
    };
    const listener: LinkListener = {
      opened: () => current((connection) => this.#opened(connection)),
      received: (bytes) => current((connection) => this.#received(connection, bytes)),
      failed: (fault) => current((connection) => this.#fault(`${connection.what} sends nothing`, fault)),
      ended: (fault) => current((connection) => this.#ended(connection, fault)),
      closed: () => {
        if (served !== undefined) this.#closed(linkOf(served));
      },
    };
    try {
      served = {
        handle,
        what,
        link: make(this.#options.network, listener),
        ticket,
        cancelTimeout: () => {},
        isOpen: false,
        waitingCost: 0,
        isPaused: false,
      };
    } catch (error) {
      this.counters.failedOpens += 1;
      this.#fault(`${what} failed`, faultOf(error));
      this.#answer(ticket, false);
      return;
    }
    this.#served.set(handle, served);
    this.#limitTime(served, ticket, () => current((connection) => this.#ended(connection, noAnswer)));
  }

  #opened(served: ServedConnection): void {
    served.isOpen = true;
    this.counters.openedConnections += 1;
    this.#settle(served, true);
  }

  #received(served: ServedConnection, bytes: Uint8Array): void {
    const { handle, link } = served;
    // A callback with no bytes would say that the far end is gone.
    if (bytes.length === 0) return;
    const kept = 'udp' in link ? this.#fit(served, bytes) : bytes;
    if (kept === undefined) return;
    served.waitingCost += pieceCost(kept.length);
    this.counters.receivedBytes += kept.length;
    this.#options.report({ kind: 'data', handle, bytes: kept });
    if ('tcp' in link && served.waitingCost >= MAX_RECEIVED_BYTES) {
      served.isPaused = true;
      link.tcp.pause();
    }
  }

  /** What of a datagram the app gets. */
  #fit(served: ServedConnection, bytes: Uint8Array): Uint8Array | undefined {
    const { counters } = this;
    const { appName } = this.#options;
    const kept = bytes.length > MAX_CHUNK_BYTES ? bytes.slice(0, MAX_CHUNK_BYTES) : bytes;
    if (served.waitingCost + pieceCost(kept.length) > MAX_RECEIVED_BYTES) {
      if (counters.droppedDatagrams === 0) {
        this.#lines.tell(
          `app "${appName}": ${served.what}: datagrams are dropped, because the app does not take them as fast as they come`,
        );
      }
      counters.droppedDatagrams += 1;
      return undefined;
    }
    if (kept !== bytes) {
      if (counters.cutDatagrams === 0) {
        this.#lines.tell(
          `app "${appName}": ${served.what}: a datagram of ${bytes.length} bytes was cut to ${MAX_CHUNK_BYTES}, the most that an app gets at a time; send shorter ones`,
        );
      }
      counters.cutDatagrams += 1;
    }
    return kept;
  }

  #consumed(served: ServedConnection, cost: number): void {
    served.waitingCost = Math.max(0, served.waitingCost - cost);
    if (!served.isPaused || served.waitingCost > MAX_RECEIVED_BYTES / 2) return;
    served.isPaused = false;
    if ('tcp' in served.link) served.link.tcp.resume();
  }

  #setRemote(
    served: ServedConnection | undefined,
    { ticket, host, port }: Extract<ConnectionCommand, { readonly kind: 'set-remote' }>,
  ): void {
    if (served === undefined || !('udp' in served.link) || served.ticket !== undefined) {
      this.#answer(ticket, false);
      return;
    }
    served.ticket = ticket;
    const settle = (fault: NetworkFault | undefined): void => {
      if (served.ticket !== ticket) return;
      if (fault !== undefined) this.#fault(`${served.what} cannot send to ${host} port ${port}`, fault);
      this.#settle(served, fault === undefined);
    };
    this.#limitTime(served, ticket, () => settle(noAnswer));
    try {
      served.link.udp.setRemote(host, port, settle);
    } catch (error) {
      settle(faultOf(error));
    }
  }

  #ended(served: ServedConnection, fault: NetworkFault | undefined): void {
    const { handle, what, isOpen } = served;
    if (!isOpen) this.counters.failedOpens += 1;
    if (fault !== undefined) this.#fault(`${what} ${isOpen ? 'broke' : 'failed'}`, fault);
    this.#letGo(served);
    if (isOpen) this.#options.report({ kind: 'ended', handle });
  }

  /** The handle is free again; the link sends what waits and closes. */
  #letGo(served: ServedConnection): void {
    this.#served.delete(served.handle);
    this.#settle(served, false);
    const link = linkOf(served);
    if (!served.isOpen) {
      this.#destroy(link);
      return;
    }
    const cancelLimit = this.#options.after(MAX_CLOSING_MS, () => this.#cutOff(link, served.what));
    this.#closing.set(link, { what: served.what, cancelLimit });
    link.finish();
    const [oldest] = this.#closing;
    if (oldest !== undefined && this.#closing.size > MAX_CLOSING_CONNECTIONS)
      this.#cutOff(oldest[0], oldest[1].what);
  }

  #cutOff(link: NetworkLink, what: string): void {
    this.counters.cutOffConnections += 1;
    this.#lines.tell(
      `app "${this.#options.appName}": ${what}: closed by the app and cut off, because the far end did not take what was sent`,
    );
    this.#destroy(link);
  }

  #destroy(link: NetworkLink): void {
    this.#closing.get(link)?.cancelLimit();
    this.#closing.delete(link);
    this.#destroyed.add(link);
    link.destroy();
  }

  #closed(link: NetworkLink): void {
    this.#closing.get(link)?.cancelLimit();
    this.#closing.delete(link);
    this.#destroyed.delete(link);
    if (this.#closing.size + this.#destroyed.size === 0) this.#onAllClosed?.();
  }

  #limitTime(served: ServedConnection, ticket: number, onTimeout: () => void): void {
    served.cancelTimeout = this.#options.after(CONNECT_TIMEOUT_MS, () => {
      if (served.ticket === ticket) onTimeout();
    });
  }

  /** Answers the question that waits, if there is one. */
  #settle(served: ServedConnection, done: boolean): void {
    served.cancelTimeout();
    if (served.ticket === undefined) return;
    this.#answer(served.ticket, done);
    served.ticket = undefined;
  }

  #answer(ticket: number, done: boolean): void {
    this.#options.report({ kind: 'answer', ticket, done });
  }

  #fault(what: string, fault: NetworkFault): void {
    this.#lines.tell(connectionFaultText(this.#options.appName, what, fault));
  }
}

const noAnswer: NetworkFault = { code: 'ETIMEDOUT', message: 'no answer' };

function linkOf({ link }: ServedConnection): NetworkLink {
  return 'tcp' in link ? link.tcp : link.udp;
}

function faultOf(error: unknown): NetworkFault {
  const { code } = Object(error) as { readonly code?: unknown };
  return {
    code: typeof code === 'string' ? code : 'EINVAL',
    message: error instanceof Error ? error.message : String(error),
  };
}
