import type { MessagePort } from 'node:worker_threads';
import { HalError } from '../error.ts';
import type { BrokerCommand, BrokerReport } from './broker-message.ts';
import { doorbellWord, type RemoteChannelBuffers } from './channel.ts';
import { announceMessage, stopBroker } from './remote-hal-server.ts';
import type { Revocations } from './revoked-resource.ts';
import { HEARTBEAT_INTERVAL_MS } from './supervisor-watch.ts';

export interface BrokerConnectionOptions {
  readonly port: MessagePort;
  readonly doorbell: SharedArrayBuffer;
  /** Told when the broker refused to attach a client; that client's calls fail with HAL_DISCONNECTED. */
  readonly onRefused?: (clientId: string, text: string) => void;
  /** How long `detach` and `stop` wait for the broker, milliseconds. Default DEFAULT_BROKER_TIMEOUT_MS. */
  readonly timeoutMs?: number;
}

/** A broker that is stuck in the kernel cannot be interrupted, only given up. */
export const DEFAULT_BROKER_TIMEOUT_MS = 10_000;

/** What failed while the broker closed handles; empty when all went well. */
export type BrokerFaults = readonly string[];

/**
 * The supervisor's end of a broker thread (`serveBroker`). Never blocks. The port keeps the process alive only while an
 * answer is awaited.
 */
export class BrokerConnection {
  readonly doorbell: SharedArrayBuffer;
  readonly #port: MessagePort;
  readonly #timeoutMs: number;
  readonly #closing = new Map<number, PromiseWithResolversOf<BrokerFaults>>();
  readonly #stopped = withResolvers<BrokerFaults>();
  readonly #heartbeat: NodeJS.Timeout;
  #ticket = 0;
  #ended = false;

  constructor(options: BrokerConnectionOptions) {
    this.doorbell = options.doorbell;
    this.#port = options.port;
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_BROKER_TIMEOUT_MS;
    this.#port.on('message', (report: BrokerReport) => {
      switch (report.kind) {
        case 'closed':
          this.#closing.get(report.ticket)?.resolve(report.faults);
          this.#closing.delete(report.ticket);
          this.#keepAliveWhileAwaited();
          break;
        case 'refused':
          options.onRefused?.(report.clientId, report.text);
          break;
        case 'stopped':
          this.#end(report.faults);
          break;
      }
    });
    this.#port.on('close', () => this.#end(undefined));
    // Nobody may ask for the outcome; a broker that died is told by its worker's own events too.
    this.#stopped.promise.catch(() => {});
    this.#port.unref();
    const words = new Int32Array(this.doorbell);
    const beat = (): void => void Atomics.add(words, doorbellWord.heartbeat, 1);
    this.#heartbeat = setInterval(beat, HEARTBEAT_INTERVAL_MS).unref();
  }

  /**
   * Serves a new client; its first call waits until this took effect. `extension`, which can be cloned, is given to what
   * connects the service of the client in the broker's thread.
   */
  attach(clientId: string, channel: RemoteChannelBuffers, extension?: unknown): void {
    this.#command({ kind: 'attach', clientId, channel, extension });
  }

  /**
   * Closes everything that the client holds (safe levels first); resolves when that is done.
   * Rejects with HAL_DISCONNECTED when the broker's thread died before, HAL_TIMEOUT when it does not answer,
   * HAL_HARDWARE_FAULT when a device could not be closed.
   */
  detach(clientId: string): Promise<void> {
    // A broker that has stopped has let go of everybody.
    if (this.#ended) return this.#stopped.promise.then(() => {});
    return this.#close('detach', (ticket) => ({ kind: 'detach', clientId, ticket }));
  }

  /**
   * Closes what the client has of some resources (safe levels first); resolves when that is done. The client goes on.
   * Rejects as `detach` does.
   */
  revoke(clientId: string, revocations: Revocations): Promise<void> {
    if (this.#ended) return this.#stopped.promise.then(() => {});
    return this.#close('revoke', (ticket) => ({ kind: 'revoke', clientId, ticket, revocations }));
  }

  #close(what: string, command: (ticket: number) => BrokerCommand): Promise<void> {
    this.#ticket += 1;
    const closing = withResolvers<BrokerFaults>();
    this.#closing.set(this.#ticket, closing);
    this.#port.ref();
    this.#command(command(this.#ticket));
    return this.#limit(what, closing.promise).then((faults) => throwFaults(faults));
  }

  /** Sends a message to `onMessage` of `serveBroker`. */
  send(message: unknown): void {
    this.#command({ kind: 'message', message });
  }

  /**
   * Asks the broker to end: it lets go of every client, closes the backend and its thread runs out. Resolves with what
   * failed while closing. Rejects with HAL_DISCONNECTED when it died before, HAL_TIMEOUT when it does not answer.
   */
  stop(): Promise<BrokerFaults> {
    if (!this.#ended) {
      this.#port.ref();
      stopBroker(this.doorbell);
    }
    return this.#limit('stop', this.#stopped.promise);
  }

  /** The thread was terminated, and may hang on in the kernel: what is awaited rejects with HAL_DISCONNECTED. */
  giveUp(): void {
    this.#end(undefined);
  }

  #command(command: BrokerCommand): void {
    this.#port.postMessage(command);
    announceMessage(this.doorbell);
  }

  async #limit<T>(what: string, answer: Promise<T>): Promise<T> {
    const late = withResolvers<T>();
    const timeoutMs = this.#timeoutMs;
    const timer = setTimeout(() => {
      const message = `the hardware broker did not answer ${what} within ${timeoutMs} ms`;
      late.reject(new HalError('HAL_TIMEOUT', message, { details: { peer: 'broker', timeoutMs } }));
    }, timeoutMs);
    try {
      return await Promise.race([answer, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  #keepAliveWhileAwaited(): void {
    if (this.#closing.size === 0) this.#port.unref();
  }

  /** The broker said goodbye (`faults`), or its port closed without a word. */
  #end(faults: BrokerFaults | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#heartbeat);
    const died = new HalError('HAL_DISCONNECTED', 'the hardware broker ended without closing its devices');
    for (const closing of this.#closing.values()) {
      if (faults === undefined) closing.reject(died);
      else closing.resolve([]);
    }
    this.#closing.clear();
    if (faults === undefined) this.#stopped.reject(died);
    else this.#stopped.resolve(faults);
    this.#port.close();
  }
}

interface PromiseWithResolversOf<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

/** `Promise.withResolvers` is not in Node 20. */
function withResolvers<T>(): PromiseWithResolversOf<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

function throwFaults(faults: BrokerFaults): void {
  if (faults.length > 0) {
    throw new HalError('HAL_HARDWARE_FAULT', `closing the devices of an app failed: ${faults.join('; ')}`);
  }
}
