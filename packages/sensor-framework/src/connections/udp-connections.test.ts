import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countingBytes, joinConnections } from './joined-connections.test-support.ts';

const unknown = { code: 'ENOTFOUND', message: 'getaddrinfo ENOTFOUND nowhere' };

describe('a UDP connection', () => {
  it('sends nothing before its remote is set, then whole datagrams', () => {
    const { connections, link, asked } = joinConnections();
    const handle = connections.openUdp(5000);
    expect(asked).toEqual(['udp 5000']);
    expect(connections.send(handle, Uint8Array.of(1))).toBe(-1);
    expect(connections.setRemote(handle, '192.0.2.9', 6000)).toBe(true);
    expect(link().remote).toBe('192.0.2.9:6000');
    expect(connections.send(handle, countingBytes(65_507))).toBe(65_507);
    expect(connections.send(handle, new Uint8Array(65_508))).toBe(-1);
    // 131,072 less what waits: a datagram is taken whole or not at all.
    expect(connections.send(handle, new Uint8Array(65_500))).toBe(-1);
    link().drain();
    expect(connections.send(handle, new Uint8Array(0))).toBe(0);
    expect(link().sent.map(({ length }) => length)).toEqual([65_507, 0]);
  });

  it('whose new remote is not found sends nothing any more, and the name is told', () => {
    const { connections, link, lines } = joinConnections();
    const handle = connections.openUdp(5000);
    connections.setRemote(handle, '192.0.2.9', 6000);
    link().remoteFault = unknown;
    expect(connections.setRemote(handle, 'nowhere', 6000)).toBe(false);
    expect(connections.send(handle, Uint8Array.of(1))).toBe(-1);
    expect(lines).toEqual([
      'app "echo": udp port 5000 cannot send to nowhere port 6000: the name is not known; correct it, or check the name server of this board (ENOTFOUND)',
    ]);
  });

  it('waits ten seconds for the address of a name', () => {
    const { connections, link, nowMs } = joinConnections();
    const handle = connections.openUdp(5000);
    link().remoteFault = 'never';
    expect(connections.setRemote(handle, 'slow', 6000)).toBe(false);
    expect(nowMs()).toBe(10_001);
    link().remoteFault = undefined;
    expect(connections.setRemote(handle, '192.0.2.9', 6000)).toBe(true);
  });

  it('has a remote, a TCP connection has none to set', () => {
    const { connections } = joinConnections();
    const handle = connections.openTcp('192.0.2.7', 1883);
    expect(connections.setRemote(handle, '192.0.2.9', 6000)).toBe(false);
    expect(connections.setRemote(99, '192.0.2.9', 6000)).toBe(false);
  });

  it('whose port is taken is refused with the reason', () => {
    const { connections, lines } = joinConnections({
      onLink: ({ listener }) => listener.ended({ code: 'EADDRINUSE', message: 'bind EADDRINUSE' }),
    });
    expect(connections.openUdp(5000)).toBe(-1);
    expect(lines).toEqual([
      'app "echo": udp port 5000 failed: another program has that port; end it, or use another port (EADDRINUSE)',
    ]);
  });

  it('that breaks never looks like a closed far end', () => {
    const { connections, link, lines } = joinConnections();
    const handle = connections.openUdp(5000);
    connections.setRemote(handle, '192.0.2.9', 6000);
    link().listener.received(Uint8Array.of(7));
    link().listener.ended({ code: 'EIO', message: 'the interface is gone' });
    expect([...connections.collect()]).toEqual([{ handle, bytes: Uint8Array.of(7) }]);
    expect([...connections.collect()]).toEqual([]);
    expect(connections.send(handle, Uint8Array.of(1))).toBe(-1);
    expect(lines).toEqual(['app "echo": udp port 5000 broke: the interface is gone (EIO)']);
  });

  it('goes on after a datagram that could not be sent', () => {
    const { connections, link, lines } = joinConnections();
    const handle = connections.openUdp(5000);
    connections.setRemote(handle, '192.0.2.9', 6000);
    connections.send(handle, Uint8Array.of(1));
    link().listener.failed({ code: 'ENETUNREACH', message: 'send ENETUNREACH' });
    link().drain();
    expect(connections.send(handle, Uint8Array.of(2))).toBe(1);
    expect(lines).toEqual([
      'app "echo": udp port 5000 sends nothing: there is no way to that network; check the network of this board (ENETUNREACH)',
    ]);
  });

  it('gives each datagram by itself, cut to 256 bytes, which is counted and told once', () => {
    const { connections, link, lines, service } = joinConnections();
    const handle = connections.openUdp(5000);
    for (const length of [1, 256, 257, 1000]) link().listener.received(countingBytes(length));
    // It would say that the far end is gone.
    link().listener.received(new Uint8Array(0));
    expect([...connections.collect()]).toEqual(
      [1, 256, 256, 256].map((length) => ({ handle, bytes: countingBytes(length) })),
    );
    expect(service.counters).toMatchObject({ cutDatagrams: 2, droppedDatagrams: 0 });
    expect(lines).toEqual([
      'app "echo": udp port 5000: a datagram of 257 bytes was cut to 256, the most that an app gets at a time; send shorter ones',
    ]);
  });

  it('drops the newest datagrams when the app does not take them, and counts every one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 600 }), fc.nat({ max: 400 }), fc.nat({ max: 20 })), {
          maxLength: 20,
        }),
        (steps) => {
          const { connections, link, service, lines } = joinConnections();
          connections.openUdp(5000);
          let sent = 0;
          const got: number[] = [];
          const takeRound = (): number => {
            const round = [...connections.collect()];
            for (const { bytes = new Uint8Array() } of round) {
              expect(bytes.length).toBeLessThanOrEqual(256);
              // Four bytes of number, little-endian.
              got.push(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true));
            }
            return round.length;
          };
          for (const [length, count, rounds] of steps) {
            for (let index = 0; index < count; index += 1) {
              const datagram = new Uint8Array(length + 4);
              new DataView(datagram.buffer).setUint32(0, sent, true);
              link().listener.received(datagram);
              sent += 1;
            }
            for (let round = 0; round < rounds; round += 1) takeRound();
          }
          while (takeRound() > 0);
          expect(got).toEqual([...got].sort((one, other) => one - other));
          expect(got.length + service.counters.droppedDatagrams).toBe(sent);
          expect(lines.some((line) => line.includes('datagrams are dropped'))).toBe(got.length < sent);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('keeps at most 64 KiB, each datagram counting 64 bytes more than it has', () => {
    const { connections, link, service } = joinConnections();
    connections.openUdp(5000);
    for (let count = 0; count < 1000; count += 1) link().listener.received(new Uint8Array(192));
    expect(service.counters.droppedDatagrams).toBe(1000 - 256);
    let taken = 0;
    for (let round = 0; round < 16; round += 1) taken += [...connections.collect()].length;
    expect(taken).toBe(256);
    link().listener.received(new Uint8Array(192));
    expect(service.counters.droppedDatagrams).toBe(1000 - 256);
  });
});
