import type { ClientService } from '@kanchi/hal/remote';
import type { HostRouter, MessageRouter, RoutedMessage } from '../wamr-framework/message-router.ts';
import type { AskHub } from './remote-sensor-port.ts';

type HostCall =
  | { readonly operation: 'find'; readonly name: string }
  | { readonly operation: 'send'; readonly bytes: string }
  | { readonly operation: 'take' }
  | { readonly operation: 'subscribe' | 'unsubscribe'; readonly url: string }
  | {
      readonly operation: 'tell';
      readonly url: string;
      readonly format: number;
      readonly messageId: number;
      readonly payload: string;
    };

/** The router's thread answers the thread that has the link to hosts. Only that thread may have this service. */
export class HostMessageService implements ClientService {
  readonly #router: MessageRouter;

  constructor(router: MessageRouter) {
    this.#router = router;
  }

  serve(message: Readonly<Record<string, unknown>>): unknown {
    const call = message as HostCall;
    switch (call.operation) {
      case 'find':
        return this.#router.findApp(call.name) ?? null;
      case 'send':
        return this.#router.fromHost(bytesOf(call.bytes));
      case 'take': {
        const taken = this.#router.takeForHost();
        return taken === undefined ? null : { kind: taken.kind, bytes: textOf(taken.bytes) };
      }
      case 'subscribe':
        return this.#router.subscribeHost(call.url);
      case 'unsubscribe':
        this.#router.unsubscribeHost(call.url);
        return null;
      case 'tell': {
        const { url, format, messageId, payload } = call;
        this.#router.tellHost({ url, format, messageId, payload: bytesOf(payload) });
        return null;
      }
    }
  }

  close(): void {}
}

/** The host's side of a router in another thread. Each call blocks for one round trip. */
export class RemoteHostRouter implements HostRouter {
  readonly #ask: AskHub;

  constructor(ask: AskHub) {
    this.#ask = ask;
  }

  findApp(name: string): number | undefined {
    return (this.#call({ operation: 'find', name }) as number | null) ?? undefined;
  }

  fromHost(bytes: Uint8Array): boolean {
    return this.#call({ operation: 'send', bytes: textOf(bytes) }) === true;
  }

  takeForHost(): RoutedMessage | undefined {
    const taken = this.#call({ operation: 'take' }) as { kind: RoutedMessage['kind']; bytes: string } | null;
    return taken === null ? undefined : { kind: taken.kind, bytes: bytesOf(taken.bytes) };
  }

  subscribeHost(url: string): boolean {
    return this.#call({ operation: 'subscribe', url }) === true;
  }

  unsubscribeHost(url: string): void {
    this.#call({ operation: 'unsubscribe', url });
  }

  tellHost({ payload, ...event }: Parameters<HostRouter['tellHost']>[0]): void {
    this.#call({ operation: 'tell', ...event, payload: textOf(payload) });
  }

  #call(call: HostCall): unknown {
    return this.#ask(call);
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'base64'));
}
