import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RequestPacket } from '../wamr-framework/packet.ts';
import { decodeRequest, encodeRequest, encodeResponse } from '../wamr-framework/packet.ts';
import { type HostLinkServer, serveHostLink } from './host-link-server.ts';
import { type Device, device, EVENT, GET, installation, none, wasm } from './host-protocol.test-support.ts';
import { MAX_HOST_CONNECTIONS } from './limits.ts';
import { connectWamrHost, type HostClientOptions, type WamrHostClient } from './wamr-host-client.ts';

/** Timers of the link that run: what they do when they run out, and after how many milliseconds that is. */
const linkTimers = new Map<() => void, number>();
/** A timer that never runs out: a test that needs it to waits for an answer that does not come. */
const never = (): (() => void) => () => {};

let one: Device;
let link: HostLinkServer;
const open: { close(): unknown }[] = [];

beforeEach(async () => {
  one = device();
  linkTimers.clear();
  link = await serveHostLink({
    protocol: one.protocol,
    port: 0,
    tell: (line) => one.lines.push(line),
    startTimer: (delayMs, expired) => {
      linkTimers.set(expired, delayMs);
      return () => linkTimers.delete(expired);
    },
  });
  open.push(link);
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

async function client(options: HostClientOptions = {}): Promise<WamrHostClient> {
  const connected = await connectWamrHost({ port: link.port, startTimer: never, ...options });
  open.push(connected);
  return connected;
}

async function rawHost(): Promise<Socket> {
  const socket = createConnection({ port: link.port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  open.push({
    close: () => {
      socket.destroy();
      return closed;
    },
  });
  await once(socket, 'connect');
  return socket;
}

/** The first `count` bytes that a socket receives. */
async function receive(socket: Socket, count: number): Promise<number[]> {
  const bytes: number[] = [];
  while (bytes.length < count) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    bytes.push(...chunk);
  }
  return bytes;
}

describe('a host over TCP', () => {
  it('installs, lists and uninstalls an app', async () => {
    const host = await client();
    expect((await host.install('lamp', wasm, { heapBytes: 4096, timers: 3, watchdogMs: 50 })).status).toBe(
      65,
    );
    expect(one.installed).toEqual([{ name: 'lamp', heapBytes: 4096, timers: 3, watchdogMs: 50, wasm }]);
    const values = ({ attributes }: Awaited<ReturnType<WamrHostClient['query']>>) =>
      attributes?.attributes.map(({ key, value }) => [key, value.value]);
    expect(values(await host.query())).toEqual([
      ['num', 1],
      ['applet1', 'lamp'],
      ['heap1', 4096],
    ]);
    expect(values(await host.query('lamp'))).toEqual([
      ['name', 'lamp'],
      ['heap', 4096],
    ]);
    expect((await host.uninstall('lamp')).status).toBe(66);
    expect(await host.uninstall('lamp')).toMatchObject({
      status: 160,
      errorText: 'Uninstall WASM app failed: no app found.',
    });
  });

  it('installs an app that is larger than a packet and comes in many pieces', async () => {
    const large = new Uint8Array(2_500_000).map((_, index) => index % 251);
    expect((await (await client()).install('large', large)).status).toBe(65);
    expect(Buffer.compare(one.installed[0]?.wasm ?? none, large)).toBe(0);
  });

  it('asks an app and gets its answer; another host that asks the same gets its own', async () => {
    const app = one.router.addApp('echo');
    one.router.register(app, '/echo');
    const answers = [await client(), await client()].map((host, index) =>
      host.request({ action: GET, url: '/echo', format: 98, payload: Uint8Array.of(index) }),
    );
    for (let answered = 0; answered < 2; ) {
      await new Promise((resolve) => setImmediate(resolve));
      for (let message = one.router.take(app); message !== undefined; message = one.router.take(app)) {
        const { sender, messageId, payload } = decodeRequest(message.bytes) as RequestPacket;
        const reply = { status: 69, format: 98, messageId, receiver: sender, payload };
        one.router.respond(app, encodeResponse(reply));
        answered += 1;
      }
      one.protocol.deliverWaiting();
    }
    expect((await Promise.all(answers)).map(({ status, payload }) => [status, ...payload])).toEqual([
      [69, 0],
      [69, 1],
    ]);
  });

  it('sends events to apps and gets those that it subscribed to, until it unsubscribes', async () => {
    const app = one.router.addApp('listener');
    one.router.subscribe(app, '/alert');
    const host = await client();
    const events: RequestPacket[] = [];
    expect((await host.subscribe('/alert', (event) => events.push(event))).status).toBe(69);
    host.sendEvent('/alert', Uint8Array.of(1), 98);
    await host.query();
    expect(decodeRequest(one.router.take(app)?.bytes ?? none)).toMatchObject({
      action: EVENT,
      url: '/alert',
    });
    expect(events).toMatchObject([{ url: '/alert', format: 98, payload: Uint8Array.of(1) }]);
    expect((await host.unsubscribe('/alert')).status).toBe(69);
    host.sendEvent('/alert');
    await host.query();
    expect(events).toHaveLength(1);
  });

  it('that sends the bytes of the host tool by hand gets the bytes that it expects', async () => {
    const socket = await rawHost();
    const query = Buffer.from('/applet\0', 'latin1');
    const head = Buffer.from(
      '1234 0002 0000001a 01 01 0063 01020304 00000000 0008 00000000'.replaceAll(' ', ''),
      'hex',
    );
    socket.write(Buffer.concat([Buffer.from('noise'), head, query]));
    const container = Buffer.from('0000 77000000 0d00'.replaceAll(' ', ''), 'hex');
    const attribute = Buffer.from('0100 0400 6e756d00 02 00000000'.replaceAll(' ', ''), 'hex');
    const expected = [
      ...Buffer.from('1234 0003 00000089 01 45 0063 01020304 fffffffd 00000079'.replaceAll(' ', ''), 'hex'),
      ...container,
      ...Buffer.from('Applets Info\0', 'latin1'),
      ...attribute,
    ];
    const got = await receive(socket, 8 + 0x89);
    expect(got.slice(0, expected.length)).toEqual(expected);
    expect(got.slice(expected.length)).toEqual(Array.from({ length: 8 + 0x89 - expected.length }, () => 0));
    expect(link.counters.skippedBytes).toBe(5);
  });

  it('that closes its sending side still gets the answer', async () => {
    const socket = await rawHost();
    const { payload } = installation('name=lamp');
    const head = Buffer.from('123400040000', 'hex');
    socket.end(Buffer.concat([head, Buffer.of(0, payload.length), payload]));
    expect((await receive(socket, 24)).slice(8, 10)).toEqual([1, 65]);
    await once(socket, 'close');
  });
});

describe('a host that closes its sending side while apps have its requests', () => {
  async function halfClosed() {
    const app = one.router.addApp('slow');
    one.router.register(app, '/slow');
    const socket = await rawHost();
    const packet = encodeRequest({
      action: GET,
      format: 0,
      messageId: 7,
      sender: 0,
      url: '/slow',
      payload: none,
    });
    const head = Buffer.from('1234000200000000', 'hex');
    head.writeUInt32BE(packet.length, 4);
    socket.end(Buffer.concat([head, packet]));
    await vi.waitFor(() => expect(linkTimers.size).toBe(1));
    return { app, socket };
  }

  it('gets the answer, and is closed then', async () => {
    const { app, socket } = await halfClosed();
    const { messageId = 0, sender = 0 } = decodeRequest(one.router.take(app)?.bytes ?? none) ?? {};
    one.router.respond(
      app,
      encodeResponse({ status: 69, format: 0, messageId, receiver: sender, payload: none }),
    );
    one.protocol.deliverWaiting();
    expect((await receive(socket, 24)).slice(8, 16)).toEqual([1, 69, 0, 0, 0, 0, 0, 7]);
    await once(socket, 'close');
    expect(linkTimers.size).toBe(0);
  });

  it('is closed when the time for an answer is over', async () => {
    const { socket } = await halfClosed();
    expect([...linkTimers.values()]).toEqual([5000]);
    for (const expired of linkTimers.keys()) expired();
    socket.resume();
    await once(socket, 'close');
    expect(socket.bytesRead).toBe(0);
  });

  it('leaves no timer when the link is closed', async () => {
    await halfClosed();
    await link.close();
    expect(linkTimers.size).toBe(0);
  });
});

describe('a link', () => {
  it('holds a limited number of hosts, closes a further one and tells it', async () => {
    for (let index = 0; index < MAX_HOST_CONNECTIONS; index += 1) {
      await (await client()).query();
    }
    const further = createConnection({ port: link.port, host: '127.0.0.1' });
    further.on('error', () => {});
    await once(further, 'close');
    expect(link.counters).toMatchObject({ connections: MAX_HOST_CONNECTIONS, refusedConnections: 1 });
    expect(one.lines).toEqual(['the host 127.0.0.1 was refused: 8 are connected, the most']);
  });

  it('drops frames, counted and told, for a host that does not read, and serves the others', async () => {
    const lazy = await rawHost();
    const app = one.router.addApp('publisher');
    lazy.pause();
    one.router.subscribeHost('flood');
    const waiting = await client();
    const frame = encodeRequest({
      action: 3,
      format: 0,
      messageId: 1,
      sender: 0,
      url: '/event/flood',
      payload: none,
    });
    lazy.write(Buffer.concat([Buffer.from('1234000200000000', 'hex').fill(frame.length, 7), frame]));
    await waiting.query();
    const payload = new Uint8Array(524_288);
    const event = encodeRequest({ action: EVENT, format: 0, messageId: 1, sender: 0, url: 'flood', payload });
    for (let index = 0; index < 128; index += 1) {
      one.router.request(app, event);
      one.protocol.deliverWaiting();
    }
    const { droppedFrames } = link.counters;
    expect(droppedFrames).toBeGreaterThan(0);
    expect((await waiting.query()).status).toBe(69);
    lazy.destroy();
    await vi.waitFor(() => expect(one.lines).toHaveLength(2));
    expect(one.lines).toEqual([
      'the host 127.0.0.1 does not read: 4194304 bytes wait to be sent to it, and frames for it are dropped',
      `the host 127.0.0.1 is gone; ${droppedFrames} frames for it were dropped`,
    ]);
  });

  it('forgets what a host subscribed to when it goes', async () => {
    const host = await client();
    await host.subscribe('alert', () => {});
    await host.close();
    const other = await client();
    await other.query();
    const app = one.router.addApp('publisher');
    one.router.request(
      app,
      encodeRequest({ action: EVENT, format: 0, messageId: 1, sender: 0, url: 'alert', payload: none }),
    );
    expect(one.router.takeForHost()).toBeUndefined();
  });

  it('leaves nothing open when it is closed, with hosts connected; closing again is no error', async () => {
    const connections = (): number =>
      process.getActiveResourcesInfo().filter((name) => /^TCP(?:Socket|Server)Wrap$/u.test(name)).length;
    const before = connections();
    const second = await serveHostLink({ protocol: one.protocol, port: 0 });
    const host = await connectWamrHost({ port: second.port, startTimer: never });
    const asked = host.query();
    await second.close();
    await second.close();
    await expect(asked).rejects.toMatchObject({ code: 'SENSOR_LINK_CLOSED' });
    await host.close();
    await host.close();
    expect(connections()).toBe(before);
    await expect(host.query()).rejects.toMatchObject({ code: 'SENSOR_LINK_CLOSED' });
  });

  it('is refused on a port that is taken', async () => {
    await expect(serveHostLink({ protocol: one.protocol, port: link.port })).rejects.toMatchObject({
      code: 'SENSOR_LINK_FAILED',
      details: { errno: 'EADDRINUSE', port: link.port },
    });
  });
});

describe('a host client', () => {
  it('gives a request up when its time is over, and goes on', async () => {
    const timers: { readonly delayMs: number; readonly expired: () => void }[] = [];
    const host = await client({
      startTimer: (delayMs, expired) => {
        timers.push({ delayMs, expired });
        return () => {};
      },
    });
    one.router.register(one.router.addApp('mute'), '/mute');
    const asked = host.request({ action: GET, url: '/mute' });
    expect(timers.map(({ delayMs }) => delayMs)).toEqual([5000, 5000]);
    timers[1]?.expired();
    await expect(asked).rejects.toMatchObject({ code: 'SENSOR_LINK_TIMEOUT', details: { timeoutMs: 5000 } });
    expect((await host.query()).status).toBe(69);
  });

  it('stops the timer of a request that is answered', async () => {
    let running = 0;
    const host = await client({
      startTimer: () => {
        running += 1;
        return () => {
          running -= 1;
        };
      },
    });
    await host.query();
    expect(running).toBe(0);
  });

  it('refuses names and topics that no packet can hold, and more requests than it keeps', async () => {
    const host = await client();
    one.router.register(one.router.addApp('mute'), '/mute');
    const bad = { code: 'SENSOR_BAD_PACKET' };
    await expect(host.install('a&heap=1', wasm)).rejects.toMatchObject(bad);
    await expect(host.request({ action: GET, url: `/${'x'.repeat(255)}` })).rejects.toMatchObject(bad);
    expect(() => host.sendEvent('')).toThrow(/no url/u);
    const asked = Array.from({ length: 64 }, () => host.request({ action: GET, url: '/mute' }));
    await expect(host.request({ action: GET, url: '/mute' })).rejects.toMatchObject({
      code: 'SENSOR_LIMIT_REACHED',
    });
    await host.close();
    const ends = await Promise.allSettled(asked);
    expect(ends.every(({ status }) => status === 'rejected')).toBe(true);
  });

  it('tells that nobody listens', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as { port: number };
    free.close();
    await once(free, 'close');
    await expect(connectWamrHost({ port, startTimer: never })).rejects.toMatchObject({
      code: 'SENSOR_LINK_FAILED',
      details: { errno: 'ECONNREFUSED' },
    });
  });
});
