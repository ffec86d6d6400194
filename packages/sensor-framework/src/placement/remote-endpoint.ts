import { SensorError } from '../error.ts';
import type { MessageEndpoint } from '../wamr-framework/message-endpoint.ts';
import type { RoutedMessage, SendOutcome } from '../wamr-framework/message-router.ts';
import type { MessageAnswer, MessageCall } from './message-service.ts';
import type { AskHub } from './remote-sensor-port.ts';

/** Messages of an app whose router is in another thread. Each call blocks for the time of one round trip. */
export class RemoteEndpoint implements MessageEndpoint {
  readonly #ask: AskHub;
  readonly #waiting: Int32Array;

  /** Throws SENSOR_IN_USE when another app of this name runs. `word`: the one of the app's service. */
  constructor(ask: AskHub, word: SharedArrayBuffer, name: string) {
    this.#ask = ask;
    this.#waiting = new Int32Array(word);
    if (this.#send({ operation: 'join', name }) !== 'sent') {
      throw new SensorError('SENSOR_IN_USE', `an app ${name} exists`, { app: name });
    }
  }

  request(bytes: Uint8Array): SendOutcome {
    return this.#send({ operation: 'request', bytes: Buffer.from(bytes).toString('base64') });
  }

  respond(bytes: Uint8Array): SendOutcome {
    return this.#send({ operation: 'respond', bytes: Buffer.from(bytes).toString('base64') });
  }

  register(url: string): SendOutcome {
    return this.#send({ operation: 'register', url });
  }

  subscribe(url: string): SendOutcome {
    return this.#send({ operation: 'subscribe', url });
  }

  take(): RoutedMessage | undefined {
    if (Atomics.load(this.#waiting, 0) === 0) return undefined;
    const answer = this.#ask({ operation: 'take' }) as MessageAnswer;
    if (!('message' in answer) || answer.message === null) return undefined;
    const { kind, bytes } = answer.message;
    return { kind, bytes: Uint8Array.from(Buffer.from(bytes, 'base64')) };
  }

  /** The broker did so when the permission was taken back (`MessageServices`). */
  withdraw(): void {}

  /** The broker forgets the app when its thread has ended. */
  close(): void {}

  #send(call: MessageCall): SendOutcome {
    const answer = this.#ask(call) as MessageAnswer;
    return 'outcome' in answer ? answer.outcome : 'invalid';
  }
}
