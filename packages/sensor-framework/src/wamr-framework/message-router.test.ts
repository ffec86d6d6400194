import { describe, expect, it } from 'vitest';
import { MessageRouter } from './message-router.ts';
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse, HOST_ID } from './packet.ts';

const none = new Uint8Array(0);
const request = (url: string, more: { action?: number; messageId?: number; sender?: number } = {}) =>
  encodeRequest({ action: 1, format: 0, messageId: 1, sender: 0, payload: none, ...more, url });
const response = (receiver: number, messageId = 1) =>
  encodeResponse({ status: 69, format: 0, messageId, receiver, payload: none });

function twoApps() {
  const waiting: number[] = [];
  const router = new MessageRouter({ onWaiting: (id) => waiting.push(id) });
  return { router, handler: router.addApp('handler'), client: router.addApp('client'), waiting };
}

describe('apps', () => {
  it('have ids from 1 that are never used again, and names of their own', () => {
    const { router, handler, client } = twoApps();
    expect([handler, client]).toEqual([1, 2]);
    expect(() => router.addApp('client')).toThrow(/exists/u);
    router.removeApp(client);
    expect(router.addApp('client')).toBe(3);
  });
});

describe('a request', () => {
  it('goes to the newest resource that it is under, with the sender written over; its answer comes back', () => {
    const { router, handler, client, waiting } = twoApps();
    router.register(client, '/s');
    router.register(handler, '/s/fast');
    expect(router.request(client, request('/s/fast/1', { sender: 77, messageId: 9 }))).toBe('sent');
    expect(waiting).toEqual([handler]);
    expect(decodeRequest(router.take(handler)?.bytes ?? none)).toMatchObject({
      url: '/s/fast/1',
      sender: client,
    });
    expect(router.respond(handler, response(client, 9))).toBe('sent');
    expect(decodeResponse(router.take(client)?.bytes ?? none)).toMatchObject({ messageId: 9, status: 69 });
  });

  it('that is for nobody is answered with 132, one to an unknown app with 160', () => {
    const { router, client } = twoApps();
    router.request(client, request('/nowhere', { messageId: 4 }));
    router.request(client, request('/app/nobody/x', { messageId: 5 }));
    const answers = [router.take(client), router.take(client)].map((each) =>
      decodeResponse(each?.bytes ?? none),
    );
    expect(answers).toMatchObject([
      { status: 132, messageId: 4 },
      { status: 160, messageId: 5 },
    ]);
  });

  it('to /app/<name>/<rest> reaches that app with the rest as its url', () => {
    const { router, handler, client } = twoApps();
    router.request(client, request('/app/handler/lamp/on'));
    expect(decodeRequest(router.take(handler)?.bytes ?? none)).toMatchObject({ url: 'lamp/on' });
  });

  it('of an app to the app manager is refused, and so is a resource that would hide it', () => {
    const { router, handler, client } = twoApps();
    for (const url of ['/applet?name=handler', 'applet', '/event/x', '/event']) {
      expect(router.request(client, request(url, { action: 4 }))).toBe('refused');
    }
    for (const url of ['/app', '/applet', 'event/', '/app/handler']) {
      expect(router.register(client, url)).toBe('refused');
    }
    expect(router.waitingCount(handler)).toBe(0);
  });

  it('that is no packet is invalid', () => {
    const { router, client } = twoApps();
    expect(router.request(client, Uint8Array.of(1, 2, 3))).toBe('invalid');
    expect(router.request(99, request('/x'))).toBe('invalid');
    expect(router.request(client, request(`/${'x'.repeat(300)}`))).toBe('invalid');
  });

  it('finds at most 16 resources of one app, and none that somebody else has', () => {
    const { router, handler, client } = twoApps();
    for (let index = 0; index < 20; index += 1) router.register(handler, `/r${index}`);
    router.register(client, '/r3');
    router.request(client, request('/r15'));
    router.request(client, request('/r16'));
    router.request(client, request('/r3'));
    expect(router.waitingCount(handler)).toBe(2);
  });
});

describe('a response', () => {
  it('reaches only somebody who asked, once', () => {
    const { router, handler, client } = twoApps();
    expect(router.respond(handler, response(client))).toBe('refused');
    router.register(handler, '/s');
    router.request(client, request('/s'));
    router.take(handler);
    expect(router.respond(handler, response(client))).toBe('sent');
    expect(router.respond(handler, response(client))).toBe('refused');
    expect(router.waitingCount(client)).toBe(1);
  });
});

describe('an event', () => {
  it('reaches everybody who subscribed to exactly its url, the publisher too', () => {
    const { router, handler, client } = twoApps();
    router.subscribe(handler, '/alert');
    router.subscribe(handler, '/alert');
    router.subscribe(client, '/alert');
    router.request(client, request('/alert', { action: 6 }));
    router.request(client, request('alert', { action: 6 }));
    router.request(client, request('/alert/more', { action: 6 }));
    expect([router.waitingCount(handler), router.waitingCount(client)]).toEqual([1, 1]);
    expect(decodeRequest(router.take(handler)?.bytes ?? none)).toMatchObject({ action: 6, sender: client });
  });

  it('reaches the host when it subscribed', () => {
    const { router, client } = twoApps();
    router.request(client, request('/alert', { action: 6 }));
    expect(router.takeForHost()).toBeUndefined();
    router.subscribeHost('/alert');
    router.request(client, request('/alert', { action: 6 }));
    expect(router.takeForHost()?.kind).toBe('request');
    router.unsubscribeHost('/alert');
    router.request(client, request('/alert', { action: 6 }));
    expect(router.takeForHost()).toBeUndefined();
  });
});

describe('a full mailbox', () => {
  it('holds 50 messages and drops new ones, counted; others are not touched', () => {
    const { router, handler, client } = twoApps();
    router.register(handler, '/s');
    for (let index = 0; index < 60; index += 1) router.request(client, request('/s', { messageId: index }));
    expect([router.waitingCount(handler), router.droppedCount(handler)]).toEqual([50, 10]);
    expect(decodeRequest(router.take(handler)?.bytes ?? none)).toMatchObject({ messageId: 0 });
    expect(router.droppedCount(client)).toBe(0);
  });

  it('answers each request that it drops with 163, whoever asked; events and its own answers go in silence', () => {
    const { router, handler, client } = twoApps();
    router.register(handler, '/s');
    router.subscribe(handler, '/alert');
    for (let index = 0; index < 50; index += 1) router.request(client, request('/alert', { action: 6 }));
    router.request(client, request('/s', { messageId: 8 }));
    router.request(client, request('/alert', { action: 6 }));
    router.fromHost(request('/s', { messageId: 9 }));
    router.request(handler, request('/s', { messageId: 10 }));
    expect(decodeResponse(router.take(client)?.bytes ?? none)).toMatchObject({ status: 163, messageId: 8 });
    expect(router.take(client)).toBeUndefined();
    expect(decodeResponse(router.takeForHost()?.bytes ?? none)).toMatchObject({ status: 163, messageId: 9 });
    expect(router.droppedCount(handler)).toBe(5);
  });

  it('is told when it begins to lose messages and when it is empty again, with how many', () => {
    const lines: string[] = [];
    const router = new MessageRouter({ tell: (line) => lines.push(line) });
    const slow = router.addApp('slow');
    router.register(slow, '/s');
    for (let index = 0; index < 60; index += 1) router.fromHost(request('/s', { messageId: index }));
    expect(lines).toEqual([
      'app "slow": 50 messages wait for it, the most; new ones are lost, and requests are answered with 163',
    ]);
    for (let index = 0; index < 50; index += 1) router.take(slow);
    expect(lines.slice(1)).toEqual(['app "slow": nothing waits for it any more; 10 messages were lost']);
  });

  it('of the host is told likewise', () => {
    const lines: string[] = [];
    const router = new MessageRouter({ tell: (line) => lines.push(line) });
    const app = router.addApp('publisher');
    router.subscribeHost('/alert');
    for (let index = 0; index < 260; index += 1) router.request(app, request('/alert', { action: 6 }));
    while (router.takeForHost() !== undefined);
    expect(lines).toEqual([
      '256 messages wait for hosts, the most; new ones are lost',
      'messages for hosts are sent again; 4 were lost',
    ]);
  });
});

describe('an app that goes', () => {
  it('leaves nobody waiting: what it was given and what it never saw is answered with 160', () => {
    const { router, handler, client } = twoApps();
    router.register(handler, '/s');
    for (const messageId of [1, 2, 3, 4]) router.request(client, request('/s', { messageId }));
    router.fromHost(request('/s', { messageId: 5 }));
    router.request(handler, request('/s', { messageId: 6 }));
    router.take(handler);
    router.take(handler);
    router.respond(handler, response(client, 1));
    router.removeApp(handler);
    const answers = [1, 2, 3, 4].map(() => decodeResponse(router.take(client)?.bytes ?? none));
    expect(answers.map((each) => [each?.messageId, each?.status])).toEqual([
      [1, 69],
      [2, 160],
      [3, 160],
      [4, 160],
    ]);
    expect(decodeResponse(router.takeForHost()?.bytes ?? none)).toMatchObject({ messageId: 5, status: 160 });
    expect([router.take(client), router.takeForHost()]).toEqual([undefined, undefined]);
  });

  it('only in part, because its permission was taken, may answer what it has; what it never saw is answered with 132', () => {
    const { router, handler, client } = twoApps();
    router.register(handler, '/s');
    router.request(client, request('/s', { messageId: 1 }));
    router.request(client, request('/s', { messageId: 2 }));
    router.take(handler);
    router.withdraw(handler);
    expect(decodeResponse(router.take(client)?.bytes ?? none)).toMatchObject({ messageId: 2, status: 132 });
    expect(router.respond(handler, response(client, 1))).toBe('sent');
  });
});

describe('an app that leaves requests unanswered', () => {
  it('can answer the newest 64; the older ones are answered with 163', () => {
    const { router, handler } = twoApps();
    router.register(handler, '/s');
    for (let index = 0; index < 66; index += 1) {
      router.fromHost(request('/s', { messageId: index }));
      router.take(handler);
    }
    expect(
      [router.takeForHost(), router.takeForHost()].map((each) => decodeResponse(each?.bytes ?? none)),
    ).toMatchObject([
      { status: 163, messageId: 0 },
      { status: 163, messageId: 1 },
    ]);
    expect(router.respond(handler, response(HOST_ID, 1))).toBe('refused');
    expect(router.respond(handler, response(HOST_ID, 2))).toBe('sent');
  });
});

describe('the host', () => {
  it('sends with its own id and gets the answer', () => {
    const { router, handler } = twoApps();
    router.register(handler, '/s');
    expect(router.fromHost(request('/s', { messageId: 3 }))).toBe(true);
    expect(decodeRequest(router.take(handler)?.bytes ?? none)).toMatchObject({ sender: HOST_ID });
    router.respond(handler, response(HOST_ID, 3));
    expect(decodeResponse(router.takeForHost()?.bytes ?? none)).toMatchObject({ messageId: 3 });
    expect(router.fromHost(Uint8Array.of(1))).toBe(false);
  });
});
