import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConnectionCommand } from './connection-message.ts';
import { joinConnections } from './joined-connections.test-support.ts';

describe('the permission for connections that is taken from an app', () => {
  it('cuts them off at once with what waits, and the app hears that they have ended', () => {
    const { connections, service, link } = joinConnections();
    const handle = connections.openTcp('192.0.2.7', 1883);
    service.cutAll();
    expect(link().state).toBe('destroyed');
    expect([...connections.collect()]).toEqual([{ handle, bytes: undefined }]);
    expect(connections.send(handle, Uint8Array.of(1))).toBe(-1);
    link().close();
  });
});

describe('the connections of an app that has ended', () => {
  it('send what they were given and close; then it is told that all are closed', async () => {
    const { connections, service, link } = joinConnections();
    connections.openTcp('192.0.2.7', 1883);
    connections.openUdp(5000);
    let isClosed = false;
    const closed = service.close().then(() => {
      isClosed = true;
    });
    expect([link(0).state, link(1).state]).toEqual(['finishing', 'finishing']);
    link(0).close();
    await Promise.resolve();
    expect(isClosed).toBe(false);
    link(1).close();
    await closed;
    // A late command of the dead thread changes nothing.
    service.obey({ kind: 'open-tcp', ticket: 9, handle: 9, host: '192.0.2.7', port: 1 });
    await service.close();
  });

  it('are cut off after a second when the far end does not read, and that is told', async () => {
    const { connections, service, clock, link, lines } = joinConnections();
    connections.openTcp('192.0.2.7', 1883);
    const closed = service.close();
    clock.spend(999_000_000n);
    expect(link().state).toBe('finishing');
    clock.spend(1_000_000n);
    expect(link().state).toBe('destroyed');
    link().close();
    await closed;
    expect(lines).toEqual([
      'app "echo": tcp connection to 192.0.2.7 port 1883: closed by the app and cut off, because the far end did not take what was sent',
    ]);
  });

  it('are closed at once while they are being opened', async () => {
    const { service, link, lines } = joinConnections({ onLink: () => {} });
    service.obey({ kind: 'open-tcp', ticket: 1, handle: 1, host: '192.0.2.7', port: 1883 });
    const closed = service.close();
    expect(link().state).toBe('destroyed');
    link().close();
    await closed;
    expect(lines).toEqual([]);
  });

  it('tell what was lost', async () => {
    const { connections, service, link, lines } = joinConnections();
    connections.openUdp(5000);
    for (let count = 0; count < 300; count += 1) link().listener.received(new Uint8Array(257));
    const closed = service.close();
    link().close();
    await closed;
    // 65,536 bytes hold 204 pieces of 256 + 64.
    expect(lines.at(-1)).toBe(
      'app "echo": of the datagrams for it 96 were dropped and 204 were cut to 256 bytes',
    );
  });
});

describe('an app that opens and closes without end', () => {
  it('has at most eight connections that still send; the oldest is cut off', () => {
    const { connections, link, links, service } = joinConnections();
    for (let count = 0; count < 10; count += 1) {
      connections.close(connections.openTcp('192.0.2.7', 1883));
    }
    expect(links.map(({ state }) => state)).toEqual([
      'destroyed',
      'destroyed',
      ...Array(8).fill('finishing'),
    ]);
    expect(service.counters.cutOffConnections).toBe(2);
    link(2).close();
    connections.close(connections.openTcp('192.0.2.7', 1883));
    expect(link(3).state).toBe('finishing');
  });

  it('is told which one was cut off', () => {
    const { connections, lines } = joinConnections();
    for (let port = 1; port <= 9; port += 1) connections.close(connections.openTcp('192.0.2.7', port));
    expect(lines).toEqual([
      'app "echo": tcp connection to 192.0.2.7 port 1: closed by the app and cut off, because the far end did not take what was sent',
    ]);
  });

  it('is told about ten times in a minute, then how often more', () => {
    const { connections, clock, lines } = joinConnections({
      onLink: ({ listener }) => listener.ended({ code: 'ECONNREFUSED', message: '' }),
    });
    for (let count = 0; count < 25; count += 1) connections.openTcp('192.0.2.7', 1883);
    expect(lines).toHaveLength(10);
    clock.spend(60_000_000_000n);
    connections.openTcp('192.0.2.7', 1883);
    expect(lines.slice(10)).toEqual([
      'app "echo": 15 more lines about its connections were left out, over 10 in a minute',
      lines[0],
    ]);
  });
});

describe('the service', () => {
  it('opens no fourth connection, and no second one of a handle', () => {
    const { service, reports, links } = joinConnections();
    const open = (ticket: number, handle: number) =>
      service.obey({ kind: 'open-udp', ticket, handle, port: 5000 });
    open(1, 1);
    open(2, 1);
    open(3, 2);
    open(4, 3);
    open(5, 4);
    expect(links).toHaveLength(3);
    expect(reports).toEqual([
      { kind: 'answer', ticket: 2, done: false },
      { kind: 'answer', ticket: 5, done: false },
    ]);
  });

  it('answers each question once and never throws, whatever comes in what order', () => {
    const handle = fc.integer({ min: 0, max: 4 });
    const command = fc.oneof(
      fc.record({ kind: fc.constant('open-tcp' as const), handle, host: fc.string(), port: fc.nat() }),
      fc.record({ kind: fc.constant('set-remote' as const), handle, host: fc.string(), port: fc.nat() }),
      fc.record({ kind: fc.constant('open-udp' as const), handle, port: fc.nat() }),
      fc.record({
        kind: fc.constant('send' as const),
        handle,
        bytes: fc.uint8Array({ maxLength: 8 }),
      }),
      fc.record({ kind: fc.constant('consumed' as const), handle, cost: fc.integer() }),
      fc.record({ kind: fc.constant('close' as const), handle }),
    );
    const event = fc.record({ link: fc.nat({ max: 9 }), event: fc.constantFrom('open', 'data', 'end') });
    fc.assert(
      fc.property(fc.array(fc.oneof(command, event), { maxLength: 40 }), (steps) => {
        const { service, links, reports, clock } = joinConnections({ onLink: () => {} });
        const asked: number[] = [];
        const opened = new Set<unknown>();
        const ended = new Set<unknown>();
        for (const [index, step] of steps.entries()) {
          if ('event' in step) {
            const link = links[step.link];
            if (link === undefined || ended.has(link) || link.state !== 'open') continue;
            if (step.event === 'open' && !opened.has(link)) link.listener.opened();
            if (step.event === 'open') opened.add(link);
            if (step.event === 'data' && opened.has(link)) link.listener.received(Uint8Array.of(1));
            if (step.event === 'end') link.listener.ended(undefined);
            if (step.event === 'end') ended.add(link);
            continue;
          }
          if (step.kind.startsWith('open') || step.kind === 'set-remote') asked.push(index);
          service.obey({ ...step, ticket: index } as ConnectionCommand);
        }
        clock.spend(10_000_000_000n);
        const answered = reports.flatMap((report) => (report.kind === 'answer' ? [report.ticket] : []));
        expect(answered.sort((one, other) => one - other)).toEqual(asked);
        const openNow = links.filter(({ state }) => state === 'open').length;
        expect(openNow).toBeLessThanOrEqual(3);
      }),
    );
  });
});
