import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf, errorOf } from '../conformance/fixture-test.ts';
import type { I2cOperation } from '../contract/i2c.ts';
import { i2cRead, i2cWrite, i2cWriteRead } from '../contract/i2c.ts';
import { FakeI2cAdapter, type FakeI2cAdapterOptions } from './fake-kernel/fake-i2c-adapter.test-support.ts';
import { FakePi } from './fake-kernel/fake-pi.test-support.ts';

const consumer = 'thermometer';

function benchWith(options: FakeI2cAdapterOptions) {
  const pi = new FakePi();
  const adapter = new FakeI2cAdapter(options);
  adapter.attach(0x48, quietChip());
  pi.kernel.files.addDevice('/dev/i2c-7', adapter);
  return { pi, adapter };
}

function quietChip() {
  return { start: () => true, write: () => true, read: () => 0x5a, stop: () => {} };
}

function bench() {
  const { pi, adapter } = benchWith({});
  return { pi, adapter, bus: pi.hal.openI2cBus({ bus: 7, consumer }) };
}

describe('opening a bus', () => {
  it('that is missing says how to switch it on', () => {
    const pi = new FakePi();
    pi.kernel.files.remove('/dev/i2c-1');
    const error = errorOf(() => pi.hal.openI2cBus({ bus: 1, consumer }));
    expect([error.code, error.errno]).toEqual(['HAL_NO_SUCH_DEVICE', 'ENOENT']);
    expect(error.message).toContain('dtparam=i2c_arm=on');
  });

  it('without the group says which', () => {
    const pi = new FakePi();
    pi.kernel.files.addDevice('/dev/i2c-1', pi.i2c, 'EACCES');
    const error = errorOf(() => pi.hal.openI2cBus({ bus: 1, consumer }));
    expect([error.code, error.errno]).toEqual(['HAL_PERMISSION', 'EACCES']);
    expect(error.message).toContain('group');
  });

  it('that does SMBus only is HAL_NOT_SUPPORTED and leaves nothing open', () => {
    const { pi } = benchWith({ doesPlainTransactions: false });
    expect(codeOf(() => pi.hal.openI2cBus({ bus: 7, consumer }))).toBe('HAL_NOT_SUPPORTED');
    pi.checkNothingHeld();
  });

  it('with a number that is none is HAL_BAD_ARGUMENT', () => {
    const pi = new FakePi();
    const codes = [-1, 1.5, Number.NaN].map((bus) => codeOf(() => pi.hal.openI2cBus({ bus, consumer })));
    expect(codes).toEqual(['HAL_BAD_ARGUMENT', 'HAL_BAD_ARGUMENT', 'HAL_BAD_ARGUMENT']);
  });
});

describe('a transaction', () => {
  it('is one I2C_RDWR with the address in each message', () => {
    const { pi, adapter, bus } = bench();
    const buffer = new Uint8Array(2);
    i2cWriteRead(bus, 0x48, Uint8Array.of(1), buffer);
    expect(adapter.log).toEqual([
      { address: 0x48, flags: 0, bytes: [1] },
      { address: 0x48, flags: 1, bytes: [] },
    ]);
    expect([...buffer]).toEqual([0x5a, 0x5a]);
    expect(pi.kernel.calls.filter(({ request }) => request === 0x707)).toHaveLength(1);
    pi.hal.close();
    pi.checkNothingHeld();
  });

  it('of 42 operations goes out whole, of 43 is refused by the contract', () => {
    const { adapter, bus } = bench();
    const operations: I2cOperation[] = Array.from({ length: 42 }, (_, index) => ({
      kind: 'write',
      bytes: Uint8Array.of(index),
    }));
    bus.transaction(0x48, operations);
    expect(adapter.log.map(({ bytes }) => bytes)).toEqual(operations.map((_, index) => [index]));
    const one = operations[0] as I2cOperation;
    expect(codeOf(() => bus.transaction(0x48, [...operations, one]))).toBe('HAL_BAD_ARGUMENT');
  });

  it('takes operations of 8192 bytes, 65536 bytes in all, and not one more', () => {
    const { bus } = bench();
    const longest: I2cOperation = { kind: 'write', bytes: new Uint8Array(8192) };
    bus.transaction(
      0x48,
      Array.from({ length: 8 }, () => longest),
    );
    const tooMany: I2cOperation[] = Array.from({ length: 8 }, () => longest);
    tooMany.push({ kind: 'read', buffer: new Uint8Array(1) });
    expect(errorOf(() => bus.transaction(0x48, tooMany)).details['value']).toBe(65_536);
    const error = errorOf(() => i2cWrite(bus, 0x48, new Uint8Array(8193)));
    expect([error.code, error.details['value']]).toEqual(['HAL_TOO_LONG', 8192]);
  });

  it('reads before it writes when it is asked to', () => {
    const { adapter, bus } = bench();
    const buffer = new Uint8Array(1);
    bus.transaction(0x48, [
      { kind: 'read', buffer },
      { kind: 'write', bytes: Uint8Array.of(2) },
    ]);
    expect(adapter.log.map(({ flags }) => flags)).toEqual([1, 0]);
  });

  it('never sends to an address outside 0x08 to 0x77, whatever it is given', () => {
    const { adapter, bus } = bench();
    for (let address = 0; address < 0x80; address += 1) adapter.attach(address, quietChip());
    const anything = fc.oneof(
      fc.integer({ min: -300, max: 1100 }),
      fc.double(),
      fc.integer(),
      fc.constantFrom<unknown>('72', null, undefined, [0x48], { valueOf: () => 0 }, true, 0x48n),
    );
    fc.assert(
      fc.property(anything, (address) => {
        const isAddress =
          Number.isInteger(address) && (address as number) >= 8 && (address as number) <= 0x77;
        const count = adapter.log.length;
        let code = 'done';
        try {
          i2cWrite(bus, address as number, Uint8Array.of(6));
        } catch (error) {
          code = (error as { code: string }).code;
        }
        expect(code).toBe(isAddress ? 'done' : 'HAL_BAD_ARGUMENT');
        // Without flags: neither a read nor a 10-bit address.
        expect(adapter.log.slice(count)).toEqual(isAddress ? [{ address, flags: 0, bytes: [6] }] : []);
      }),
      { numRuns: 500 },
    );
  });
});

describe('what goes wrong on the bus', () => {
  it.each([
    ['EREMOTEIO', 'HAL_I2C_NO_ACKNOWLEDGE_UNKNOWN'],
    ['ENXIO', 'HAL_I2C_NO_ACKNOWLEDGE_UNKNOWN'],
    ['EAGAIN', 'HAL_I2C_ARBITRATION_LOSS'],
    ['ETIMEDOUT', 'HAL_TIMEOUT'],
    ['EIO', 'HAL_I2C_BUS'],
    ['EBUSY', 'HAL_I2C_BUS'],
    ['ESHUTDOWN', 'HAL_DISCONNECTED'],
  ])('%s is %s with bus and address, and the bus works after it', (errno, code) => {
    const { adapter, bus } = bench();
    adapter.fault = errno;
    const error = errorOf(() => i2cRead(bus, 0x48, new Uint8Array(1)));
    expect([error.code, error.errno, error.details]).toEqual([code, errno, { bus: 7, address: 0x48 }]);
    expect(error.message).toContain('address 0x48');
    adapter.fault = undefined;
    expect(() => i2cRead(bus, 0x48, new Uint8Array(1))).not.toThrow();
  });

  it('a transaction that the controller stopped early is no success', () => {
    const { adapter, bus } = bench();
    adapter.doneCount = 1;
    const error = errorOf(() => i2cWriteRead(bus, 0x48, Uint8Array.of(0), new Uint8Array(1)));
    expect([error.code, error.message]).toEqual(['HAL_I2C_BUS', expect.stringContaining('1 of 2')]);
  });

  it('a read that is not last on a controller that cannot do it is HAL_NOT_SUPPORTED', () => {
    const { pi } = benchWith({ readsOnlyLast: true });
    using bus = pi.hal.openI2cBus({ bus: 7, consumer });
    const operations: I2cOperation[] = [
      { kind: 'read', buffer: new Uint8Array(1) },
      { kind: 'write', bytes: Uint8Array.of(1) },
    ];
    expect(codeOf(() => bus.transaction(0x48, operations))).toBe('HAL_NOT_SUPPORTED');
  });

  it('a probe without bytes on a controller that cannot do it is HAL_NOT_SUPPORTED', () => {
    const { pi } = benchWith({ lacksEmptyMessages: true });
    using bus = pi.hal.openI2cBus({ bus: 7, consumer });
    expect(codeOf(() => i2cWrite(bus, 0x48, new Uint8Array()))).toBe('HAL_NOT_SUPPORTED');
  });

  it('the buffers of the caller keep what they had when a transaction fails', () => {
    const { adapter, bus } = bench();
    adapter.fault = 'EREMOTEIO';
    const buffer = Uint8Array.of(1, 2, 3);
    expect(codeOf(() => i2cRead(bus, 0x48, buffer))).toBe('HAL_I2C_NO_ACKNOWLEDGE_UNKNOWN');
    expect([...buffer]).toEqual([1, 2, 3]);
  });
});

describe('an address that a driver of the kernel has', () => {
  it('is refused with the driver and how to let go of it, every time, and nothing moves on the bus', () => {
    const { pi, adapter, bus } = bench();
    adapter.driverAddresses.add(0x48);
    pi.kernel.files.addText('/sys/bus/i2c/drivers/lm75', '');
    pi.kernel.files.addLink('/sys/bus/i2c/devices/7-0048/driver', '/sys/bus/i2c/drivers/lm75');
    for (let count = 0; count < 3; count += 1) {
      const error = errorOf(() => i2cRead(bus, 0x48, new Uint8Array(2)));
      expect(error.code).toBe('HAL_BUSY');
      expect(error.message).toContain("the kernel's driver lm75");
      expect(error.message).toContain('echo 7-0048 > /sys/bus/i2c/drivers/lm75/unbind');
    }
    expect(adapter.log).toEqual([]);
    adapter.driverAddresses.clear();
    i2cRead(bus, 0x48, new Uint8Array(2));
    expect(adapter.log.map(({ address }) => address)).toEqual([0x48]);
  });

  it('is refused from when the driver comes, though the bus was open and the address was its own before', () => {
    const { adapter, bus } = bench();
    i2cWrite(bus, 0x48, Uint8Array.of(1));
    adapter.driverAddresses.add(0x48);
    adapter.log.length = 0;
    expect(codeOf(() => i2cWrite(bus, 0x48, Uint8Array.of(2)))).toBe('HAL_BUSY');
    expect(adapter.log).toEqual([]);
  });

  it('is refused also when the kernel has no name for the driver', () => {
    const { adapter, bus } = bench();
    adapter.driverAddresses.add(0x48);
    const error = errorOf(() => i2cRead(bus, 0x48, new Uint8Array(2)));
    expect([error.code, error.details['owner']]).toEqual([
      'HAL_BUSY',
      expect.stringContaining('a driver of the kernel'),
    ]);
  });
});
