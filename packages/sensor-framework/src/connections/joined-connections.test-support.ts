import { millisecondsToNs } from '@kanchi/hal';
import { VirtualClock } from '@kanchi/hal/mock';
import type { ConnectionCommand, ConnectionReport } from './connection-message.ts';
import { ConnectionService } from './connection-service.ts';
import type { LinkListener, Network, NetworkFault, TcpLink, UdpLink } from './network.ts';
import { RemoteConnections } from './remote-connections.ts';

/** A link whose far end is the test. */
export class SimulatedLink implements TcpLink, UdpLink {
  readonly listener: LinkListener;
  readonly sent: Uint8Array[] = [];
  readonly #waiting: (() => void)[] = [];
  state: 'open' | 'finishing' | 'destroyed' | 'closed' = 'open';
  isPaused = false;
  remote: string | undefined;
  /** What `setRemote` answers; `never` leaves the question open. */
  remoteFault: NetworkFault | 'never' | undefined;
  #answer: (() => void) | undefined;

  constructor(listener: LinkListener) {
    this.listener = listener;
  }

  send(bytes: Uint8Array, done: () => void): void {
    this.sent.push(bytes);
    this.#waiting.push(done);
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  finish(): void {
    if (this.state === 'open') this.state = 'finishing';
  }

  destroy(): void {
    if (this.state !== 'closed') this.state = 'destroyed';
  }

  setRemote(host: string, port: number, done: (fault: NetworkFault | undefined) => void): void {
    const { remoteFault } = this;
    if (remoteFault === 'never') return;
    this.remote = remoteFault === undefined ? `${host}:${port}` : undefined;
    this.#answer = () => done(remoteFault);
  }

  /** The far end, or the system, takes the oldest pieces that wait. */
  drain(count = this.#waiting.length): void {
    for (const done of this.#waiting.splice(0, count)) done();
  }

  answerRemote(): void {
    this.#answer?.();
    this.#answer = undefined;
  }

  close(): void {
    this.state = 'closed';
    this.listener.closed();
  }
}

export interface JoinedOptions {
  /** What happens to a link a millisecond after it was asked for. Default: it opens. */
  readonly onLink?: (link: SimulatedLink, what: string) => void;
  /** Instead of making a link. */
  readonly refuse?: () => Error | undefined;
}

/** Both sides of one app's connections on one thread in virtual time, with a simulated network. */
export function joinConnections({ onLink = (link) => link.listener.opened(), refuse }: JoinedOptions = {}) {
  const clock = new VirtualClock();
  const links: SimulatedLink[] = [];
  const asked: string[] = [];
  const lines: string[] = [];
  const commands: ConnectionCommand[] = [];
  const reports: ConnectionReport[] = [];
  let stop = false;
  const make = (what: string, listener: LinkListener): SimulatedLink => {
    asked.push(what);
    const error = refuse?.();
    if (error !== undefined) throw error;
    const link = new SimulatedLink(listener);
    links.push(link);
    clock.schedule(clock.nowNs() + millisecondsToNs(1), () => onLink(link, what));
    return link;
  };
  const network: Network = {
    connectTcp: (host, port, listener) => make(`tcp ${host} ${port}`, listener),
    bindUdp: (port, listener) => make(`udp ${port}`, listener),
  };
  const service = new ConnectionService({
    appName: 'echo',
    network,
    report: (report) => reports.push(report),
    tell: (line) => lines.push(line),
    after: (delayMs, action) => clock.schedule(clock.nowNs() + millisecondsToNs(delayMs), action),
    nowMs: () => Number(clock.nowNs()) / 1e6,
  });
  const connections = new RemoteConnections({
    post: (command) => {
      commands.push(command);
      service.obey(command);
      // The answer of a lookup comes later than the question.
      if (command.kind === 'set-remote') {
        clock.schedule(clock.nowNs() + millisecondsToNs(1), () => links.at(-1)?.answerRemote());
      }
    },
    receive: () => reports.shift(),
    clock,
    isInterrupted: () => stop,
  });
  return {
    clock,
    service,
    connections,
    links,
    asked,
    lines,
    commands,
    reports,
    link: (index = 0): SimulatedLink => {
      const link = links[index];
      if (link === undefined) throw new Error(`there is no link ${index}`);
      return link;
    },
    requestStop: () => {
      stop = true;
    },
    atMs: (milliseconds: number, action: () => void) => {
      clock.schedule(millisecondsToNs(milliseconds), action);
    },
    nowMs: () => Number(clock.nowNs()) / 1e6,
  };
}

/** Bytes 0, 1, 2 and on, from a start. */
export function countingBytes(length: number, start = 0): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index += 1) bytes[index] = start + index;
  return bytes;
}
