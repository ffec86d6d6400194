import type { AppContext, HostFunction, MessageAction } from '@kanchi/runtime/extension';
import { deny, fail, failFromHal, messagePermits, messageRefusal } from '@kanchi/runtime/extension';
import type { FrameworkApp } from './framework-abi.ts';
import { MAX_PACKET_BYTES, MAX_URL_BYTES } from './limits.ts';
import type { SendOutcome } from './message-router.ts';
import { decodeRequest, requestAction } from './packet.ts';
import { isUrl } from './url.ts';

export function messageImports({ context, messages }: FrameworkApp): Readonly<Record<string, HostFunction>> {
  const { memory } = context;
  // With its terminator a url has that many bytes at most, so a longer one stays one that is too long.
  const readUrl = (call: string, pointer: number): string => memory.readText(call, pointer, MAX_URL_BYTES);
  /** Copies a packet; one that is too large is none. */
  const readPacket = (call: string, pointer: number, length: number): Uint8Array => {
    const view = memory.view(call, pointer, length);
    return view.length > MAX_PACKET_BYTES ? new Uint8Array(0) : view.slice();
  };
  return {
    wasm_register_resource: (pointer: number): undefined => {
      const call = 'env.wasm_register_resource';
      const url = readUrl(call, pointer);
      if (may(context, call, 'register', url)) sent(context, call, url, () => messages.register(url));
    },
    wasm_sub_event: (pointer: number): undefined => {
      const call = 'env.wasm_sub_event';
      const url = readUrl(call, pointer);
      if (may(context, call, 'subscribe', url)) sent(context, call, url, () => messages.subscribe(url));
    },
    wasm_post_request: (pointer: number, length: number): undefined => {
      const call = 'env.wasm_post_request';
      const bytes = readPacket(call, pointer, length);
      const request = decodeRequest(bytes);
      if (request === undefined) {
        fail(context, call, 'bad-argument', 'these bytes are no request');
        return;
      }
      const action = request.action === requestAction.event ? 'publish' : 'request';
      if (may(context, call, action, request.url)) {
        sent(context, call, request.url, () => messages.request(bytes));
      }
    },
    wasm_response_send: (pointer: number, length: number): number => {
      const call = 'env.wasm_response_send';
      const bytes = readPacket(call, pointer, length);
      return sent(context, call, 'a response', () => messages.respond(bytes)) ? 1 : 0;
    },
  };
}

/** What is no url is no matter of permissions: nobody could grant it. */
function may(context: AppContext, call: string, action: MessageAction, url: string): boolean {
  if (!isUrl(url)) {
    fail(context, call, 'bad-argument', `a url has 1 to ${MAX_URL_BYTES - 1} bytes`);
    return false;
  }
  const { message } = context.grants;
  if (messagePermits(message, action, url)) return true;
  deny(context, call, messageRefusal(message, action, url));
  return false;
}

/**
 * Whether the router took it for a packet. Apps of the framework get no word of a failure; the counters and the last error
 * have it.
 */
function sent(context: AppContext, call: string, what: string, send: () => SendOutcome): boolean {
  let outcome: SendOutcome;
  try {
    outcome = send();
  } catch (error) {
    // A broker that is gone, or has no room for the message.
    failFromHal(context, call, what, error);
    return false;
  }
  if (outcome === 'invalid') fail(context, call, 'bad-argument', `${what}: not a valid url or packet`);
  if (outcome === 'refused') {
    fail(
      context,
      call,
      'denied',
      `${what}: only the host may use this path, or nobody asked for this response`,
    );
  }
  return outcome !== 'invalid';
}
