import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countingBytes, joinConnections } from './joined-connections.test-support.ts';

const refused = { code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 192.0.2.7:1883' };

/** Comparing element by element would take most of the time of a run. */
function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

describe('opening a TCP connection', () => {
  it('blocks until the far end has accepted', () => {
    const { connections, asked, nowMs, lines } = joinConnections();
    expect(connections.openTcp('192.0.2.7', 1883)).toBe(1);
    expect(asked).toEqual(['tcp 192.0.2.7 1883']);
    expect(nowMs()).toBe(1);
    expect(lines).toEqual([]);
  });

  it('that is refused gives -1, uses a number up, and is told with app, address, reason and what to do', () => {
    let count = 0;
    const { connections, lines, service } = joinConnections({
      onLink: ({ listener }) => {
        count += 1;
        if (count === 1) listener.ended(refused);
        else listener.opened();
      },
    });
    expect(connections.openTcp('192.0.2.7', 1883)).toBe(-1);
    expect(lines).toEqual([
      'app "echo": tcp connection to 192.0.2.7 port 1883 failed: nothing listens there; start the server, or correct the port (ECONNREFUSED)',
    ]);
    expect(connections.openTcp('192.0.2.7', 1883)).toBe(2);
    expect(service.counters).toMatchObject({ openedConnections: 1, failedOpens: 1 });
  });

  it('gives up after ten seconds without an answer, and the socket is gone', () => {
    const { connections, lines, link, nowMs } = joinConnections({ onLink: () => {} });
    expect(connections.openTcp('192.0.2.7', 1883)).toBe(-1);
    expect(nowMs()).toBe(10_000);
    expect(link().state).toBe('destroyed');
    expect(lines).toEqual([expect.stringContaining('no answer came; is the machine on and reachable')]);
    // Too late.
    link().listener.opened();
    link().listener.received(Uint8Array.of(1));
    expect([...connections.collect()]).toEqual([]);
  });

  it('ends at once when the app is asked to stop, and asks for nothing after that', () => {
    const { connections, link, links, nowMs, atMs, requestStop } = joinConnections({ onLink: () => {} });
    atMs(250, requestStop);
    expect(connections.openTcp('192.0.2.7', 1883)).toBe(-1);
    expect(nowMs()).toBe(250);
    expect(link().state).toBe('destroyed');
    expect(connections.openTcp('192.0.2.7', 1883)).toBe(-1);
    expect(links).toHaveLength(1);
  });

  it('gives -1 for what the system does not even try', () => {
    const { connections, lines } = joinConnections({ refuse: () => new TypeError('bad host') });
    expect(connections.openTcp('a\0b', 1)).toBe(-1);
    expect(lines).toEqual(['app "echo": tcp connection to a\0b port 1 failed: bad host (EINVAL)']);
  });
});

describe('what a TCP connection receives', () => {
  it('comes in pieces of at most 256 bytes, and the end of the far end comes last and once', () => {
    const { connections, link } = joinConnections();
    const handle = connections.openTcp('192.0.2.7', 1883);
    link().listener.received(countingBytes(300));
    link().listener.received(countingBytes(2, 300));
    link().listener.ended(undefined);
    expect([...connections.collect()]).toEqual([
      { handle, bytes: countingBytes(256) },
      { handle, bytes: countingBytes(44, 256) },
      { handle, bytes: countingBytes(2, 300) },
      { handle, bytes: undefined },
    ]);
    expect([...connections.collect()]).toEqual([]);
    expect(connections.send(handle, Uint8Array.of(1))).toBe(-1);
    expect(link().state).toBe('finishing');
  });

  it('of several connections comes in turns, at most sixteen pieces in a round', () => {
    const { connections, link } = joinConnections();
    const first = connections.openTcp('192.0.2.7', 1883);
    const second = connections.openTcp('192.0.2.7', 1883);
    link(0).listener.received(new Uint8Array(256 * 40));
    link(1).listener.received(new Uint8Array(256 * 3));
    const handles = [...connections.collect()].map(({ handle }) => handle);
    expect(handles).toEqual([first, second, first, second, first, second, ...Array(10).fill(first)]);
  });

  it('ends for a connection that the app closes in the middle of a round', () => {
    const { connections, link } = joinConnections();
    const first = connections.openTcp('192.0.2.7', 1883);
    const second = connections.openTcp('192.0.2.7', 1883);
    for (const index of [0, 1]) link(index).listener.received(new Uint8Array(600));
    const got: number[] = [];
    for (const { handle } of connections.collect()) {
      got.push(handle);
      connections.close(second);
    }
    expect(got).toEqual([first, first, first]);
    expect(link(1).state).toBe('finishing');
  });

  it('is held back when the app does not take it, whole and in order, whatever comes in what pieces', () => {
    let wasPaused = 0;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 65_536 }), fc.nat({ max: 3 })), { maxLength: 12 }),
        (pieces) => {
          const { connections, link } = joinConnections();
          connections.openTcp('192.0.2.7', 1883);
          const { listener } = link();
          let sent = 0;
          let taken = 0;
          let ends = 0;
          const takeRound = (): number => {
            let count = 0;
            for (const { bytes } of connections.collect()) {
              count += 1;
              if (bytes === undefined) {
                ends += 1;
                continue;
              }
              expect(ends).toBe(0);
              expect(bytes.length).toBeGreaterThan(0);
              expect(bytes.length).toBeLessThanOrEqual(256);
              expect(isSame(bytes, countingBytes(bytes.length, taken))).toBe(true);
              taken += bytes.length;
            }
            return count;
          };
          for (const [length, rounds] of pieces) {
            // A far end that is held back sends nothing; it goes on by itself once the app has caught up.
            if (link().isPaused) {
              wasPaused += 1;
              while (link().isPaused) expect(takeRound()).toBeGreaterThan(0);
            }
            listener.received(countingBytes(length, sent));
            sent += length;
            expect(sent - taken).toBeLessThanOrEqual(2 * 65_536);
            for (let round = 0; round < rounds; round += 1) takeRound();
          }
          listener.ended(undefined);
          while (takeRound() > 0);
          expect({ taken, ends }).toEqual({ taken: sent, ends: 1 });
        },
      ),
      { numRuns: 50 },
    );
    expect(wasPaused).toBeGreaterThan(0);
  });

  it('pauses the socket at 64 KiB', () => {
    const { connections, link } = joinConnections();
    connections.openTcp('192.0.2.7', 1883);
    link().listener.received(new Uint8Array(65_535 - 64));
    expect(link().isPaused).toBe(false);
    link().listener.received(new Uint8Array(1));
    expect(link().isPaused).toBe(true);
  });
});

describe('what a TCP connection sends', () => {
  it('is taken up to 128 KiB that wait, as far as it fits, then refused until some has left', () => {
    const { connections, link } = joinConnections();
    const handle = connections.openTcp('192.0.2.7', 1883);
    // Each piece counts 64 bytes more than it has.
    expect(connections.send(handle, new Uint8Array(100_000))).toBe(100_000);
    expect(connections.send(handle, new Uint8Array(100_000))).toBe(131_072 - 100_064 - 64);
    expect(connections.send(handle, new Uint8Array(1))).toBe(-1);
    link().drain(1);
    expect(connections.send(handle, new Uint8Array(1))).toBe(1);
    expect(connections.send(handle, new Uint8Array(0))).toBe(0);
    expect(link().sent.map(({ length }) => length)).toEqual([100_000, 30_944, 1]);
  });

  it('arrives in order and nothing that was refused, however the far end reads', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 200_000 }), fc.nat({ max: 2 })), { maxLength: 20 }),
        (steps) => {
          const { connections, link } = joinConnections();
          const handle = connections.openTcp('192.0.2.7', 1883);
          const accepted: number[] = [];
          let drained = 0;
          for (const [length, drains] of steps) {
            const taken = connections.send(handle, countingBytes(length, accepted.length));
            expect(taken).toBeLessThanOrEqual(length);
            if (taken > 0) accepted.push(taken);
            const waiting = accepted.slice(drained).reduce((sum, each) => sum + each + 64, 0);
            expect(waiting).toBeLessThanOrEqual(131_072);
            link().drain(drains);
            drained = Math.min(accepted.length, drained + drains);
          }
          expect(link().sent.map(({ length }) => length)).toEqual(accepted);
          for (const [index, bytes] of link().sent.entries()) {
            expect(isSame(bytes, countingBytes(bytes.length, index))).toBe(true);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('cannot be flooded with very small pieces', () => {
    const { connections, link } = joinConnections();
    const handle = connections.openTcp('192.0.2.7', 1883);
    for (let count = 0; count < 10_000; count += 1) connections.send(handle, Uint8Array.of(1));
    expect(link().sent).toHaveLength(Math.floor(131_072 / 65));
  });
});

describe('a TCP connection that breaks', () => {
  it('ends like one that is closed, and the reason is told', () => {
    const { connections, link, lines } = joinConnections();
    const handle = connections.openTcp('192.0.2.7', 1883);
    link().listener.ended({ code: 'ECONNRESET', message: 'read ECONNRESET' });
    expect([...connections.collect()]).toEqual([{ handle, bytes: undefined }]);
    expect(lines).toEqual([
      'app "echo": tcp connection to 192.0.2.7 port 1883 broke: the far end broke it off; its own log may say why (ECONNRESET)',
    ]);
  });
});
