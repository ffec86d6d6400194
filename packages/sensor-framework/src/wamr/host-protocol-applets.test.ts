import { describe, expect, it, vi } from 'vitest';
import type { LinkFrame } from '../wamr-framework/link-frame.ts';
import { linkType } from '../wamr-framework/link-frame.ts';
import {
  answer,
  ask,
  DELETE,
  device,
  GET,
  host,
  installation,
  none,
  POST,
  PUT,
  plain,
  refusal,
  request,
  wasm,
} from './host-protocol.test-support.ts';

describe('installing', () => {
  it('gives the port the query inside its limits and the module, and answers 65 with nothing', async () => {
    const one = device();
    const { frames, connection } = host(one);
    expect(
      await ask(connection, frames, installation('name=lamp&type=wasm&heap=16384&timers=5&wd=1000')),
    ).toEqual(plain(65));
    expect(await ask(connection, frames, installation('name=small&heap=1&timers=99&wd=0'))).toEqual(
      plain(65),
    );
    expect(await ask(connection, frames, installation('name=default'))).toEqual(plain(65));
    expect(one.installed).toEqual([
      { name: 'lamp', heapBytes: 16384, timers: 5, watchdogMs: 1000, wasm },
      { name: 'small', heapBytes: 256, timers: 30, watchdogMs: 180_000, wasm },
      { name: 'default', heapBytes: 8192, timers: 20, watchdogMs: 180_000, wasm },
    ]);
  });

  it('answers a real frame byte by byte as a host expects it', async () => {
    const { frames, connection } = host(device());
    const url = [...new TextEncoder().encode('/applet?name=a\0')];
    const head = [1, 3, 0, 98, 0xde, 0xad, 0xbe, 0xef, 0, 0, 0, 0, 0, url.length, 0, 0, 0, 8];
    const payload = Uint8Array.from([...head, ...url, ...wasm]);
    await connection.receive({ type: 4, payload });
    await connection.answered(Promise.resolve());
    expect(frames).toEqual([
      {
        type: 3,
        payload: Uint8Array.of(1, 65, 0, 0, 0xde, 0xad, 0xbe, 0xef, 0xff, 0xff, 0xff, 0xfd, 0, 0, 0, 0),
      },
    ]);
  });

  it('takes a module that is larger than a packet', async () => {
    const one = device();
    const { frames, connection } = host(one);
    const large = new Uint8Array(1_100_000).fill(5);
    const start = installation('name=large', 7, none).payload;
    const payload = new Uint8Array(start.length + large.length);
    payload.set(start);
    payload.set(large, start.length);
    new DataView(payload.buffer).setUint32(14, large.length);
    expect(await ask(connection, frames, { type: linkType.installWasmApp, payload })).toEqual(plain(65));
    expect(Buffer.compare(one.installed[0]?.wasm ?? none, large)).toBe(0);
  });

  it('refuses with the texts that hosts know', async () => {
    const one = device();
    const { frames, connection } = host(one);
    const cases: [LinkFrame, string][] = [
      [installation('heap=1'), 'Install WASM app failed: invalid app name.'],
      [installation(`name=${'n'.repeat(127)}`), 'Install WASM app failed: invalid app name.'],
      [installation('name=a/b'), 'Install WASM app failed: invalid app name.'],
      [installation('name=a\u001b[2Jb'), 'Install WASM app failed: invalid app name.'],
      [installation('name=lamp&type=jeff'), 'Applet Management failed: invalid module type.'],
      [installation('name=lamp', 7, none), 'Install Applet failed: invalid payload.'],
      [request(PUT, '/applet?name=lamp', 7, wasm), 'Install Applet failed: invalid payload.'],
      [request(POST, '/applet?name=lamp'), 'Invalid request of applet: invalid action'],
    ];
    for (const [frame, text] of cases) {
      expect(await ask(connection, frames, frame)).toEqual(refusal(text));
    }
    expect(one.installed).toEqual([]);
    await ask(connection, frames, installation(`name=${'n'.repeat(126)}`));
    expect(await ask(connection, frames, installation(`name=${'n'.repeat(126)}`))).toEqual(
      refusal('Install WASM app failed: app already installed.'),
    );
    await ask(connection, frames, installation('name=b'));
    await ask(connection, frames, installation('name=c'));
    expect(await ask(connection, frames, installation('name=d'))).toEqual(
      refusal('Install Applet failed: exceed max app installations.'),
    );
  });

  it('of two hosts at once never exceeds the number of installations', async () => {
    const one = device();
    const [first, second] = [host(one), host(one)];
    await Promise.all(
      ['a', 'b', 'c', 'd', 'e', 'f'].map((name, index) =>
        (index % 2 === 0 ? first : second).connection.receive(installation(`name=${name}`)),
      ),
    );
    expect(one.installed.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    const statuses = [...first.frames, ...second.frames].map((frame) => answer(frame).status);
    expect(statuses.filter((status) => status === 65)).toHaveLength(3);
    expect(statuses.filter((status) => status === 160)).toHaveLength(3);
  });

  it('tells why the device refused the module, cut to what a host shows, and goes on', async () => {
    const one = device(({ name }) => {
      if (name === 'bad') throw new Error('no memory\0is exported');
      if (name === 'long') throw new Error('x'.repeat(5000));
    });
    const { frames, connection } = host(one);
    expect(await ask(connection, frames, installation('name=bad'))).toEqual(
      refusal('Install WASM app failed: no memory is exported'),
    );
    const { attributes } = await ask(connection, frames, installation('name=long'));
    expect(String(attributes?.[0]?.[2])).toHaveLength(512);
    expect(await ask(connection, frames, installation('name=good'))).toEqual(plain(65));
  });
});

describe('uninstalling', () => {
  it('answers 66, and refuses what is not there', async () => {
    const one = device();
    const { frames, connection } = host(one);
    await ask(connection, frames, installation('name=lamp'));
    expect(await ask(connection, frames, request(DELETE, '/applet?name=lamp'))).toEqual(plain(66));
    expect(one.installed).toEqual([]);
    expect(await ask(connection, frames, request(DELETE, '/applet?name=lamp'))).toEqual(
      refusal('Uninstall WASM app failed: no app found.'),
    );
    expect(await ask(connection, frames, request(DELETE, '/applet'))).toEqual(
      refusal('Uninstall WASM app failed: invalid app name.'),
    );
  });
});

describe('a query', () => {
  it('lists the apps, newest first, or shows one', async () => {
    const { frames, connection } = host(device());
    expect(await ask(connection, frames, request(GET, '/applet'))).toMatchObject({
      status: 69,
      attributes: [['num', 'int32', 0]],
    });
    await ask(connection, frames, installation('name=old&heap=1024'));
    await ask(connection, frames, installation('name=new'));
    expect(await ask(connection, frames, request(GET, '/applet'))).toEqual({
      status: 69,
      messageId: 7,
      tag: 'Applets Info',
      attributes: [
        ['num', 'int32', 2],
        ['applet1', 'string', 'new'],
        ['heap1', 'int32', 8192],
        ['applet2', 'string', 'old'],
        ['heap2', 'int32', 1024],
      ],
    });
    expect(await ask(connection, frames, request(GET, '/applet?name=old'))).toMatchObject({
      tag: 'Applets Info',
      attributes: [
        ['name', 'string', 'old'],
        ['heap', 'int32', 1024],
      ],
    });
    expect(await ask(connection, frames, request(GET, '/applet?name=none'))).toEqual(
      refusal('Query Applet failed: the app is not found.'),
    );
  });
});

describe('an app that does not come out of on_init', () => {
  /** A device on which apps start only when they are told to, and end with `fail` when they are removed. */
  function slowDevice() {
    const starting = new Map<string, { start(): void; fail(error: Error): void }>();
    const one = device(
      ({ name }) =>
        new Promise((start, fail) => {
          starting.set(name, { start, fail });
        }),
      (name) => starting.get(name)?.fail(new Error('removed before it had started')),
    );
    return { one, starting };
  }

  it('is seen and removed by its own host and by others, and its installation is answered then', async () => {
    for (const remover of ['own', 'other'] as const) {
      const { one } = slowDevice();
      const [own, other] = [host(one), host(one)];
      await own.connection.receive(installation('name=stuck', 1));
      expect(own.frames).toEqual([]);
      for (const { connection, frames } of [own, other]) {
        expect(await ask(connection, frames, request(GET, '/applet'))).toMatchObject({
          status: 69,
          attributes: expect.arrayContaining([['applet1', 'string', 'stuck']]),
        });
      }
      const { connection, frames } = remover === 'own' ? own : other;
      await connection.receive(request(DELETE, '/applet?name=stuck', 2));
      await own.connection.answered(Promise.resolve());
      const answers = [...new Set([...own.frames, ...frames])].map(answer);
      expect(answers).toContainEqual(expect.objectContaining({ status: 66, messageId: 2 }));
      expect(answers).toContainEqual(
        expect.objectContaining({
          ...refusal('Install WASM app failed: removed before it had started'),
          messageId: 1,
        }),
      );
      expect(one.installed).toEqual([]);
    }
  });

  it('keeps its name and its place, and nobody else from installing', async () => {
    const { one, starting } = slowDevice();
    const { frames, connection } = host(one);
    await connection.receive(installation('name=stuck'));
    expect(await ask(connection, frames, installation('name=stuck'))).toEqual(
      refusal('Install WASM app failed: app already installed.'),
    );
    await connection.receive(installation('name=good', 8));
    starting.get('good')?.start();
    await vi.waitFor(() => expect(frames).toHaveLength(1));
    expect(answer(frames.shift())).toMatchObject({ status: 65, messageId: 8 });
    await connection.receive(installation('name=third'));
    expect(await ask(connection, frames, installation('name=fourth'))).toEqual(
      refusal('Install Applet failed: exceed max app installations.'),
    );
  });

  it('is gone before its name is taken again', async () => {
    let ended = (): void => {};
    const one = device(
      () => {},
      () =>
        new Promise((resolve) => {
          ended = resolve;
        }),
    );
    const [first, second] = [host(one), host(one)];
    await ask(first.connection, first.frames, installation('name=lamp'));
    const removed = ask(first.connection, first.frames, request(DELETE, '/applet?name=lamp'));
    const again = ask(second.connection, second.frames, request(DELETE, '/applet?name=lamp'));
    const installedAgain = host(one);
    const taken = installedAgain.connection.receive(installation('name=lamp'));
    const other = host(one);
    await other.connection.receive(installation('name=other'));
    await other.connection.answered(Promise.resolve());
    expect(other.frames.map((frame) => answer(frame).status)).toEqual([65]);
    ended();
    expect(await removed).toEqual(plain(66));
    expect(await again).toEqual(refusal('Uninstall WASM app failed: no app found.'));
    await taken;
    await installedAgain.connection.answered(Promise.resolve());
    expect(installedAgain.frames.map((frame) => answer(frame).status)).toEqual([65]);
    expect(one.installed.map(({ name }) => name)).toEqual(['other', 'lamp']);
  });
});
