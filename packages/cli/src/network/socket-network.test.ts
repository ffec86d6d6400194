import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { LinkListener, NetworkFault } from '@kanchi/sensor-framework/connections';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { socketNetwork } from './socket-network.ts';

/** Notes what a link tells, and resolves for who waits for it. */
class Notes implements LinkListener {
  readonly told: string[] = [];
  receivedBytes = 0;
  readonly #waiting: { readonly what: string; readonly resolve: () => void }[] = [];

  opened(): void {
    this.#note('opened');
  }

  received(bytes: Uint8Array): void {
    this.receivedBytes += bytes.length;
    this.#note(`received ${bytes.length}`);
  }

  failed({ code }: NetworkFault): void {
    this.#note(`failed ${code}`);
  }

  ended(fault: NetworkFault | undefined): void {
    this.#note(fault === undefined ? 'ended' : `ended ${fault.code}`);
  }

  closed(): void {
    this.#note('closed');
  }

  until(what: string): Promise<void> {
    if (this.told.includes(what)) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ what, resolve }));
  }

  #note(what: string): void {
    this.told.push(what);
    for (const each of this.#waiting) if (each.what === what) each.resolve();
  }
}

function openSockets(): string[] {
  return process.getActiveResourcesInfo().filter((name) => /^(?:TCP|UDP)/u.test(name));
}

let server: Server;
let notes: Notes;
beforeEach(async () => {
  notes = new Notes();
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  if (server.listening) {
    server.close();
    await once(server, 'close');
  }
  // 'close' is told up to two turns of the loop before the system's handle is gone: closing comes last in a turn.
  for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  const left = openSockets();
  if (left.length > 0) throw new Error(`left open: ${left.join(', ')}`);
});

const portOf = (listening: Server): number => (listening.address() as { readonly port: number }).port;

async function connectTcp() {
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const link = socketNetwork.connectTcp('127.0.0.1', portOf(server), notes);
  const [far] = await accepted;
  await notes.until('opened');
  return { link, far };
}

describe('a TCP socket', () => {
  it('tells what it receives and that the far end has closed, and is closed in the end', async () => {
    const { link, far } = await connectTcp();
    far.end('hello');
    await notes.until('ended');
    expect(notes.told).toEqual(['opened', 'received 5', 'ended']);
    link.finish();
    await notes.until('closed');
    expect(notes.told).toEqual(['opened', 'received 5', 'ended', 'closed']);
  });

  it('sends all that waits before it is closed, and tells of each piece that it has gone', async () => {
    const { link, far } = await connectTcp();
    let done = 0;
    for (let count = 0; count < 20; count += 1) {
      link.send(new Uint8Array(100_000), () => {
        done += 1;
      });
    }
    link.finish();
    let arrived = 0;
    far.on('data', (piece: Buffer) => {
      arrived += piece.length;
    });
    await once(far, 'end');
    await notes.until('closed');
    expect({ arrived, done }).toEqual({ arrived: 2_000_000, done: 20 });
    expect(notes.told).toEqual(['opened', 'closed']);
  });

  it('that is paused receives no more, and all of it afterwards', async () => {
    const { link, far } = await connectTcp();
    link.pause();
    far.write(new Uint8Array(50_000));
    // What the far end gets comes over the same loop, after what was to be received.
    const echoed = once(far, 'data');
    link.send(Uint8Array.of(1), () => {});
    await echoed;
    expect(notes.receivedBytes).toBe(0);
    link.resume();
    far.end();
    await notes.until('ended');
    expect(notes.receivedBytes).toBe(50_000);
    link.finish();
    await notes.until('closed');
  });

  it('tells why it could not be opened', async () => {
    const port = portOf(server);
    server.close();
    await once(server, 'close');
    const link = socketNetwork.connectTcp('127.0.0.1', port, notes);
    await notes.until('ended ECONNREFUSED');
    link.destroy();
    link.destroy();
    await notes.until('closed');
    expect(notes.told).toEqual(['ended ECONNREFUSED', 'closed']);
  });

  it('tells that the far end broke off', async () => {
    const { link, far } = await connectTcp();
    far.resetAndDestroy();
    await notes.until('ended ECONNRESET');
    // What is sent to nobody is done with.
    await new Promise<void>((resolve) => {
      link.send(Uint8Array.of(1), resolve);
    });
    link.finish();
    await notes.until('closed');
    expect(notes.told).toEqual(['opened', 'ended ECONNRESET', 'closed']);
  });

  it('is closed at once when it is destroyed, also while it is opened', async () => {
    const link = socketNetwork.connectTcp('127.0.0.1', portOf(server), notes);
    link.destroy();
    await notes.until('closed');
    expect(notes.told).toEqual(['closed']);
  });
});

describe('a UDP socket', () => {
  async function bindUdp() {
    const far = createSocket('udp4');
    far.bind(0, '127.0.0.1');
    await once(far, 'listening');
    const free = createSocket('udp4');
    free.bind(0, '0.0.0.0');
    await once(free, 'listening');
    const { port } = free.address();
    free.close();
    await once(free, 'close');
    const link = socketNetwork.bindUdp(port, notes);
    await notes.until('opened');
    return { link, far, port };
  }

  const remoteOf = (link: Awaited<ReturnType<typeof bindUdp>>['link'], host: string, port: number) =>
    new Promise<NetworkFault | undefined>((resolve) => {
      link.setRemote(host, port, resolve);
    });

  it('sends to its remote what waits when it is closed, and receives from anybody', async () => {
    const { link, far, port } = await bindUdp();
    far.send('hello', port, '127.0.0.1');
    await notes.until('received 5');
    expect(await remoteOf(link, '127.0.0.1', far.address().port)).toBeUndefined();
    const arrived = once(far, 'message');
    let done = 0;
    link.send(Uint8Array.of(1, 2, 3), () => {
      done += 1;
    });
    link.finish();
    expect((await arrived)[0]).toEqual(Buffer.of(1, 2, 3));
    await notes.until('closed');
    expect(done).toBe(1);
    link.destroy();
    expect(notes.told).toEqual(['opened', 'received 5', 'closed']);
    far.close();
    await once(far, 'close');
  });

  it('tells of a datagram that the system does not take, and goes on', async () => {
    const { link, far } = await bindUdp();
    await remoteOf(link, '127.0.0.1', far.address().port);
    await new Promise<void>((resolve) => {
      link.send(new Uint8Array(65_508), resolve);
    });
    expect(notes.told).toEqual(['opened', 'failed EMSGSIZE']);
    const arrived = once(far, 'message');
    link.send(Uint8Array.of(9), () => {});
    expect((await arrived)[0]).toEqual(Buffer.of(9));
    link.finish();
    await notes.until('closed');
    far.close();
    await once(far, 'close');
  });

  it('tells that its port is taken', async () => {
    const { link, far } = await bindUdp();
    const second = new Notes();
    const other = socketNetwork.bindUdp(far.address().port, second);
    await second.until('ended EADDRINUSE');
    other.destroy();
    await second.until('closed');
    expect(second.told).toEqual(['ended EADDRINUSE', 'closed']);
    link.destroy();
    await notes.until('closed');
    far.close();
    await once(far, 'close');
  });

  it('has no remote that has no IPv4 address', async () => {
    const { link, far } = await bindUdp();
    expect(await remoteOf(link, '::1', 5000)).toMatchObject({ code: 'EAFNOSUPPORT' });
    // Nothing is sent, and it is done with at once.
    await new Promise<void>((resolve) => {
      link.send(Uint8Array.of(1), resolve);
    });
    link.finish();
    await notes.until('closed');
    expect(notes.told).toEqual(['opened', 'closed']);
    far.close();
    await once(far, 'close');
  });
});
