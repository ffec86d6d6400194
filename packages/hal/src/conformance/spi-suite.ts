import { describe, expect } from 'vitest';
import type { SpiDevice, SpiDeviceRequest, SpiMode } from '../contract/spi.ts';
import { spiTransfer } from '../contract/spi.ts';
import type { ConformanceSetup, ConformanceSpi } from './fixture.ts';
import { codeOf, consumer, errorOf, type GroupBench, need, testsOf } from './fixture-test.ts';

type Bench = GroupBench<ConformanceSpi>;

const NO_LOOPBACK = 'MOSI and MISO are not joined';
/** Fast, so that long transactions do not take long; every spidev controller reaches it. */
const CLOCK_HZ = 8_000_000;

function open(bench: Bench, fields: Partial<SpiDeviceRequest> = {}): SpiDevice {
  const { bus, chipSelect } = bench.wiring;
  return bench.hal.openSpiDevice({ bus, chipSelect, consumer, clockHz: CLOCK_HZ, ...fields });
}

function countUp(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + 1) & 0xff);
}

export function defineSpiSuite(setup: ConformanceSetup): void {
  const test = testsOf(setup, 'spi');

  describe('spi: open and close', () => {
    test('a device tells what it can do', (bench) => {
      using device = open(bench);
      expect(device.capabilities.maxTransactionBytes).toBeGreaterThanOrEqual(1);
      expect(device.capabilities.maxOperations).toBeGreaterThanOrEqual(2);
      expect(device.capabilities.maxClockHz).toBeGreaterThanOrEqual(CLOCK_HZ);
    });

    test('a device closes once, and use after close throws HAL_CLOSED', (bench) => {
      const device = open(bench);
      device.close();
      device.close();
      device[Symbol.dispose]();
      expect(codeOf(() => spiTransfer(device, countUp(1), new Uint8Array(1)))).toBe('HAL_CLOSED');
    });

    test('a second consumer is told who owns the chip select, and gets it after close', (bench) => {
      const first = open(bench, { consumer: 'first-owner' });
      const error = errorOf(() => open(bench, { consumer: 'second-owner' }));
      expect(error.code).toBe('HAL_BUSY');
      expect(`${error.message} ${JSON.stringify(error.details)}`).toContain('first-owner');
      first.close();
      open(bench, { consumer: 'second-owner' }).close();
    });

    test('a chip select that does not exist is HAL_NO_SUCH_DEVICE', (bench) => {
      const chipSelect = bench.wiring.missingChipSelect;
      expect(codeOf(() => open(bench, { chipSelect }))).toBe('HAL_NO_SUCH_DEVICE');
      expect(bench.hal.openHandleCount()).toBe(0);
    });

    test('a mode or clock that does not exist is HAL_BAD_ARGUMENT', (bench) => {
      expect(codeOf(() => open(bench, { mode: 4 as SpiMode }))).toBe('HAL_BAD_ARGUMENT');
      expect(codeOf(() => open(bench, { clockHz: -1 }))).toBe('HAL_BAD_ARGUMENT');
      expect(bench.hal.openHandleCount()).toBe(0);
    });
  });

  describe('spi: transactions', () => {
    test('a transfer brings back what was sent, also in place', (bench) => {
      need(bench, bench.wiring.loopback, NO_LOOPBACK);
      using device = open(bench);
      const buffer = new Uint8Array(5);
      spiTransfer(device, countUp(5), buffer);
      const inPlace = countUp(5);
      spiTransfer(device, inPlace, inPlace);
      expect([buffer, inPlace]).toEqual([countUp(5), countUp(5)]);
    });

    test('all four modes transfer', (bench) => {
      need(bench, bench.wiring.loopback, NO_LOOPBACK);
      const answers = ([0, 1, 2, 3] as const).map((mode) => {
        using device = open(bench, { mode });
        const buffer = new Uint8Array(3);
        spiTransfer(device, countUp(3), buffer);
        return buffer;
      });
      expect(answers).toEqual([countUp(3), countUp(3), countUp(3), countUp(3)]);
    });

    test('operations of one transaction run in order, and a read sends zeros', (bench) => {
      need(bench, bench.wiring.loopback, NO_LOOPBACK);
      using device = open(bench);
      const [read, transferred] = [new Uint8Array(3).fill(0xaa), new Uint8Array(2)];
      const startNs = bench.clock.nowNs();
      device.transaction([
        { kind: 'write', bytes: Uint8Array.of(0xf0) },
        { kind: 'read', buffer: read },
        { kind: 'delay', delayNs: 2_000_000 },
        { kind: 'transfer', bytes: Uint8Array.of(1, 2), buffer: transferred },
      ]);
      expect([...read, ...transferred]).toEqual([0, 0, 0, 1, 2]);
      // Half of it: simulated hardware in real time owes short delays and makes up for them later.
      expect(bench.clock.nowNs() - startNs).toBeGreaterThanOrEqual(1_000_000n);
    });

    test('arrays belong to the caller: views of larger ones work, and none is kept', (bench) => {
      need(bench, bench.wiring.loopback, NO_LOOPBACK);
      using device = open(bench);
      const sent = Uint8Array.of(9, 1, 2, 9);
      const room = new Uint8Array(4).fill(0xaa);
      spiTransfer(device, sent.subarray(1, 3), room.subarray(1, 3));
      sent.fill(0);
      spiTransfer(device, countUp(2), new Uint8Array(2));
      expect([...room]).toEqual([0xaa, 1, 2, 0xaa]);
    });

    test('the longest transaction goes through whole', (bench) => {
      need(bench, bench.wiring.loopback, NO_LOOPBACK);
      using device = open(bench);
      const longest = countUp(device.capabilities.maxTransactionBytes);
      const buffer = new Uint8Array(longest.length);
      spiTransfer(device, longest, buffer);
      expect(buffer).toEqual(longest);
    });

    test('one byte more is HAL_TOO_LONG with the limit, in one operation or in two', (bench) => {
      using device = open(bench);
      const { maxTransactionBytes } = device.capabilities;
      const tooLong = countUp(maxTransactionBytes + 1);
      const room = new Uint8Array(tooLong.length);
      const error = errorOf(() => spiTransfer(device, tooLong, room));
      expect(error.code).toBe('HAL_TOO_LONG');
      expect(`${error.message} ${JSON.stringify(error.details)}`).toContain(String(maxTransactionBytes));
      expect(room.every((byte) => byte === 0)).toBe(true);
      const two = () =>
        device.transaction([
          { kind: 'write', bytes: tooLong.subarray(0, maxTransactionBytes) },
          { kind: 'write', bytes: Uint8Array.of(1) },
        ]);
      expect(codeOf(two)).toBe('HAL_TOO_LONG');
    });

    test('a transfer with two lengths, and too many operations, are refused', (bench) => {
      using device = open(bench);
      expect(codeOf(() => spiTransfer(device, countUp(2), new Uint8Array(3)))).toBe('HAL_BAD_ARGUMENT');
      const one = { kind: 'write', bytes: Uint8Array.of(0) } as const;
      const tooMany = Array.from({ length: device.capabilities.maxOperations + 1 }, () => one);
      expect(codeOf(() => device.transaction(tooMany))).toBe('HAL_BAD_ARGUMENT');
    });
  });
}
