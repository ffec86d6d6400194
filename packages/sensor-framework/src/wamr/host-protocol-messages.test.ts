import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeAttributes } from '../wamr-framework/attribute-container.ts';
import { linkType } from '../wamr-framework/link-frame.ts';
import {
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  HOST_ID,
} from '../wamr-framework/packet.ts';
import {
  answer,
  ask,
  DELETE,
  type Device,
  device,
  EVENT,
  GET,
  host,
  installation,
  none,
  PUT,
  plain,
  refusal,
  request,
} from './host-protocol.test-support.ts';

describe('a request of a host', () => {
  it('reaches an app, and the answer the host that asked with its own number, whatever others ask', async () => {
    const one = device();
    const app = one.router.addApp('lamp');
    one.router.register(app, '/lamp');
    const [first, second] = [host(one), host(one)];
    await first.connection.receive(request(GET, '/lamp/1', 5));
    await second.connection.receive(request(GET, '/lamp/2', 5));
    const taken = [one.router.take(app), one.router.take(app)].map((message) =>
      decodeRequest(message?.bytes ?? none),
    );
    expect(taken).toMatchObject([
      { url: '/lamp/1', sender: HOST_ID },
      { url: '/lamp/2', sender: HOST_ID },
    ]);
    for (const [index, each] of taken.toReversed().entries()) {
      const messageId = each?.messageId ?? 0;
      const payload = Uint8Array.of(index);
      one.router.respond(
        app,
        encodeResponse({ status: 69, format: 98, messageId, receiver: HOST_ID, payload }),
      );
    }
    one.protocol.deliverWaiting();
    const got = [first, second].map(({ frames }) => frames.map(({ payload }) => decodeResponse(payload)));
    expect(got).toMatchObject([
      [{ messageId: 5, payload: Uint8Array.of(1) }],
      [{ messageId: 5, payload: Uint8Array.of(0) }],
    ]);
  });

  it('to an app that is not there is answered 160, to a resource of nobody 132', async () => {
    const { frames, connection } = host(device());
    expect(await ask(connection, frames, request(GET, '/app/nobody/x'))).toEqual(
      refusal('Send request to applet failed: invalid applet name'),
    );
    expect(await ask(connection, frames, request(GET, '/nowhere'))).toEqual(plain(132));
  });

  it('for an app whose mailbox is full is answered with 163', async () => {
    const one = device();
    one.router.register(one.router.addApp('slow'), '/slow');
    const { frames, connection } = host(one);
    for (let index = 0; index < 52; index += 1) await connection.receive(request(GET, '/slow', index));
    expect(frames.map(answer)).toMatchObject([
      { status: 163, messageId: 50 },
      { status: 163, messageId: 51 },
    ]);
  });

  it('that apps leave unanswered makes room for newer ones and is answered with 163, counted and told; late answers go nowhere', async () => {
    const one = device();
    const app = one.router.addApp('slow');
    one.router.register(app, '/slow');
    const { frames, connection } = host(one);
    const taken: number[] = [];
    for (let index = 0; index < 66; index += 1) {
      await connection.receive(request(GET, '/slow', index));
      taken.push(decodeRequest(one.router.take(app)?.bytes ?? none)?.messageId ?? 0);
    }
    expect(one.protocol.counters.forgottenRequests).toBe(2);
    expect(frames.splice(0).map(answer)).toMatchObject([
      { status: 163, messageId: 0 },
      { status: 163, messageId: 1 },
    ]);
    expect(one.lines).toEqual(
      Array(2).fill(
        'a host waits for more than 64 answers of apps, the most; the oldest request was answered with 163',
      ),
    );
    connection.close();
    one.router.respond(
      app,
      encodeResponse({ status: 69, format: 0, messageId: taken[65] ?? 0, receiver: HOST_ID, payload: none }),
    );
    one.protocol.deliverWaiting();
    expect(frames).toEqual([]);
    // The router gives up the same two: the app can answer 64 as well.
    expect(one.protocol.counters.unclaimedResponses).toBe(3);
  });
});

describe('an event', () => {
  const publish = (one: Device, url: string): void => {
    const app = one.router.findApp('publisher') ?? one.router.addApp('publisher');
    one.router.request(
      app,
      encodeRequest({ action: EVENT, format: 0, messageId: 1, sender: 0, url, payload: none }),
    );
    one.protocol.deliverWaiting();
  };

  it('reaches the hosts that subscribed to exactly its topic, until they unsubscribe or go', async () => {
    const one = device();
    const [first, second] = [host(one), host(one)];
    for (const { connection, frames } of [first, second]) {
      expect(await ask(connection, frames, request(PUT, '/event/alert/heat'))).toEqual(plain(69));
    }
    publish(one, 'alert/heat');
    publish(one, '/alert/heat');
    for (const { frames } of [first, second]) {
      expect(frames.map(({ type, payload }) => [type, decodeRequest(payload)?.url])).toEqual([
        [linkType.request, 'alert/heat'],
      ]);
      frames.length = 0;
    }
    expect(await ask(first.connection, first.frames, request(DELETE, '/event/alert/heat'))).toEqual(
      plain(69),
    );
    publish(one, 'alert/heat');
    expect([first.frames.length, second.frames.length]).toEqual([0, 1]);
    second.connection.close();
    publish(one, 'alert/heat');
    expect(second.frames.length).toBe(1);
  });

  it('ends with the one slash too many that the tool of WAMR writes', async () => {
    const one = device();
    const { connection, frames } = host(one);
    await ask(connection, frames, request(PUT, '/event/alert'));
    expect(await ask(connection, frames, request(DELETE, '/event//alert'))).toEqual(plain(69));
    publish(one, 'alert');
    expect(frames).toEqual([]);
  });

  it('cannot be subscribed to with another action, or when all subscriptions are taken', async () => {
    const { connection, frames } = host(device());
    expect(await ask(connection, frames, request(GET, '/event/a'))).toEqual(
      refusal('Handle event request failed.'),
    );
    for (let index = 0; index < 64; index += 1) {
      await ask(connection, frames, request(PUT, `/event/${index}`));
    }
    expect(await ask(connection, frames, request(PUT, '/event/64'))).toEqual(
      refusal('Handle event request failed.'),
    );
  });

  it('of the host reaches the apps that subscribed and is not answered', async () => {
    const one = device();
    const app = one.router.addApp('listener');
    one.router.subscribe(app, 'alert');
    const { connection, frames } = host(one);
    await connection.receive(request(EVENT, 'alert'));
    expect(decodeRequest(one.router.take(app)?.bytes ?? none)).toMatchObject({
      action: EVENT,
      url: 'alert',
      sender: HOST_ID,
    });
    expect(frames).toEqual([]);
  });

  it.each(['/applets', 'applets'])('of apps that come and go reaches who subscribed to %s', async (topic) => {
    const { connection, frames } = host(device());
    await ask(connection, frames, request(PUT, `/event/${topic}`));
    await connection.receive(installation('name=lamp'));
    await connection.receive(request(DELETE, '/applet?name=lamp'));
    expect(frames.map(({ type }) => type)).toEqual([2, 3, 2, 3]);
    const events = [frames[0], frames[2]].map((frame) => {
      const event = decodeRequest(frame?.payload ?? none);
      const { tag, attributes } = decodeAttributes(event?.payload ?? none);
      return [event?.url, tag, attributes.map(({ key, value }) => [key, value.value])];
    });
    expect(events).toEqual([
      [
        topic,
        'All Applets',
        [
          ['num', 1],
          ['applet1', 'lamp'],
          ['heap1', 8192],
        ],
      ],
      [topic, 'All Applets', [['num', 0]]],
    ]);
  });
});

describe('an app that has ended by itself', () => {
  it('is told to who subscribed to /applets', async () => {
    const one = device();
    const { connection, frames } = host(one);
    await connection.receive(installation('name=lamp'));
    await connection.answered(Promise.resolve());
    await connection.receive(request(PUT, '/event//applets'));
    frames.length = 0;
    one.installed.pop();
    one.protocol.tellAppletsChanged();
    expect(
      frames.map(({ payload }) => decodeAttributes(decodeRequest(payload)?.payload ?? none).attributes),
    ).toEqual([[{ key: 'num', value: { type: 'int32', value: 0 } }]]);
  });
});

describe('bytes that are no request', () => {
  it('are counted and not answered', async () => {
    const one = device();
    const { connection, frames } = host(one);
    await connection.receive({ type: 9, payload: request(GET, '/applet').payload });
    await connection.receive({ type: linkType.response, payload: none });
    await connection.receive({ type: linkType.request, payload: Uint8Array.of(1, 2, 3) });
    await connection.receive(request(GET, ''));
    const badText = request(GET, '/applet');
    badText.payload[18] = 0xff;
    await connection.receive(badText);
    expect(one.protocol.counters).toEqual({
      invalidFrames: 5,
      forgottenRequests: 0,
      unclaimedResponses: 0,
    });
    expect(frames).toEqual([]);
  });

  it('never throw, whatever they are, and never run an app', async () => {
    const one = device();
    const { connection } = host(one);
    const type = fc.integer({ min: 0, max: 5 });
    const damaged = fc
      .tuple(
        fc.constantFrom(installation('name=a').payload, request(GET, '/applet').payload),
        fc.nat(),
        fc.nat(255),
      )
      .map(([bytes, at, byte]) => bytes.with(at % 18, byte));
    await fc.assert(
      fc.asyncProperty(type, fc.oneof(fc.uint8Array({ maxLength: 60 }), damaged), async (kind, payload) => {
        await connection.receive({ type: kind, payload });
        expect(one.installed.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });
});
