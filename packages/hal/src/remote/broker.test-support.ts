import { MessageChannel, Worker } from 'node:worker_threads';
import type { observedPwm } from '../conformance/mock-bench.test-support.ts';
import { waitForChange } from '../wait-for-change.ts';
import { BrokerConnection } from './broker-connection.ts';
import { createDoorbell, createRemoteChannel, type RemoteChannelBuffers } from './channel.ts';
import { RemoteHal } from './remote-hal.ts';

const RECEIVED_BYTES = 4_096;
/** How long a test waits for the broker's world, milliseconds. */
const WORLD_TIMEOUT_MS = 5_000;

/** A broker thread with the simulated test bench (`fixtures/mock-broker.mjs`, which runs the built package). */
export class TestBroker {
  readonly connection: BrokerConnection;
  readonly #worker: Worker;
  readonly #world = new SharedArrayBuffer(8 + RECEIVED_BYTES);
  readonly #words = new Int32Array(this.#world, 0, 2);
  #clients = 0;

  constructor() {
    const doorbell = createDoorbell();
    const { port1, port2 } = new MessageChannel();
    this.#worker = new Worker(new URL('./fixtures/mock-broker.mjs', import.meta.url), {
      workerData: { doorbell, port: port2, world: this.#world },
      transferList: [port2],
      execArgv: [],
    });
    this.connection = new BrokerConnection({ port: port1, doorbell });
  }

  createChannel(options: { payloadBytes?: number; eventCapacity?: number } = {}): RemoteChannelBuffers {
    return createRemoteChannel({ doorbell: this.connection.doorbell, ...options });
  }

  /** A client in this thread. */
  connect(options: { payloadBytes?: number; eventCapacity?: number; callTimeoutMs?: number } = {}): {
    hal: RemoteHal;
    clientId: string;
    channel: RemoteChannelBuffers;
  } {
    this.#clients += 1;
    const clientId = `test#${this.#clients}`;
    const { callTimeoutMs, ...sizes } = options;
    const channel = this.createChannel(sizes);
    this.connection.attach(clientId, channel);
    const hal = new RemoteHal(channel, clientId, callTimeoutMs === undefined ? {} : { callTimeoutMs });
    return { hal, clientId, channel };
  }

  /** Moves the world; blocks until that took effect. */
  move(action: string, fields: Record<string, unknown> = {}): void {
    const before = Atomics.load(this.#words, 0);
    this.connection.send({ action, ...fields });
    if (!waitForChange(this.#words, 0, before, WORLD_TIMEOUT_MS)) {
      throw new Error(`the broker did not do "${action}" within ${WORLD_TIMEOUT_MS} ms`);
    }
  }

  /** What the serial peer got. */
  received(): Uint8Array {
    this.move('received');
    return new Uint8Array(this.#world, 8, this.#words[1]).slice();
  }

  /** What the PWM output does. */
  observedPwm(): ReturnType<typeof observedPwm> {
    this.move('pwm');
    const text = new TextDecoder().decode(new Uint8Array(this.#world, 8, this.#words[1]).slice());
    return JSON.parse(text) as ReturnType<typeof observedPwm>;
  }

  /** Ends the broker; resolves when its thread is gone. Throws when it died or a handle could not be closed. */
  async stop(): Promise<void> {
    const exited = new Promise<number>((resolve, reject) => {
      this.#worker.once('exit', resolve);
      this.#worker.once('error', reject);
    });
    const faults = await this.connection.stop();
    const exitCode = await exited;
    if (faults.length > 0 || exitCode !== 0) {
      throw new Error(`the broker ended with ${exitCode}: ${faults.join('; ')}`);
    }
  }

  /** Kills the broker's thread. */
  async kill(): Promise<void> {
    await this.#worker.terminate();
  }
}
