import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { codeOf, errorOf, KeptEvents, pass, SETTLE_NS, waitFor } from '../conformance/fixture-test.ts';
import type { UartPort } from '../contract/uart.ts';
import { UART_RECEIVE_BYTES } from './uart-limits.ts';
import { PtyPeer, UartProcess } from './uart-process.test-support.ts';

const consumer = 'test';
const baud = 115_200;

describe.runIf(process.platform === 'linux')('serial ports on pseudo terminals', () => {
  let host: UartProcess;
  let peer: PtyPeer;
  let port: string;

  beforeAll(() => {
    host = new UartProcess();
    peer = new PtyPeer();
  });

  beforeEach(() => {
    port = peer.open();
  });

  afterAll(async () => {
    await Promise.all([host.end(), peer.end()]);
  });

  const open = (from = host): UartPort => from.hal.openUartPort({ port, baud, consumer });
  const soon = (): bigint => host.clock.nowNs() + 2_000_000_000n;

  it('says which driver is in use', () => {
    expect(host.hal.capabilities.uart).toBe(true);
    expect(host.hal.info().drivers['uart']).toBe('serialport');
  });

  it('an unplugged port tells it once, gives what it had, then HAL_DISCONNECTED, and is free for the next', () => {
    const lost = open();
    const sink = new KeptEvents();
    lost.watch({ sink, token: 3 });
    peer.send(Uint8Array.of(1, 2, 3));
    waitFor(host.clock, 'three bytes', () => lost.available() === 3);
    peer.disconnect();
    waitFor(host.clock, 'the end', () => sink.events.some(({ kind }) => kind === 'uart-closed'));
    pass(host.clock, SETTLE_NS);
    expect(sink.events.map(({ kind, token, sequence }) => [kind, token, sequence])).toEqual([
      ['uart-readable', 3, 1],
      ['uart-closed', 3, 2],
    ]);
    const buffer = new Uint8Array(8);
    expect(lost.read(buffer, 0n)).toBe(3);
    expect([...buffer.subarray(0, 3)]).toEqual([1, 2, 3]);
    expect(codeOf(() => lost.read(buffer, 0n))).toBe('HAL_DISCONNECTED');
    expect(codeOf(() => lost.write(buffer, 0n))).toBe('HAL_DISCONNECTED');
    lost.close();
    port = peer.open();
    const next = open();
    peer.send(Uint8Array.of(9));
    expect(next.read(buffer, soon())).toBe(1);
    next.close();
  });

  it('an unplug right after bytes, thirty times, is never missed and never spins', () => {
    for (let round = 0; round < 30; round += 1) {
      const lost = open();
      peer.send(new Uint8Array(round * 10));
      peer.disconnect();
      const buffer = new Uint8Array(512);
      const deadlineNs = soon();
      const readAll = (): void => {
        while (host.clock.nowNs() < deadlineNs) lost.read(buffer, deadlineNs);
      };
      expect(codeOf(readAll)).toBe('HAL_DISCONNECTED');
      lost.close();
      port = peer.open();
    }
    expect(host.servedPorts()).toBe(0);
  });

  it('bytes that nobody takes are lost, counted, and told once at their place', () => {
    const slow = open();
    const sent = UART_RECEIVE_BYTES + 10_000;
    peer.send(Uint8Array.from({ length: sent }, (_, index) => index % 251));
    waitFor(host.clock, 'a full buffer', () => slow.available() === UART_RECEIVE_BYTES);
    // The rest is in the kernel or on its way; it finds no room.
    pass(host.clock, 25n * SETTLE_NS);
    const kept: number[] = [];
    const buffer = new Uint8Array(20_000);
    while (kept.length < UART_RECEIVE_BYTES) kept.push(...buffer.subarray(0, slow.read(buffer, soon())));
    expect(kept.every((byte, index) => byte === index % 251)).toBe(true);
    const error = errorOf(() => slow.read(buffer, soon()));
    expect(error.code).toBe('HAL_OVERRUN');
    expect(error.details['lost']).toBe(10_000);
    peer.send(Uint8Array.of(77));
    expect(slow.read(buffer, soon())).toBe(1);
    expect(buffer[0]).toBe(77);
    slow.close();
  });

  it('a link is the port that it leads to, for its owner too', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kanchi-uart-'));
    const link = join(folder, 'serial0');
    symlinkSync(port, link);
    try {
      const first = host.hal.openUartPort({ port: link, baud, consumer: 'gps' });
      const error = errorOf(() => open());
      expect([error.code, error.details['owner']]).toEqual(['HAL_BUSY', 'gps']);
      first.close();
      open().close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('a port that another process has is HAL_BUSY, with the way to find out who', async () => {
    const other = new UartProcess();
    try {
      const first = other.hal.openUartPort({ port, baud, consumer: 'other' });
      const error = errorOf(() => open());
      expect(error.code).toBe('HAL_BUSY');
      expect(error.message).toContain(`fuser ${port}`);
      first.close();
      open().close();
    } finally {
      await other.end();
    }
  });

  it('a file that is no serial port is HAL_BAD_ARGUMENT', () => {
    const error = errorOf(() => host.hal.openUartPort({ port: '/dev/null', baud, consumer }));
    expect([error.code, error.errno]).toEqual(['HAL_BAD_ARGUMENT', 'ENOTTY']);
  });

  // drivers/tty/pty.c takes neither, whatever it is asked for.
  it.each([{ parity: 'even' }, { parity: 'odd' }, { dataBits: 7 }] as const)(
    '%o of a pseudo terminal, which has it not, is HAL_NOT_SUPPORTED and leaves nothing open',
    (asked) => {
      open().close();
      const before = host.descriptors();
      for (let round = 0; round < 3; round += 1) {
        const error = errorOf(() => host.hal.openUartPort({ port, baud, consumer, ...asked }));
        expect([error.code, error.errno]).toEqual(['HAL_NOT_SUPPORTED', 'EINVAL']);
        expect(error.message).toContain('it has 115200 baud, 8 data bits, no parity, 1 stop bit');
      }
      expect([host.descriptors(), host.servedPorts(), host.hal.openHandleCount()]).toEqual([before, 0, 0]);
      open().close();
    },
  );

  it('the kernel is asked to look at parity and to drop what is wrong, with what others left taken away', () => {
    // CMSPAR, then IGNPAR with INPCK, of asm-generic/termbits.h.
    peer.addControlFlags(0x4000_0000);
    expect(peer.flags().control & 0x4000_0000).not.toBe(0);
    const opened = open();
    const { input, control } = peer.flags();
    expect([input & 0o24, control & 0x4000_0000]).toEqual([0o24, 0]);
    opened.close();
  });

  it('ten rounds of open, transfer and close leave the descriptors as they were', () => {
    // What is opened once and stays: the package, the thread pool.
    open().close();
    const before = host.descriptors();
    for (let round = 1; round <= 10; round += 1) {
      const each = open();
      each.write(Uint8Array.of(round), soon());
      each.flush(soon());
      peer.send(Uint8Array.of(round));
      expect(each.read(new Uint8Array(4), soon())).toBe(1);
      each.close();
    }
    expect(host.descriptors()).toBe(before);
    expect([...peer.received()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('10,000 rounds of open and close leave descriptors and memory as they were', {
    timeout: 120_000,
  }, () => {
    open().close();
    const before = host.descriptors();
    for (let round = 0; round < 1_000; round += 1) open().close();
    const residentBytes = host.residentBytes();
    for (let round = 1_000; round < 10_000; round += 1) open().close();
    expect(host.residentBytes() - residentBytes).toBeLessThan(64 * 1024 * 1024);
    expect([host.descriptors(), host.servedPorts(), host.hal.openHandleCount()]).toEqual([before, 0, 0]);
  });

  it('a broker that is killed lets go of its ports', async () => {
    const killed = new UartProcess();
    open(killed);
    expect(killed.servedPorts()).toBe(1);
    killed.killBroker();
    expect(killed.servedPorts()).toBe(0);
    open().close();
    await killed.end();
  });

  it('a process with an open, idle port exits within a second after it is closed', async () => {
    const ending = new UartProcess();
    const idle = open(ending);
    pass(ending.clock, SETTLE_NS);
    idle.close();
    const { code, signal, afterMs } = await ending.end();
    expect([code, signal]).toEqual([0, null]);
    expect(afterMs).toBeLessThan(1000);
  });
});
