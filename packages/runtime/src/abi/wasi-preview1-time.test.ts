import { describe, expect, it } from 'vitest';
import { GuestTrap } from '../guest/guest-trap.ts';
import { errno, PAGE_BYTES, WasiFixture } from './wasi-preview1-fixture.test-support.ts';
import { MAX_SUBSCRIPTIONS } from './wasi-preview1-time.ts';

describe('time', () => {
  it('is the injected clock', () => {
    const wasi = new WasiFixture();
    expect(wasi.call('clock_time_get', 1, 0n, 8)).toBe(errno.success);
    expect(wasi.memory.readU64('test', 8)).toBe(1000n);
    expect(wasi.call('clock_time_get', 0, 0n, 8)).toBe(errno.success);
    expect(wasi.memory.readU64('test', 8)).toBe(1_700_000_000_000_000_000n);
    expect(wasi.call('clock_res_get', 1, 8)).toBe(errno.success);
    expect(wasi.memory.readU64('test', 8)).toBe(1n);
    for (const other of [2, 3, 4, -1]) {
      expect(wasi.call('clock_time_get', other, 0n, 8)).toBe(errno.inval);
      expect(wasi.call('clock_res_get', other, 8)).toBe(errno.inval);
    }
  });

  it('is refused use by use, naming the call', () => {
    const wasi = new WasiFixture();
    wasi.refused.add('wall').add('sleep');
    wasi.clockSubscription(0, 1, 5n, 0, 7n);
    expect(wasi.call('clock_time_get', 1, 0n, 256)).toBe(errno.success);
    expect(wasi.call('clock_time_get', 0, 0n, 256)).toBe(errno.notcapable);
    expect(wasi.call('poll_oneoff', 0, 256, 1, 512)).toBe(errno.notcapable);
    expect(wasi.sleeps).toEqual([]);
    expect(wasi.asked).toEqual([
      'wasi_snapshot_preview1.clock_time_get monotonic',
      'wasi_snapshot_preview1.clock_time_get wall',
      'wasi_snapshot_preview1.poll_oneoff sleep',
    ]);
  });

  it('sleeps to the earliest of several deadlines and tells which are due', () => {
    const wasi = new WasiFixture();
    wasi.clockSubscription(0, 1, 500n, 0, 10n);
    wasi.clockSubscription(48, 1, 300n, 0, 11n);
    wasi.clockSubscription(96, 1, 1300n, 1, 12n);
    wasi.memory.view('test', 256, 96).fill(0xff);
    expect(wasi.call('poll_oneoff', 0, 256, 3, 512)).toBe(errno.success);
    expect(wasi.sleeps).toEqual([1300n]);
    expect(wasi.u32(512)).toBe(2);
    expect([wasi.memory.readU64('test', 256), wasi.memory.readU64('test', 288)]).toEqual([11n, 12n]);
    expect(wasi.memory.read('test', 264, 24)).toEqual(new Uint8Array(24));
  });

  it('sleeps to a wall time and saturates a deadline that no clock reaches', () => {
    const wasi = new WasiFixture();
    wasi.clockSubscription(0, 0, wasi.wallNs + 250n, 1, 1n);
    expect(wasi.call('poll_oneoff', 0, 256, 1, 512)).toBe(errno.success);
    wasi.clockSubscription(0, 0, 0n, 1, 1n);
    expect(wasi.call('poll_oneoff', 0, 256, 1, 512)).toBe(errno.success);
    wasi.clockSubscription(0, 1, 2n ** 64n - 1n, 0, 1n);
    expect(wasi.call('poll_oneoff', 0, 256, 1, 512)).toBe(errno.success);
    expect(wasi.sleeps).toEqual([1250n, 1250n - 1_700_000_000_000_000_000n, 2n ** 63n - 1n]);
  });

  it('tells that a sleep was interrupted by the request to stop', () => {
    const wasi = new WasiFixture();
    wasi.interrupt = true;
    wasi.clockSubscription(0, 1, 500n, 0, 10n);
    expect(wasi.call('poll_oneoff', 0, 256, 1, 512)).toBe(errno.intr);
  });

  it('waits for clocks only, and for a bounded number', () => {
    const wasi = new WasiFixture();
    wasi.clockSubscription(0, 1, 500n, 0, 10n);
    wasi.memory.writeU8('test', 8, 1);
    expect(wasi.call('poll_oneoff', 0, 256, 1, 512)).toBe(errno.notsup);
    wasi.memory.writeU8('test', 8, 9);
    expect(wasi.call('poll_oneoff', 0, 256, 1, 512)).toBe(errno.inval);
    wasi.clockSubscription(0, 2, 500n, 0, 10n);
    expect(wasi.call('poll_oneoff', 0, 256, 1, 512)).toBe(errno.inval);
    expect(wasi.call('poll_oneoff', 0, 256, 0, 512)).toBe(errno.inval);
    expect(wasi.call('poll_oneoff', 0, 256, MAX_SUBSCRIPTIONS + 1, 512)).toBe(errno.inval);
    expect(() => wasi.call('poll_oneoff', 2 * PAGE_BYTES - 47, 256, 1, 512)).toThrow(GuestTrap);
    expect(() => wasi.call('poll_oneoff', 0, 2 * PAGE_BYTES - 31, 1, 512)).toThrow(GuestTrap);
    expect(wasi.sleeps).toEqual([]);
  });
});
