import { MessageChannel } from 'node:worker_threads';
import type { WorkerExecutorOptions } from '@kanchi/runtime';
import { type ConnectionCommand, ConnectionService } from '@kanchi/sensor-framework/connections';
import { socketNetwork } from '../network/socket-network.ts';
import type { ConnectionExtension } from './app-connections.ts';
import { takeMessage } from './take-message.ts';

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
        const take = (): ConnectionCommand | undefined => takeMessage(port1);
        for (let last = take(); last !== undefined; last = take()) service.obey(last);
        await service.close();
        port1.close();
      },
    };
  };
}
