import { describe, expect, it } from 'vitest';
import { i2cRead, i2cWrite, i2cWriteRead } from '../contract/i2c.ts';
import { MockBoard } from './board.ts';
import type { I2cChip } from './chip.ts';
import { errorOf } from './mock.test-support.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Counts down from 0x42 when read; refuses 0xee. */
class CountingChip implements I2cChip {
  readonly calls: string[] = [];
  #next = 0x42;
  begin(direction: 'read' | 'write'): boolean {
    this.calls.push(direction);
    return true;
  }
  writeByte(value: number): boolean {
    this.calls.push(`w${value.toString(16)}`);
    return value !== 0xee;
  }
  readByte(): number {
    this.#next -= 1;
    return this.#next + 1;
  }
  end(): void {
    this.calls.push('end');
  }
}

function setUp(): { board: MockBoard; clock: VirtualClock; chip: CountingChip } {
  const clock = new VirtualClock();
  const board = new MockBoard({ clock });
  const chip = new CountingChip();
  board.attachI2cChip(1, 0x42, chip);
  return { board, clock, chip };
}

describe('mock I2C bus', () => {
  it('does a combined transaction with a repeated start and one stop, in its bus time', () => {
    const { board, clock, chip } = setUp();
    using bus = board.openI2cBus({ bus: 1, consumer: 'test' });
    const buffer = new Uint8Array(2);
    i2cWriteRead(bus, 0x42, Uint8Array.of(0xd0), buffer);
    expect([...buffer]).toEqual([0x42, 0x41]);
    expect(chip.calls).toEqual(['write', 'wd0', 'read', 'end']);
    // 2 starts, 5 bytes of 9 bits and a stop are 48 bits of 10 us.
    expect(clock.nowNs()).toBe(480_000n);
    expect(board.trace.toText()).toBe(
      [
        '0.000100000 i2c-1 start 0x42 write ack',
        '0.000190000 i2c-1 write 0xd0 ack',
        '0.000290000 i2c-1 restart 0x42 read ack',
        '0.000380000 i2c-1 read 0x42 ack',
        '0.000470000 i2c-1 read 0x41 nack',
        '0.000480000 i2c-1 stop',
        '',
      ].join('\n'),
    );
  });

  it('takes a tenth of the time at 1 MHz', () => {
    const clock = new VirtualClock();
    const board = new MockBoard({ clock, i2c: { clockHz: 1_000_000 } });
    board.attachI2cChip(0, 0x42, new CountingChip());
    using bus = board.openI2cBus({ bus: 0, consumer: 'test' });
    i2cWrite(bus, 0x42, Uint8Array.of(1));
    expect(clock.nowNs()).toBe(20_000n);
  });

  it('reports a missing chip as the kernel does, after a stop', () => {
    const { board } = setUp();
    using bus = board.openI2cBus({ bus: 1, consumer: 'test' });
    const error = errorOf(() => i2cWrite(bus, 0x43, Uint8Array.of(1)));
    expect([error.code, error.errno]).toEqual(['HAL_I2C_NO_ACKNOWLEDGE_ADDRESS', 'EREMOTEIO']);
    expect(board.trace.entries().map(({ kind }) => kind)).toEqual(['i2c-start', 'error', 'i2c-stop']);
  });

  it('reports a refused data byte and tells the chip of the stop', () => {
    const { board, chip } = setUp();
    using bus = board.openI2cBus({ bus: 1, consumer: 'test' });
    const error = errorOf(() => i2cWrite(bus, 0x42, Uint8Array.of(1, 0xee, 2)));
    expect(error.code).toBe('HAL_I2C_NO_ACKNOWLEDGE_DATA');
    expect(chip.calls).toEqual(['write', 'w1', 'wee', 'end']);
  });

  it('cannot tell which byte was refused where the controller cannot', () => {
    const board = new MockBoard({
      clock: new VirtualClock(),
      i2c: { buses: [3], tellsAcknowledgeSource: false },
    });
    using bus = board.openI2cBus({ bus: 3, consumer: 'test' });
    expect(errorOf(() => i2cWrite(bus, 0x20, new Uint8Array())).code).toBe('HAL_I2C_NO_ACKNOWLEDGE_UNKNOWN');
  });

  it('probes an address with a write of no bytes', () => {
    const { board, chip } = setUp();
    using bus = board.openI2cBus({ bus: 1, consumer: 'test' });
    i2cWrite(bus, 0x42, new Uint8Array());
    expect(chip.calls).toEqual(['write', 'end']);
  });

  it.each([0, 0x07, 0x78, 0x80, -1, 1.5, Number.NaN])('keeps address %d off the bus', (address) => {
    const { board } = setUp();
    using bus = board.openI2cBus({ bus: 1, consumer: 'test' });
    expect(errorOf(() => i2cWrite(bus, address, Uint8Array.of(1))).code).toBe('HAL_BAD_ARGUMENT');
    expect(board.trace.length).toBe(0);
  });

  it('refuses what is too much before anything moves', () => {
    const { board } = setUp();
    using bus = board.openI2cBus({ bus: 1, consumer: 'test' });
    const tooLong = errorOf(() => i2cRead(bus, 0x42, new Uint8Array(8193)));
    expect([tooLong.code, tooLong.details['limit']]).toEqual(['HAL_TOO_LONG', 'maxOperationBytes']);
    expect(errorOf(() => i2cRead(bus, 0x42, new Uint8Array())).code).toBe('HAL_BAD_ARGUMENT');
    expect(errorOf(() => bus.transaction(0x42, [])).code).toBe('HAL_BAD_ARGUMENT');
    const many = Array.from({ length: 43 }, () => ({ kind: 'write', bytes: Uint8Array.of(1) }) as const);
    expect(errorOf(() => bus.transaction(0x42, many)).code).toBe('HAL_BAD_ARGUMENT');
    expect(board.trace.length).toBe(0);
  });

  it('is shared by consumers, and names those that hold it', () => {
    const { board } = setUp();
    const first = board.openI2cBus({ bus: 1, consumer: 'a' });
    const second = board.openI2cBus({ bus: 1, consumer: 'b' });
    expect(board.openHandles()).toEqual(['i2c i2c-1 (a)', 'i2c i2c-1 (b)']);
    first.close();
    first.close();
    i2cWrite(second, 0x42, Uint8Array.of(1));
    expect(errorOf(() => i2cWrite(first, 0x42, Uint8Array.of(1))).code).toBe('HAL_CLOSED');
    board.close();
    expect(board.openHandleCount()).toBe(0);
  });

  it('never lets transactions interleave, not even from a scheduled action', () => {
    const { board, clock } = setUp();
    using bus = board.openI2cBus({ bus: 1, consumer: 'outer' });
    const codes: string[] = [];
    clock.schedule(150_000n, () => codes.push(errorOf(() => i2cWrite(bus, 0x42, Uint8Array.of(9))).code));
    i2cWrite(bus, 0x42, Uint8Array.of(1));
    expect(codes).toEqual(['HAL_BUSY']);
    i2cWrite(bus, 0x42, Uint8Array.of(2));
  });

  it('has only the buses that were declared or have a chip', () => {
    const { board } = setUp();
    expect(errorOf(() => board.openI2cBus({ bus: 2, consumer: 'test' })).code).toBe('HAL_NO_SUCH_DEVICE');
    board.declareI2cBus(2);
    board.openI2cBus({ bus: 2, consumer: 'test' }).close();
  });

  it('does not answer once the chip is taken off, and refuses a second chip at an address', () => {
    const { board } = setUp();
    const detach = board.attachI2cChip(1, 0x50, new CountingChip());
    expect(errorOf(() => board.attachI2cChip(1, 0x50, new CountingChip())).code).toBe('HAL_BAD_ARGUMENT');
    detach();
    detach();
    using bus = board.openI2cBus({ bus: 1, consumer: 'test' });
    expect(errorOf(() => i2cWrite(bus, 0x50, Uint8Array.of(1))).code).toBe('HAL_I2C_NO_ACKNOWLEDGE_ADDRESS');
  });
});
