import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { WorkerExecutorOptions } from '@kanchi/runtime';
import type { AppContext } from '@kanchi/runtime/extension';
import {
  type ConnectionCommand,
  type ConnectionReport,
  ConnectionService,
  RemoteConnections,
} from '@kanchi/sensor-framework/connections';
import { socketNetwork } from '../network/socket-network.ts';

/** What an app's thread gets for its connections: its end of the channel. */
interface ConnectionExtension {
  readonly port: MessagePort;
}

/**
 * Makes network connections for the apps that ask for some in their manifest, with sockets of the calling thread. `tell` gets
 * lines on what failed.
 */
export function connectionSupervisor(
  tell: (line: string) => void,
): NonNullable<WorkerExecutorOptions['connectSupervisor']> {
  return ({ manifest }, wake) => {
    if (!manifest.permissions.some(({ kind }) => kind === 'connection')) return undefined;
    const { port1, port2 } = new MessageChannel();
    const service = new ConnectionService({
      appName: manifest.name,
      network: socketNetwork,
      report: (report) => {
        port1.postMessage(report);
        // Room to send is looked at by whoever sends.
        if (report.kind !== 'sent') wake();
      },
      tell,
      after: (delayMs, action) => {
        const timer = setTimeout(action, delayMs);
        return () => clearTimeout(timer);
      },
      nowMs: () => performance.now(),
    });
    port1.on('message', (command: ConnectionCommand) => service.obey(command));
    const extension: ConnectionExtension = { port: port2 };
    return {
      extension,
      transfer: [port2],
      revoke: (targets) => {
        if (targets.includes('connection:connection')) service.cutAll();
      },
      close: async () => {
        // What the app sent last, before its thread ended.
        for (let last = take(port1); last !== undefined; last = take(port1)) service.obey(last);
        await service.close();
        port1.close();
      },
    };
  };
}

/** The app's side. Undefined for an app whose manifest names no connection. */
export function connectConnections(extension: unknown, context: AppContext): RemoteConnections | undefined {
  if (extension === undefined) return undefined;
  const { port } = extension as ConnectionExtension;
  return new RemoteConnections({
    post: (command) => port.postMessage(command),
    receive: () => take<ConnectionReport>(port),
    clock: context.clock,
    isInterrupted: () => context.events.waitIsInterrupted('env.wasm_open_connection'),
  });
}

function take<Message = ConnectionCommand>(port: MessagePort): Message | undefined {
  return (receiveMessageOnPort(port) as { readonly message: Message } | undefined)?.message;
}
