import { describe, expect, it } from 'vitest';
import { MessageRouter } from '../wamr-framework/message-router.ts';
import { encodeRequest } from '../wamr-framework/packet.ts';
import { createMailboxWord, MessageServices } from './message-service.ts';
import { RemoteEndpoint } from './remote-endpoint.ts';

function place() {
  const services = new MessageServices((onWaiting) => new MessageRouter({ onWaiting }));
  const join = (name: string) => {
    const word = createMailboxWord();
    let wakes = 0;
    const service = services.connect(word, () => {
      wakes += 1;
    });
    let calls = 0;
    // Requests and answers cross as JSON text.
    const endpoint = new RemoteEndpoint(
      (request) => {
        calls += 1;
        return JSON.parse(JSON.stringify(service.serve(JSON.parse(JSON.stringify(request)))));
      },
      word,
      name,
    );
    return { endpoint, service, wakes: () => wakes, calls: () => calls };
  };
  return { router: services.router, join };
}

const event = (url: string) =>
  encodeRequest({ action: 6, format: 0, messageId: 1, sender: 0, url, payload: Uint8Array.of(1, 2, 255) });

describe('the permission for messages that is taken from an app', () => {
  it('ends its subscriptions and what waits; the app stays and may subscribe again where it still may', () => {
    const { join } = place();
    const one = join('one');
    const other = join('other');
    other.endpoint.subscribe('/alert');
    one.endpoint.request(event('/alert'));
    other.service.revoke?.(['sensor:air']);
    other.service.revoke?.(['message:message']);
    expect(other.endpoint.take()).toBeUndefined();
    one.endpoint.request(event('/alert'));
    expect(other.endpoint.take()).toBeUndefined();
    other.endpoint.subscribe('/alert');
    one.endpoint.request(event('/alert'));
    expect(other.endpoint.take()?.kind).toBe('request');
  });
});

describe('messages of apps in other threads', () => {
  it('arrive byte for byte; an app with nothing waiting asks for nothing', () => {
    const { join } = place();
    const one = join('one');
    const other = join('other');
    expect(other.endpoint.subscribe('/alert')).toBe('sent');
    const before = other.calls();
    expect(other.endpoint.take()).toBeUndefined();
    expect(other.calls()).toBe(before);
    expect(one.endpoint.request(event('/alert'))).toBe('sent');
    expect(other.wakes()).toBe(1);
    const message = other.endpoint.take();
    expect(message?.kind).toBe('request');
    expect(message?.bytes.subarray(-3)).toEqual(Uint8Array.of(1, 2, 255));
    expect(other.endpoint.take()).toBeUndefined();
  });

  it('need a name that no other app has while it runs', () => {
    const { join, router } = place();
    const first = join('lamp');
    expect(() => join('lamp')).toThrow(/exists/u);
    first.service.close();
    expect(router.findApp('lamp')).toBeUndefined();
    expect(() => join('lamp')).not.toThrow();
  });

  it('that are refused or broken say so', () => {
    const { join } = place();
    const { endpoint } = join('one');
    expect(endpoint.register('/applet')).toBe('refused');
    expect(endpoint.request(Uint8Array.of(1))).toBe('invalid');
    expect(endpoint.respond(Uint8Array.of(1))).toBe('invalid');
  });
});
