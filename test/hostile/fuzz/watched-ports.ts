import { HalError } from '@kanchi/hal';
import type { SensorPort } from '@kanchi/sensor-framework/hub';
import type { AppConnections, MessageEndpoint } from '@kanchi/sensor-framework/wamr';

/** What got past the permission checks, as the parts behind them saw it. */
export interface Passed {
  readonly subscriptions: {
    readonly sensor: string;
    readonly channels: readonly string[];
    readonly intervalNs: bigint;
  }[];
  readonly messages: { readonly action: string; readonly url: string }[];
  /** Protocol, host and port; of a UDP socket `0.0.0.0` and its own port. */
  readonly connections: string[];
}

/** What ports of another thread throw when its broker is gone; here for requests of this interval. */
const LOST_INTERVAL_NS = 23_000_000n;
const lost = (): HalError => new HalError('HAL_DISCONNECTED', 'the broker is gone');

/** A port that notes what is subscribed through it. */
export function watchedPort(port: SensorPort, passed: Passed): SensorPort {
  const sensors = new Map<number, string>();
  return {
    describe: (sensor) => port.describe(sensor),
    open: (subscription, sensor, request, permission) => {
      if (request.intervalNs === LOST_INTERVAL_NS) throw lost();
      const contract = port.open(subscription, sensor, request, permission);
      sensors.set(subscription, sensor);
      passed.subscriptions.push({ sensor, channels: contract.channels, intervalNs: contract.intervalNs });
      return contract;
    },
    change: (subscription, request, permission) => {
      if (request.intervalNs === LOST_INTERVAL_NS) throw lost();
      const contract = port.change(subscription, request, permission);
      const sensor = sensors.get(subscription) ?? '';
      passed.subscriptions.push({ sensor, channels: contract.channels, intervalNs: contract.intervalNs });
      return contract;
    },
    close: (subscription) => port.close(subscription),
    collect: (receive) => port.collect(receive),
  };
}

/** An endpoint that notes what is sent and registered through it. */
export function watchedEndpoint(endpoint: MessageEndpoint, passed: Passed): MessageEndpoint {
  return {
    register: (url) => {
      passed.messages.push({ action: 'register', url });
      return endpoint.register(url);
    },
    subscribe: (url) => {
      passed.messages.push({ action: 'subscribe', url });
      return endpoint.subscribe(url);
    },
    request: (bytes) => {
      if (bytes.length > 400) throw new HalError('HAL_TOO_LONG', 'more than the channel takes');
      passed.messages.push({ action: bytes[1] === 6 ? 'publish' : 'request', url: urlOf(bytes) });
      return endpoint.request(bytes);
    },
    respond: (bytes) => endpoint.respond(bytes),
    take: () => endpoint.take(),
    withdraw: () => endpoint.withdraw(),
    close: () => endpoint.close(),
  };
}

/** Connections that answer with what they are sent. */
export function simulatedConnections(passed: Passed): AppConnections {
  let last = 0;
  const sent: { handle: number; bytes: Uint8Array | undefined }[] = [];
  const open = (what: string): number => {
    passed.connections.push(what);
    last += 1;
    return last;
  };
  return {
    openTcp: (host, port) => open(`tcp ${host} ${port}`),
    openUdp: (port) => open(`udp 0.0.0.0 ${port}`),
    setRemote: (_handle, host, port) => {
      passed.connections.push(`udp ${host} ${port}`);
      return true;
    },
    send: (handle, bytes) => {
      if (handle < 1 || handle > last) return -1;
      sent.push({ handle, bytes: bytes.length === 3 ? undefined : bytes });
      return bytes.length;
    },
    close: () => {},
    collect: () => sent.splice(0),
    closeAll: () => {},
  };
}

/** Byte 18 of a request up to its zero byte: the url (docs/host-api/wamr-messages.md). */
export function urlOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(18, bytes.indexOf(0, 18))).toString('utf8');
}
