import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { WorldClock } from '../contract/clock.ts';
import type { Hal } from '../contract/hal.ts';
import type { BrokerCommand, BrokerReport } from './broker-message.ts';
import type { RemoteChannelBuffers } from './channel.ts';
import { channelState, controlWord, doorbellWord, viewChannel } from './channel.ts';
import type { ConnectClientService } from './client-service.ts';
import { RemoteHalServer } from './remote-hal-server.ts';
import { DEFAULT_SUPERVISOR_TIMEOUT_MS, SupervisorWatch } from './supervisor-watch.ts';

export interface ServeBrokerOptions {
  readonly hal: Hal;
  readonly clock: WorldClock;
  readonly doorbell: SharedArrayBuffer;
  /** The other end is the `BrokerConnection` of the thread that supervises. */
  readonly port: MessagePort;
  /** Gets what `BrokerConnection.send` sent: how tests and simulations move the world. Must not block. */
  readonly onMessage?: (message: unknown) => void;
  /** What clients get besides the hardware. Default nothing. */
  readonly connectService?: ConnectClientService;
  /** Lets go of what else uses the backend, after the clients and before the backend closes; returns what failed. */
  readonly onStop?: () => readonly unknown[];
  /**
   * The supervisor's thread has not run for this long, milliseconds: nobody would end an app that hangs. All clients are let
   * go of (safe levels are driven), their calls fail with HAL_DISCONNECTED. Default DEFAULT_SUPERVISOR_TIMEOUT_MS.
   */
  readonly supervisorTimeoutMs?: number;
  /** Told then, with the clients and what failed. The supervisor cannot be asked to tell it. */
  readonly onSupervisorLost?: (clientIds: readonly string[], faults: readonly string[]) => void;
}

/** Commands taken at once, so that a flood of them does not keep calls waiting. */
const MAX_COMMANDS_PER_ROUND = 64;

/**
 * The body of a dedicated broker thread: serves clients that come and go until it is told to stop, then lets go of all of
 * them (safe levels are driven), closes the backend and the port. Blocks.
 */
export function serveBroker(options: ServeBrokerOptions): void {
  const { hal, clock, doorbell, port, onMessage, connectService, onStop, onSupervisorLost } = options;
  const words = new Int32Array(doorbell);
  const watch = new SupervisorWatch(
    options.supervisorTimeoutMs ?? DEFAULT_SUPERVISOR_TIMEOUT_MS,
    Atomics.load(words, doorbellWord.heartbeat),
    clock.nowNs(),
  );
  const server = new RemoteHalServer({
    hal,
    clock,
    doorbell,
    ...(connectService === undefined ? {} : { connectService }),
  });
  const report = (message: BrokerReport): void => port.postMessage(message);
  const obey = (command: BrokerCommand): void => {
    switch (command.kind) {
      case 'attach':
        try {
          server.attach(command.clientId, command.channel, command.extension);
        } catch (error) {
          refuse(command.channel);
          report({ kind: 'refused', clientId: command.clientId, text: textOf(error) });
        }
        return;
      case 'detach':
        report({
          kind: 'closed',
          ticket: command.ticket,
          faults: server.detach(command.clientId).map(textOf),
        });
        return;
      case 'revoke':
        report({
          kind: 'closed',
          ticket: command.ticket,
          faults: server.revoke(command.clientId, command.revocations).map(textOf),
        });
        return;
      case 'message':
        onMessage?.(command.message);
        return;
    }
  };
  const watchSupervisor = (): void => {
    if (!watch.look(Atomics.load(words, doorbellWord.heartbeat), clock.nowNs())) return;
    const { clientIds } = server;
    const failed = server.close().map(textOf);
    onSupervisorLost?.(clientIds, failed);
  };
  const betweenRounds = (): void => {
    watchSupervisor();
    for (let count = 0; count < MAX_COMMANDS_PER_ROUND; count += 1) {
      const received = receiveMessageOnPort(port) as { message: BrokerCommand } | undefined;
      if (received === undefined) return;
      obey(received.message);
    }
  };
  const faults: unknown[] = [];
  try {
    server.run({ betweenRounds });
    betweenRounds();
  } finally {
    faults.push(...server.close());
    try {
      faults.push(...(onStop?.() ?? []));
      hal.close();
    } catch (error) {
      faults.push(error);
    }
    report({ kind: 'stopped', faults: faults.map(textOf) });
    port.close();
  }
}

/** Lets the client's calls fail at once instead of waiting for a broker that will not answer. */
function refuse(channel: RemoteChannelBuffers): void {
  try {
    const { words } = viewChannel(channel);
    // A channel that another client uses stays as it is.
    Atomics.compareExchange(words, controlWord.state, channelState.waiting, channelState.detached);
    Atomics.notify(words, controlWord.response);
  } catch {
    // Not a channel: nobody waits on it.
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
