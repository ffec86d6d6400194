import type { ClientService } from '@kanchi/hal/remote';
import type { MessageRouter, RoutedMessage, SendOutcome } from '../wamr-framework/message-router.ts';

/** What an app's thread asks of the router. Bytes are base64: a call carries JSON. */
export type MessageCall =
  | { readonly operation: 'join'; readonly name: string }
  | { readonly operation: 'request' | 'respond'; readonly bytes: string }
  | { readonly operation: 'register' | 'subscribe'; readonly url: string }
  | { readonly operation: 'take' };

export type MessageAnswer =
  | { readonly outcome: SendOutcome }
  | { readonly message: { readonly kind: RoutedMessage['kind']; readonly bytes: string } | null };

/** Memory with one word: how many messages wait for the app. Its thread looks there before it asks. */
export function createMailboxWord(): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
}

/** The router's side of the apps in other threads, on the router's thread. */
export class MessageServices {
  readonly router: MessageRouter;
  readonly #services = new Map<number, MessageService>();

  /** `createRouter` is given what tells an app that a message waits. */
  constructor(createRouter: (onWaiting: (appId: number) => void) => MessageRouter) {
    this.router = createRouter((appId) => this.#services.get(appId)?.tell());
  }

  /** `word`: from `createMailboxWord`, the app's thread has it too. */
  connect(word: SharedArrayBuffer, wake: () => void): ClientService {
    return new MessageService(this.router, this.#services, word, wake);
  }
}

class MessageService implements ClientService {
  readonly #router: MessageRouter;
  readonly #services: Map<number, MessageService>;
  readonly #waiting: Int32Array;
  readonly #wake: () => void;
  #id: number | undefined;

  constructor(
    router: MessageRouter,
    services: Map<number, MessageService>,
    word: SharedArrayBuffer,
    wake: () => void,
  ) {
    this.#router = router;
    this.#services = services;
    this.#waiting = new Int32Array(word);
    this.#wake = wake;
  }

  /** Says how many messages wait. */
  tell(): void {
    if (this.#id === undefined) return;
    Atomics.store(this.#waiting, 0, this.#router.waitingCount(this.#id));
    this.#wake();
  }

  serve(message: Readonly<Record<string, unknown>>): MessageAnswer {
    const call = message as MessageCall;
    switch (call.operation) {
      case 'join':
        return { outcome: this.#join(call.name) };
      case 'request':
        return { outcome: this.#router.request(this.#id ?? 0, bytesOf(call.bytes)) };
      case 'respond':
        return { outcome: this.#router.respond(this.#id ?? 0, bytesOf(call.bytes)) };
      case 'register':
        return { outcome: this.#router.register(this.#id ?? 0, call.url) };
      case 'subscribe':
        return { outcome: this.#router.subscribe(this.#id ?? 0, call.url) };
      case 'take':
        return { message: this.#take() };
    }
  }

  /** What an app registered and subscribed to under the permission that it lost is forgotten, and what waits for it. */
  revoke(targets: readonly string[]): void {
    if (this.#id === undefined || !targets.includes('message:message')) return;
    this.#router.withdraw(this.#id);
    this.tell();
  }

  close(): void {
    if (this.#id === undefined) return;
    this.#services.delete(this.#id);
    this.#router.removeApp(this.#id);
    this.#id = undefined;
  }

  #join(name: string): SendOutcome {
    if (this.#id !== undefined || this.#router.findApp(name) !== undefined) return 'refused';
    this.#id = this.#router.addApp(name);
    this.#services.set(this.#id, this);
    return 'sent';
  }

  #take() {
    if (this.#id === undefined) return null;
    const message = this.#router.take(this.#id);
    Atomics.store(this.#waiting, 0, this.#router.waitingCount(this.#id));
    return message === undefined
      ? null
      : { kind: message.kind, bytes: Buffer.from(message.bytes).toString('base64') };
  }
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'base64'));
}
