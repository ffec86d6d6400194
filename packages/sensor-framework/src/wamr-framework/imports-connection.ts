import type { HostFunction } from '@kanchi/runtime/extension';
import { connectionPermits, connectionRefusal, deny, fail } from '@kanchi/runtime/extension';
import { SensorError } from '../error.ts';
import type { ConnectionTargetRequest } from './app-connections.ts';
import {
  type AttributeContainer,
  decodeAttributes,
  integerAttribute,
  textAttribute,
} from './attribute-container.ts';
import type { FrameworkApp } from './framework-abi.ts';
import { MAX_PACKET_BYTES } from './limits.ts';

const MAX_PORT = 65_535;
/** The permission of a UDP socket names its own port with this host. */
const ANY_HOST = '0.0.0.0';

export function connectionImports(app: FrameworkApp): Readonly<Record<string, HostFunction>> {
  const { context, connections } = app;
  const { counters, memory } = context;
  const read = (call: string, pointer: number, length: number): AttributeContainer | undefined => {
    const view = memory.view(call, pointer, length);
    if (view.length > MAX_PACKET_BYTES) return undefined;
    try {
      return decodeAttributes(view.slice());
    } catch (error) {
      if (error instanceof SensorError) return undefined;
      throw error;
    }
  };
  return {
    wasm_open_connection: (namePointer: number, pointer: number, length: number): number => {
      const call = 'env.wasm_open_connection';
      counters.add('hostCalls');
      const name = new TextDecoder().decode(memory.readCString(call, namePointer));
      const container = read(call, pointer, length);
      const target = container === undefined ? undefined : targetOf(name, container);
      if (target === undefined) {
        fail(
          context,
          call,
          'bad-argument',
          `connection "${name}": TCP with address and port, or UDP with "bind port"`,
        );
        return -1;
      }
      if (connections === undefined) {
        fail(context, call, 'not-supported', 'this host makes no network connections');
        return -1;
      }
      if (!may(app, call, target)) return -1;
      return target.protocol === 'tcp'
        ? connections.openTcp(target.host, target.port)
        : connections.openUdp(target.port);
    },
    wasm_config_connection: (handle: number, pointer: number, length: number): number => {
      const call = 'env.wasm_config_connection';
      counters.add('hostCalls');
      const container = read(call, pointer, length);
      const remote = container === undefined ? undefined : addressOf(container, 'port');
      if (remote === undefined || connections === undefined) return 0;
      if (!may(app, call, { protocol: 'udp', ...remote })) return 0;
      return connections.setRemote(handle, remote.host, remote.port) ? 1 : 0;
    },
    wasm_send_on_connection: (handle: number, pointer: number, length: number): number => {
      counters.add('hostCalls');
      const view = memory.view('env.wasm_send_on_connection', pointer, length);
      return view.length > MAX_PACKET_BYTES ? -1 : (connections?.send(handle, view.slice()) ?? -1);
    },
    wasm_close_connection: (handle: number): undefined => {
      counters.add('hostCalls');
      connections?.close(handle);
    },
  };
}

function targetOf(name: string, container: AttributeContainer): ConnectionTargetRequest | undefined {
  if (name === 'TCP') {
    const remote = addressOf(container, 'port');
    return remote === undefined ? undefined : { protocol: 'tcp', ...remote };
  }
  const port = integerAttribute(container, 'bind port');
  return name === 'UDP' && isPort(port) ? { protocol: 'udp', host: ANY_HOST, port } : undefined;
}

function addressOf(container: AttributeContainer, key: string) {
  const host = textAttribute(container, 'address');
  const port = integerAttribute(container, key);
  return host !== undefined && host !== '' && isPort(port) ? { host, port } : undefined;
}

function isPort(port: number | undefined): port is number {
  return port !== undefined && port >= 1 && port <= MAX_PORT;
}

function may({ context }: FrameworkApp, call: string, target: ConnectionTargetRequest): boolean {
  const { connection } = context.grants;
  if (connectionPermits(connection, target)) return true;
  deny(context, call, connectionRefusal(connection, target));
  return false;
}
