import type { MessagePort } from 'node:worker_threads';
import type { AppContext } from '@kanchi/runtime/extension';
import type { ConnectionReport } from '@kanchi/sensor-framework/connections';
import { RemoteConnections } from '@kanchi/sensor-framework/worker';
import { takeMessage } from './take-message.ts';

/** What an app's thread gets for its connections: its end of the channel. */
export interface ConnectionExtension {
  readonly port: MessagePort;
}

/** The connections of an app, from its thread. Undefined for an app whose manifest names no connection. */
export function connectConnections(extension: unknown, context: AppContext): RemoteConnections | undefined {
  if (extension === undefined) return undefined;
  const { port } = extension as ConnectionExtension;
  return new RemoteConnections({
    post: (command) => port.postMessage(command),
    receive: () => takeMessage<ConnectionReport>(port),
    clock: context.clock,
    isInterrupted: () => context.events.waitIsInterrupted('env.wasm_open_connection'),
  });
}
