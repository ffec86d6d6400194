import { describe, expect, it } from 'vitest';
import type { SpiOperation } from '../contract/spi.ts';
import { spiTransfer } from '../contract/spi.ts';
import { MockBoard } from './board.ts';
import type { SpiChip } from './chip.ts';
import { codeOf, errorOf } from './mock.test-support.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Answers each byte plus one, and counts how it is selected. */
class PlusOneChip implements SpiChip {
  readonly calls: string[] = [];
  select(): void {
    this.calls.push('select');
  }
  exchange(value: number): number {
    this.calls.push(String(value));
    return value + 1;
  }
  deselect(): void {
    this.calls.push('deselect');
  }
}

function setUp(clockHz = 1_000_000): { board: MockBoard; clock: VirtualClock; chip: PlusOneChip } {
  const clock = new VirtualClock();
  const board = new MockBoard({ clock, spi: { clockHz, devices: [{ bus: 0, chipSelect: 1 }] } });
  const chip = new PlusOneChip();
  board.attachSpiChip(0, 0, chip);
  return { board, clock, chip };
}

const request = { bus: 0, chipSelect: 0, consumer: 'test' };

describe('mock SPI device', () => {
  it('holds chip select over all operations and takes their time', () => {
    const { board, clock, chip } = setUp();
    using device = board.openSpiDevice(request);
    const read = new Uint8Array(2);
    const both = Uint8Array.of(5, 6);
    device.transaction([
      { kind: 'write', bytes: Uint8Array.of(9) },
      { kind: 'delay', delayNs: 1_000 },
      { kind: 'read', buffer: read },
      { kind: 'transfer', bytes: both, buffer: both },
    ]);
    expect(chip.calls).toEqual(['select', '9', '0', '0', '5', '6', 'deselect']);
    expect([[...read], [...both]]).toEqual([
      [1, 1],
      [6, 7],
    ]);
    expect(clock.nowNs()).toBe(5n * 8_000n + 1_000n);
  });

  it('uses the clock of the request', () => {
    const { board, clock } = setUp();
    using device = board.openSpiDevice({ ...request, clockHz: 3_000_000, mode: 3 });
    device.transaction([{ kind: 'write', bytes: new Uint8Array(3) }]);
    // 24 bits of 333.3 ns: rounding does not add up.
    expect(clock.nowNs()).toBe(8_000n);
    expect(board.trace.entries()[0]).toMatchObject({ kind: 'spi-select', a: 3 });
  });

  it('reads 0xff where no chip is', () => {
    const { board } = setUp();
    using device = board.openSpiDevice({ ...request, chipSelect: 1 });
    const buffer = new Uint8Array(2);
    spiTransfer(device, new Uint8Array(2), buffer);
    expect([...buffer]).toEqual([0xff, 0xff]);
  });

  it('refuses one byte over its limit, names the limit and sends nothing', () => {
    const { board } = setUp();
    using device = board.openSpiDevice(request);
    expect(device.capabilities.maxTransactionBytes).toBe(4096);
    device.transaction([{ kind: 'write', bytes: new Uint8Array(4096) }]);
    board.trace.clear();
    const error = errorOf(() =>
      device.transaction([
        { kind: 'write', bytes: new Uint8Array(4096) },
        { kind: 'read', buffer: new Uint8Array(1) },
      ]),
    );
    expect([error.code, error.details['limit'], error.errno]).toEqual([
      'HAL_TOO_LONG',
      'maxTransactionBytes',
      'EMSGSIZE',
    ]);
    expect(board.trace.length).toBe(0);
  });

  const badTransactions: readonly (readonly [string, readonly SpiOperation[]])[] = [
    ['no operations', []],
    ['unequal lengths', [{ kind: 'transfer', bytes: new Uint8Array(1), buffer: new Uint8Array(2) }]],
    ['a negative delay', [{ kind: 'delay', delayNs: -1 }]],
    ['too long a delay', [{ kind: 'delay', delayNs: 1e9 }]],
    ['a delay that is no number', [{ kind: 'delay', delayNs: Number.NaN }]],
    ['too many operations', Array.from({ length: 512 }, () => ({ kind: 'delay', delayNs: 0 }) as const)],
  ];
  it.each(badTransactions)('refuses %s before chip select moves', (_, operations) => {
    const { board } = setUp();
    using device = board.openSpiDevice(request);
    expect(codeOf(() => device.transaction(operations))).toBe('HAL_BAD_ARGUMENT');
    expect(board.trace.length).toBe(0);
  });

  it('has one owner per chip select, named in the error', () => {
    const { board } = setUp();
    const first = board.openSpiDevice({ ...request, consumer: 'adc' });
    expect(errorOf(() => board.openSpiDevice(request)).message).toContain('adc');
    expect(codeOf(() => board.openSpiDevice(request))).toBe('HAL_BUSY');
    board.openSpiDevice({ ...request, chipSelect: 1 }).close();
    first.close();
    first.close();
    expect(codeOf(() => spiTransfer(first, new Uint8Array(1), new Uint8Array(1)))).toBe('HAL_CLOSED');
    board.openSpiDevice(request).close();
    expect(board.openHandleCount()).toBe(0);
  });

  it.each([
    ['HAL_BAD_ARGUMENT', { mode: 4 as 3 }],
    ['HAL_BAD_ARGUMENT', { clockHz: 0 }],
    ['HAL_BAD_ARGUMENT', { clockHz: 125_000_001 }],
    ['HAL_NO_SUCH_DEVICE', { chipSelect: 2 }],
    ['HAL_BAD_ARGUMENT', { consumer: '' }],
  ])('answers %s to an open with %j', (code, change) => {
    const { board } = setUp();
    expect(codeOf(() => board.openSpiDevice({ ...request, ...change }))).toBe(code);
    expect(board.openHandleCount()).toBe(0);
  });

  it('lets a chip be taken off and put back', () => {
    const { board } = setUp();
    expect(codeOf(() => board.attachSpiChip(0, 0, new PlusOneChip()))).toBe('HAL_BAD_ARGUMENT');
    const detach = board.attachSpiChip(0, 1, new PlusOneChip());
    using device = board.openSpiDevice({ ...request, chipSelect: 1 });
    const buffer = new Uint8Array(1);
    spiTransfer(device, Uint8Array.of(1), buffer);
    expect(buffer[0]).toBe(2);
    detach();
    spiTransfer(device, Uint8Array.of(1), buffer);
    expect(buffer[0]).toBe(0xff);
  });
});
