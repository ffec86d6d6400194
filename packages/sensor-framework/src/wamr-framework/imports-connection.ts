import type { HostFunction } from '@kanchi/runtime/extension';
import { SensorError } from '../error.ts';
import {
  type AttributeContainer,
  decodeAttributes,
  integerAttribute,
  textAttribute,
} from './attribute-container.ts';
import type { FrameworkApp } from './framework-abi.ts';
import { MAX_PACKET_BYTES, MAX_URL_BYTES } from './limits.ts';

const MAX_PORT = 65_535;

/** Connections: decodes what the app asks for; `ConnectionTable` checks and does it. */
export function connectionImports(app: FrameworkApp): Readonly<Record<string, HostFunction>> {
  const { context, connections } = app;
  const { memory } = context;
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
  const open = (call: string, name: string, container: AttributeContainer | undefined): number => {
    if (container !== undefined && name === 'TCP') {
      const remote = addressOf(container);
      if (remote !== undefined) return connections.openTcp(call, remote.host, remote.port);
    }
    if (container !== undefined && name === 'UDP') {
      const port = integerAttribute(container, 'bind port');
      if (isPort(port)) return connections.openUdp(call, port);
    }
    if (container !== undefined && name === 'UART') {
      const device = textAttribute(container, 'device');
      const baud = integerAttribute(container, 'baudrate');
      if (device !== undefined && baud !== undefined) return connections.openUart(call, device, baud);
    }
    return connections.refuse(
      call,
      'bad-argument',
      `connection "${name}": there is TCP with "address" and "port", UDP with "bind port", UART with "device" and "baudrate"`,
    );
  };
  return {
    wasm_open_connection: (namePointer: number, pointer: number, length: number): number => {
      const call = 'env.wasm_open_connection';
      const name = memory.readText(call, namePointer, MAX_URL_BYTES);
      return open(call, name, read(call, pointer, length));
    },
    wasm_config_connection: (handle: number, pointer: number, length: number): number => {
      const call = 'env.wasm_config_connection';
      const container = read(call, pointer, length);
      const remote = container === undefined ? undefined : addressOf(container);
      if (remote === undefined) return 0;
      return connections.setRemote(call, handle, remote.host, remote.port) ? 1 : 0;
    },
    wasm_send_on_connection: (handle: number, pointer: number, length: number): number => {
      const call = 'env.wasm_send_on_connection';
      const view = memory.view(call, pointer, length);
      return view.length > MAX_PACKET_BYTES ? -1 : connections.send(call, handle, view.slice());
    },
    wasm_close_connection: (handle: number): undefined => {
      connections.close('env.wasm_close_connection', handle);
    },
  };
}

function addressOf(container: AttributeContainer): { host: string; port: number } | undefined {
  const host = textAttribute(container, 'address');
  const port = integerAttribute(container, 'port');
  return host !== undefined && host !== '' && isPort(port) ? { host, port } : undefined;
}

function isPort(port: number | undefined): port is number {
  return port !== undefined && port >= 1 && port <= MAX_PORT;
}
