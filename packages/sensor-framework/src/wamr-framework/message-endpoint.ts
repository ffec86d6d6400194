import type { MessageRouter, RoutedMessage, SendOutcome } from './message-router.ts';

/** One app's way to the others, on the app's thread. */
export interface MessageEndpoint {
  request(bytes: Uint8Array): SendOutcome;
  respond(bytes: Uint8Array): SendOutcome;
  register(url: string): SendOutcome;
  subscribe(url: string): SendOutcome;
  /** The oldest message that waits. Does not block. */
  take(): RoutedMessage | undefined;
  /** Its permission was taken back: nothing comes any more. */
  withdraw(): void;
  /** The app is gone. */
  close(): void;
}

/** An endpoint of a router on the same thread. */
export class LocalEndpoint implements MessageEndpoint {
  readonly #router: MessageRouter;
  readonly #id: number;

  /** Throws SENSOR_IN_USE for a name that another app has. */
  constructor(router: MessageRouter, name: string) {
    this.#router = router;
    this.#id = router.addApp(name);
  }

  request(bytes: Uint8Array): SendOutcome {
    return this.#router.request(this.#id, bytes);
  }

  respond(bytes: Uint8Array): SendOutcome {
    return this.#router.respond(this.#id, bytes);
  }

  register(url: string): SendOutcome {
    return this.#router.register(this.#id, url);
  }

  subscribe(url: string): SendOutcome {
    return this.#router.subscribe(this.#id, url);
  }

  take(): RoutedMessage | undefined {
    return this.#router.take(this.#id);
  }

  withdraw(): void {
    this.#router.withdraw(this.#id);
  }

  close(): void {
    this.#router.removeApp(this.#id);
  }
}
