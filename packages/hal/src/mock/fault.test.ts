import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { I2cBus } from '../contract/i2c.ts';
import { i2cRead, i2cWrite, i2cWriteRead } from '../contract/i2c.ts';
import { spiTransfer } from '../contract/spi.ts';
import { MockBoard } from './board.ts';
import type { SpiChip, UartLink } from './chip.ts';
import type { Fault, HardwareTarget } from './fault.ts';
import { codeOf, EventList, errorOf, outcomeOf } from './mock.test-support.ts';
import { RegisterMapChip } from './register-map-chip.ts';
import { VirtualClock } from './virtual-clock.ts';

const ADDRESS = 0x48;
const chipTarget: HardwareTarget = { on: 'i2c', bus: 1, address: ADDRESS };

/** Register n reads n + 1 until it is written. */
class CountingRegisters extends RegisterMapChip {
  constructor() {
    super();
    this.reset();
  }
  override reset(): void {
    super.reset();
    for (let register = 0; register < 256; register += 1) this.registers[register] = register + 1;
  }
}

function setUp(...faults: Fault[]): { board: MockBoard; clock: VirtualClock; bus: I2cBus } {
  const clock = new VirtualClock();
  const board = new MockBoard({ clock, i2c: { timeoutNs: 50_000_000n } });
  board.attachI2cChip(1, ADDRESS, new CountingRegisters());
  for (const fault of faults) board.faults.add(fault);
  return { board, clock, bus: board.openI2cBus({ bus: 1, consumer: 'test' }) };
}

function readFrom(bus: I2cBus, register: number, byteLength: number): number[] {
  const buffer = new Uint8Array(byteLength);
  i2cWriteRead(bus, ADDRESS, Uint8Array.of(register), buffer);
  return [...buffer];
}

describe('I2C faults', () => {
  const failing: readonly (readonly [Fault, string, string])[] = [
    [{ kind: 'i2c-nack-address' }, 'HAL_I2C_NO_ACKNOWLEDGE_ADDRESS', 'EREMOTEIO'],
    [{ kind: 'i2c-nack-data', byte: 0 }, 'HAL_I2C_NO_ACKNOWLEDGE_DATA', 'EREMOTEIO'],
    [{ kind: 'i2c-stuck-sda' }, 'HAL_I2C_BUS', 'EBUSY'],
    [{ kind: 'i2c-arbitration-loss' }, 'HAL_I2C_ARBITRATION_LOSS', 'EAGAIN'],
    [{ kind: 'i2c-clock-stretch', durationNs: 50_000_001 }, 'HAL_TIMEOUT', 'ETIMEDOUT'],
    [{ kind: 'i2c-late-answer', delayNs: 1_000_000 }, 'HAL_I2C_NO_ACKNOWLEDGE_ADDRESS', 'EREMOTEIO'],
  ];
  it.each(failing)(
    '%j is %s with errno %s, bounded in time, and over when taken away',
    (fault, code, errno) => {
      const { board, clock, bus } = setUp();
      const remove = board.faults.add(fault);
      const error = errorOf(() => readFrom(bus, 0, 1));
      expect([error.code, error.errno]).toEqual([code, errno]);
      expect(clock.nowNs()).toBeLessThan(51_000_000n);
      expect(board.faults.strikeCount).toBe(1);
      remove();
      remove();
      expect(readFrom(bus, 4, 1)).toEqual([5]);
    },
  );

  const disturbing: readonly (readonly [Fault, readonly number[]])[] = [
    [{ kind: 'i2c-flip-bits', byte: 1, mask: 0x80 }, [1, 0x82, 3]],
    [{ kind: 'i2c-short-read', byte: 1 }, [1, 0xff, 0xff]],
    [{ kind: 'i2c-wrong-identity', register: 2, value: 0xaa }, [1, 2, 0xaa]],
    [{ kind: 'i2c-flip-bits', byte: 1, mask: 0x80, address: ADDRESS + 1 }, [1, 2, 3]],
    [{ kind: 'i2c-flip-bits', byte: 1, mask: 0x80, bus: 0 }, [1, 2, 3]],
  ];
  it.each(disturbing)('%j makes a read of [1, 2, 3] give %j', (fault, bytes) => {
    const { bus } = setUp(fault);
    expect(readFrom(bus, 0, 3)).toEqual(bytes);
  });

  it('stretches the clock for as long as it says', () => {
    const calm = setUp();
    readFrom(calm.bus, 0, 1);
    const { bus, clock } = setUp({ kind: 'i2c-clock-stretch', durationNs: 2_000_000, count: 1 });
    readFrom(bus, 0, 1);
    expect(clock.nowNs() - calm.clock.nowNs()).toBe(2_000_000n);
  });

  it('answers late, but does answer', () => {
    const { bus, clock } = setUp({ kind: 'i2c-late-answer', delayNs: 5_000_000 });
    i2cWrite(bus, ADDRESS, Uint8Array.of(0));
    const buffer = new Uint8Array(1);
    expect(codeOf(() => i2cRead(bus, ADDRESS, buffer))).toBe('HAL_I2C_NO_ACKNOWLEDGE_ADDRESS');
    clock.spend(5_000_000n);
    i2cRead(bus, ADDRESS, buffer);
    expect(buffer[0]).toBe(1);
  });

  it('strikes data byte k and not the ones before, and sends a stop', () => {
    const { board, bus } = setUp({ kind: 'i2c-nack-data', byte: 2 });
    expect(codeOf(() => i2cWrite(bus, ADDRESS, Uint8Array.of(9, 1, 2, 3)))).toBe(
      'HAL_I2C_NO_ACKNOWLEDGE_DATA',
    );
    const entries = board.trace.entries().map(({ kind, b }) => `${kind} ${b}`);
    expect(entries.filter((entry) => entry.startsWith('i2c-write'))).toEqual([
      'i2c-write 1',
      'i2c-write 1',
      'i2c-write 0',
    ]);
    expect(entries.at(-1)).toBe('i2c-stop 0');
    expect(readFrom(bus, 9, 2)).toEqual([1, 11]);
  });
});

describe('fault timing', () => {
  it('strikes within its time only', () => {
    const { bus, clock } = setUp({ kind: 'i2c-nack-address', at: 1_000_000_000, until: 2_000_000_000n });
    const works = (): boolean => outcomeOf(() => i2cWrite(bus, ADDRESS, Uint8Array.of(0))) === 'done';
    const seen: boolean[] = [];
    for (let second = 0; second < 3; second += 1) {
      clock.advanceTo(BigInt(second) * 1_000_000_000n);
      seen.push(works());
    }
    expect(seen).toEqual([true, false, true]);
  });

  it('strikes exactly every N-th time, and no more often than its count', () => {
    const numbers = fc.integer({ min: 1, max: 7 });
    fc.assert(
      fc.property(numbers, numbers, fc.integer({ min: 0, max: 40 }), (oneIn, count, calls) => {
        const { bus } = setUp({ kind: 'i2c-nack-address', oneIn, count });
        const failed: number[] = [];
        for (let call = 1; call <= calls; call += 1) {
          if (outcomeOf(() => i2cWrite(bus, ADDRESS, Uint8Array.of(0))) !== 'done') failed.push(call);
        }
        const expected = Array.from({ length: count }, (_, index) => (index + 1) * oneIn);
        expect(failed).toEqual(expected.filter((call) => call <= calls));
      }),
    );
  });

  it('does not use up a fault on a transaction in which it cannot show', () => {
    const { bus } = setUp({ kind: 'i2c-flip-bits', byte: 2, mask: 1, count: 1 });
    i2cWrite(bus, ADDRESS, Uint8Array.of(0));
    expect(readFrom(bus, 0, 2)).toEqual([1, 2]);
    expect(readFrom(bus, 0, 3)).toEqual([1, 2, 2]);
    expect(readFrom(bus, 0, 3)).toEqual([1, 2, 3]);
  });

  const bad: readonly unknown[] = [
    { kind: 'i2c-gremlin' },
    { kind: 'i2c-flip-bits', byte: 0 },
    { kind: 'i2c-flip-bits', byte: 0, mask: 256 },
    { kind: 'i2c-nack-data', byte: -1 },
    { kind: 'i2c-nack-address', oneIn: 0 },
    { kind: 'i2c-nack-address', count: 1.5 },
    { kind: 'i2c-nack-address', at: Number.NaN },
    { kind: 'i2c-nack-address', at: 2, until: 2 },
    { kind: 'uart-corrupt', error: 'gone' },
  ];
  it.each(bad)('refuses %j', (fault) => {
    const { board } = setUp();
    expect(codeOf(() => board.faults.add(fault as Fault))).toBe('HAL_BAD_ARGUMENT');
    expect(board.faults.empty).toBe(true);
  });

  it('has a limit', () => {
    const { board } = setUp();
    for (let count = 0; count < 1_024; count += 1) board.faults.add({ kind: 'uart-lose' });
    expect(codeOf(() => board.faults.add({ kind: 'uart-lose' }))).toBe('HAL_LIMIT_REACHED');
    board.faults.clear();
    expect(board.faults.empty).toBe(true);
  });
});

describe('faults of power and plugs', () => {
  it('takes a chip away at a time and brings it back with reset values at another', () => {
    const { board, bus, clock } = setUp({
      kind: 'unplug',
      target: chipTarget,
      at: 1_000_000,
      until: 2_000_000,
    });
    i2cWrite(bus, ADDRESS, Uint8Array.of(7, 99));
    expect(readFrom(bus, 7, 1)).toEqual([99]);
    clock.advanceTo(1_000_000n);
    expect(codeOf(() => readFrom(bus, 7, 1))).toBe('HAL_I2C_NO_ACKNOWLEDGE_ADDRESS');
    clock.advanceTo(2_000_000n);
    expect(readFrom(bus, 7, 1)).toEqual([8]);
    expect(board.trace.toText()).toContain('0.001000000 i2c-1 fault unplug 0x48\n');
  });

  it('resets a chip in a brown-out without a way to see it on the bus', () => {
    const { bus, clock } = setUp({ kind: 'brown-out', target: chipTarget, at: 1_000_000 });
    i2cWrite(bus, ADDRESS, Uint8Array.of(7, 99));
    clock.advanceTo(1_000_000n);
    expect(readFrom(bus, 7, 1)).toEqual([8]);
  });

  it('unplugs in the middle of a transaction', () => {
    // The 12th bit falls into the first written byte.
    const { bus } = setUp({ kind: 'unplug', target: chipTarget, at: 115_000 });
    expect(codeOf(() => i2cWrite(bus, ADDRESS, Uint8Array.of(1, 2)))).toBe('HAL_I2C_NO_ACKNOWLEDGE_DATA');
  });

  it('refuses a target that is not there, and forgets a part that was taken off', () => {
    const clock = new VirtualClock();
    const board = new MockBoard({ clock });
    expect(codeOf(() => board.faults.add({ kind: 'unplug', target: chipTarget }))).toBe('HAL_NO_SUCH_DEVICE');
    expect(codeOf(() => board.unplug({ on: 'uart', port: 'x' }))).toBe('HAL_NO_SUCH_DEVICE');
    const detach = board.attachI2cChip(1, ADDRESS, new CountingRegisters());
    board.faults.add({ kind: 'unplug', target: chipTarget, at: 10, until: 20 });
    detach();
    clock.spend(30n);
    expect(clock.scheduledCount()).toBe(0);
  });

  it('disconnects a serial port, which can be opened again after the replug only', () => {
    const clock = new VirtualClock();
    const board = new MockBoard({ clock });
    let link: UartLink | undefined;
    board.attachUartPeer('/dev/ttyUSB0', {
      connect: (own) => {
        link = own;
      },
      receive: () => {},
    });
    const target: HardwareTarget = { on: 'uart', port: '/dev/ttyUSB0' };
    const open = { port: '/dev/ttyUSB0', baud: 9_600, consumer: 'test' };
    board.faults.add({ kind: 'unplug', target, at: 1_000_000, until: 9_000_000 });
    const sink = new EventList();
    using port = board.openUartPort(open);
    port.watch({ sink, token: 3 });
    expect(codeOf(() => port.read(new Uint8Array(1), 5_000_000n))).toBe('HAL_DISCONNECTED');
    expect(clock.nowNs()).toBe(1_000_000n);
    expect(sink.events.map(({ kind, timeNs }) => [kind, timeNs])).toEqual([['uart-closed', 1_000_000n]]);
    port.close();
    expect(codeOf(() => board.openUartPort(open))).toBe('HAL_NO_SUCH_DEVICE');
    clock.advanceTo(9_000_000n);
    using again = board.openUartPort(open);
    link?.send(Uint8Array.of(5));
    expect(again.read(new Uint8Array(1), 20_000_000n)).toBe(1);
  });
});

describe('SPI and UART faults', () => {
  const echo: SpiChip = { select: () => {}, exchange: (value) => value, deselect: () => {} };

  const spiFaults: readonly (readonly [Fault, string])[] = [
    [{ kind: 'spi-flip-bits', byte: 1, mask: 3 }, '1,1,3'],
    [{ kind: 'spi-short-read', byte: 1 }, '1,255,255'],
    [{ kind: 'spi-mode-fault', chipSelect: 0 }, 'HAL_SPI_MODE_FAULT'],
    [{ kind: 'spi-time-out' }, 'HAL_TIMEOUT'],
    [{ kind: 'spi-mode-fault', chipSelect: 1 }, '1,2,3'],
  ];
  it.each(spiFaults)('%j makes an exchange of 1,2,3 give %s, until it is taken away', (fault, expected) => {
    const board = new MockBoard({ clock: new VirtualClock() });
    board.attachSpiChip(0, 0, echo);
    const remove = board.faults.add(fault);
    using device = board.openSpiDevice({ bus: 0, chipSelect: 0, consumer: 'test' });
    const buffer = new Uint8Array(3);
    const exchange = (): string => {
      const outcome = outcomeOf(() => spiTransfer(device, Uint8Array.of(1, 2, 3), buffer));
      return outcome === 'done' ? buffer.join(',') : outcome;
    };
    expect(exchange()).toBe(expected);
    remove();
    expect(exchange()).toBe('1,2,3');
  });

  it('reads 0xff from an unplugged SPI chip until it is back', () => {
    const board = new MockBoard({ clock: new VirtualClock() });
    board.attachSpiChip(0, 0, echo);
    const target: HardwareTarget = { on: 'spi', bus: 0, chipSelect: 0 };
    using device = board.openSpiDevice({ bus: 0, chipSelect: 0, consumer: 'test' });
    const buffer = new Uint8Array(1);
    board.unplug(target);
    spiTransfer(device, Uint8Array.of(1), buffer);
    expect(buffer[0]).toBe(0xff);
    board.replug(target);
    spiTransfer(device, Uint8Array.of(1), buffer);
    expect(buffer[0]).toBe(1);
  });

  it('loses, bends, breaks and delays characters', () => {
    const clock = new VirtualClock();
    const board = new MockBoard({ clock });
    let link: UartLink | undefined;
    board.attachUartPeer('gps', {
      connect: (own) => {
        link = own;
      },
      receive: () => {},
    });
    using port = board.openUartPort({ port: 'gps', baud: 10_000, consumer: 'test' });
    const buffer = new Uint8Array(8);
    const sendWith = (fault: Fault): number[] => {
      const remove = board.faults.add(fault);
      link?.send(Uint8Array.of(1, 2));
      clock.spend(10_000_000n);
      remove();
      return [...buffer.subarray(0, port.read(buffer, 0n))];
    };
    expect(sendWith({ kind: 'uart-lose', count: 1 })).toEqual([2]);
    expect(sendWith({ kind: 'uart-flip-bits', mask: 0x10, oneIn: 2 })).toEqual([1, 0x12]);
    expect(sendWith({ kind: 'uart-late', delayNs: 8_500_000, count: 1 })).toEqual([1]);
    clock.spend(10_000_000n);
    expect(port.read(buffer, 0n)).toBe(1);
    expect(sendWith({ kind: 'uart-corrupt', error: 'noise', oneIn: 2 })).toEqual([1]);
    expect(codeOf(() => port.read(buffer, 0n))).toBe('HAL_UART_NOISE');
  });
});
