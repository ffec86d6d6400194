import { describe, expect } from 'vitest';
import type { I2cBus, I2cOperation } from '../contract/i2c.ts';
import { I2C_FIRST_ADDRESS, I2C_LAST_ADDRESS, i2cRead, i2cWrite, i2cWriteRead } from '../contract/i2c.ts';
import type { ConformanceI2c, ConformanceSetup } from './fixture.ts';
import { codeOf, consumer, type GroupBench, need, pass, testsOf } from './fixture-test.ts';

type Bench = GroupBench<ConformanceI2c>;

function open(bench: Bench): I2cBus {
  return bench.hal.openI2cBus({ bus: bench.wiring.bus, consumer });
}

/** Address of the memory chip, and how to store bytes in it. */
function memoryOf(bench: Bench): { address: number; store: (bus: I2cBus, bytes: readonly number[]) => void } {
  const { memory } = bench.wiring;
  need(bench, memory, 'no memory chip on the bus');
  return {
    address: memory.address,
    store: (bus, bytes) => {
      i2cWrite(bus, memory.address, Uint8Array.from(bytes));
      pass(bench.clock, memory.writeNs ?? 0n);
    },
  };
}

function load(bus: I2cBus, address: number, from: number, length: number): number[] {
  const buffer = new Uint8Array(length);
  i2cWriteRead(bus, address, Uint8Array.of(from), buffer);
  return [...buffer];
}

export function defineI2cSuite(setup: ConformanceSetup): void {
  const test = testsOf(setup, 'i2c');

  describe('i2c: open and close', () => {
    test('a bus tells its number and what it can do', (bench) => {
      using bus = open(bench);
      expect(bus.bus).toBe(bench.wiring.bus);
      expect(bus.capabilities.maxOperationBytes).toBeGreaterThanOrEqual(1);
      expect(bus.capabilities.maxOperations).toBeGreaterThanOrEqual(2);
    });

    test('a bus closes once, and use after close throws HAL_CLOSED', (bench) => {
      const bus = open(bench);
      bus.close();
      bus.close();
      bus[Symbol.dispose]();
      expect(codeOf(() => i2cWrite(bus, I2C_FIRST_ADDRESS, new Uint8Array()))).toBe('HAL_CLOSED');
    });

    test('several consumers hold one bus; closing one leaves the other', (bench) => {
      const { address } = memoryOf(bench);
      const first = open(bench);
      using second = open(bench);
      expect(bench.hal.openHandleCount()).toBe(2);
      first.close();
      expect(load(second, address, 0, 1)).toHaveLength(1);
    });

    test('a bus that does not exist is HAL_NO_SUCH_DEVICE', (bench) => {
      const { missingBus } = bench.wiring;
      expect(codeOf(() => bench.hal.openI2cBus({ bus: missingBus, consumer }))).toBe('HAL_NO_SUCH_DEVICE');
      expect(bench.hal.openHandleCount()).toBe(0);
    });
  });

  describe('i2c: transactions', () => {
    test('bytes that were written are read back over a repeated start', (bench) => {
      const { address, store } = memoryOf(bench);
      using bus = open(bench);
      store(bus, [0x10, 1, 2, 3]);
      store(bus, [0x20, 9]);
      expect(load(bus, address, 0x10, 3)).toEqual([1, 2, 3]);
    });

    test('a read alone goes on where the last one ended', (bench) => {
      const { address, store } = memoryOf(bench);
      using bus = open(bench);
      store(bus, [0x30, 5, 6, 7]);
      load(bus, address, 0x30, 1);
      const buffer = new Uint8Array(2);
      i2cRead(bus, address, buffer);
      expect([...buffer]).toEqual([6, 7]);
    });

    test('arrays belong to the caller: views of larger ones work, and none is kept', (bench) => {
      const { address, store } = memoryOf(bench);
      using bus = open(bench);
      const whole = Uint8Array.of(0xee, 0x40, 1, 2, 0xee);
      i2cWrite(bus, address, whole.subarray(1, 4));
      pass(bench.clock, bench.wiring.memory?.writeNs ?? 0n);
      whole.fill(0xff);
      const room = new Uint8Array(4).fill(0xaa);
      i2cWriteRead(bus, address, Uint8Array.of(0x40), room.subarray(1, 3));
      expect([...room]).toEqual([0xaa, 1, 2, 0xaa]);
      store(bus, [0x40, 7, 8]);
      load(bus, address, 0x40, 2);
      expect([...room]).toEqual([0xaa, 1, 2, 0xaa]);
    });

    test('a write without bytes finds a chip that is there', (bench) => {
      const { address } = memoryOf(bench);
      using bus = open(bench);
      expect(() => i2cWrite(bus, address, new Uint8Array())).not.toThrow();
    });

    test('an absent address is not acknowledged, and the bus works after it', (bench) => {
      using bus = open(bench);
      const { absentAddress } = bench.wiring;
      const code = bus.capabilities.tellsAcknowledgeSource
        ? 'HAL_I2C_NO_ACKNOWLEDGE_ADDRESS'
        : 'HAL_I2C_NO_ACKNOWLEDGE_UNKNOWN';
      expect(codeOf(() => i2cWrite(bus, absentAddress, new Uint8Array()))).toBe(code);
      expect(codeOf(() => i2cWrite(bus, absentAddress, Uint8Array.of(1)))).toBe(code);
      expect(codeOf(() => i2cRead(bus, absentAddress, new Uint8Array(1)))).toBe(code);
      expect(codeOf(() => load(bus, absentAddress, 0, 1))).toBe(code);
      const { address, store } = memoryOf(bench);
      store(bus, [0x50, 4]);
      expect(load(bus, address, 0x50, 1)).toEqual([4]);
    });
  });

  describe('i2c: what is refused before anything moves', () => {
    test('reserved addresses and what is no address', (bench) => {
      using bus = open(bench);
      const reserved = Array.from({ length: 0x80 }, (_, address) => address).filter(
        (address) => address < I2C_FIRST_ADDRESS || address > I2C_LAST_ADDRESS,
      );
      const wrong = [...reserved, -1, 0x80, 0x3ff, 1.5, Number.NaN];
      const codes = wrong.map((address) => codeOf(() => i2cWrite(bus, address, Uint8Array.of(6))));
      expect(codes).toEqual(wrong.map(() => 'HAL_BAD_ARGUMENT'));
    });

    test('no operations, and one more than the limit', (bench) => {
      using bus = open(bench);
      const { absentAddress } = bench.wiring;
      const one: I2cOperation = { kind: 'write', bytes: Uint8Array.of(0) };
      const tooMany = Array.from({ length: bus.capabilities.maxOperations + 1 }, () => one);
      expect(codeOf(() => bus.transaction(absentAddress, []))).toBe('HAL_BAD_ARGUMENT');
      expect(codeOf(() => bus.transaction(absentAddress, tooMany))).toBe('HAL_BAD_ARGUMENT');
    });

    test('one byte more than the longest operation', (bench) => {
      using bus = open(bench);
      const { absentAddress } = bench.wiring;
      const tooLong = new Uint8Array(bus.capabilities.maxOperationBytes + 1);
      expect(codeOf(() => i2cWrite(bus, absentAddress, tooLong))).toBe('HAL_TOO_LONG');
      expect(codeOf(() => i2cRead(bus, absentAddress, tooLong))).toBe('HAL_TOO_LONG');
    });

    test('a read without bytes, also behind a write that is right', (bench) => {
      const { address, store } = memoryOf(bench);
      using bus = open(bench);
      store(bus, [0x60, 1]);
      expect(codeOf(() => i2cRead(bus, address, new Uint8Array()))).toBe('HAL_BAD_ARGUMENT');
      const operations: I2cOperation[] = [
        { kind: 'write', bytes: Uint8Array.of(0x60, 2) },
        { kind: 'read', buffer: new Uint8Array() },
      ];
      expect(codeOf(() => bus.transaction(address, operations))).toBe('HAL_BAD_ARGUMENT');
      expect(load(bus, address, 0x60, 1)).toEqual([1]);
    });
  });
}
