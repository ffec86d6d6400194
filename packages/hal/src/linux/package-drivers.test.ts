import { describe, expect, it } from 'vitest';
import { codeOf, errorOf } from '../conformance/fixture-test.ts';
import { defineI2cSuite } from '../conformance/i2c-suite.ts';
import { defineSpiSuite } from '../conformance/spi-suite.ts';
import { i2cRead, i2cWrite, i2cWriteRead } from '../contract/i2c.ts';
import { HalError } from '../error.ts';
import { VirtualClock } from '../mock/virtual-clock.ts';
import { EdgeEvents } from './edge-events.ts';
import { i2cPackageDriver } from './i2c-package-bus.ts';
import { missingDriver } from './linux-driver.ts';
import { LinuxHal } from './linux-hal.ts';
import { FakeI2cPackage, FakeSpiPackage, fileError, nativeError } from './package-fakes.test-support.ts';
import { refusingSys } from './refusing-sys.ts';
import { spiPackageDriver } from './spi-package-device.ts';
import { SysError } from './sys.ts';

const nodes = ['/dev/i2c-1', '/dev/spidev0.0', '/dev/spidev0.1'];
const consumer = 'test';

/** A machine with the packages and without koffi. */
class Machine {
  readonly clock = new VirtualClock();
  readonly i2c = new FakeI2cPackage();
  readonly spi = new FakeSpiPackage(this.clock);
  readonly hal: LinuxHal;
  openFailure: SysError | undefined;

  constructor() {
    const reason = new HalError('HAL_NOT_SUPPORTED', 'no koffi here');
    const files = {
      exists: (path: string) => nodes.includes(path),
      realPath: (path: string) => {
        if (path === '/sys/bus/i2c/devices/1-0048/driver') return '/sys/bus/i2c/drivers/lm75';
        throw new SysError('ENOENT', 'realpath', path);
      },
      readText: () => '',
      writeText: () => {},
      regularFileBytes: () => undefined,
      list: () => [],
      listFolders: () => [],
      readBytes: () => new Uint8Array(),
    };
    this.hal = new LinuxHal({
      sys: refusingSys(reason),
      files,
      edges: new EdgeEvents({
        startPump: () => {
          throw reason;
        },
      }),
      drivers: {
        gpio: missingDriver(reason),
        mmio: missingDriver(reason),
        pwm: missingDriver(reason),
        i2c: i2cPackageDriver(() => this.i2c, {
          files,
          tryOpen: () => {
            if (this.openFailure !== undefined) throw this.openFailure;
          },
        }),
        spi: spiPackageDriver(() => this.spi, files),
      },
    });
  }
}

describe('conformance: I2C by the package i2c-bus', () => {
  defineI2cSuite(() => {
    const { hal, clock, i2c } = new Machine();
    return {
      hal,
      clock,
      i2c: { bus: 1, missingBus: 9, absentAddress: 0x51, memory: { address: i2c.memoryAddress } },
      close: () => {
        i2c.checkClean();
      },
    };
  });
});

describe('conformance: SPI by the package spi-device', () => {
  defineSpiSuite(() => {
    const { hal, clock, spi } = new Machine();
    return {
      hal,
      clock,
      spi: { bus: 0, chipSelect: 0, missingChipSelect: 9, loopback: true },
      close: () => {
        spi.checkClean();
      },
    };
  });
});

describe('a machine with the packages and without koffi', () => {
  it('tells its drivers, and what it has not got', () => {
    const { hal } = new Machine();
    expect(hal.info().drivers).toEqual({
      gpio: 'none',
      i2c: 'i2c-bus',
      spi: 'spi-device',
      uart: 'none',
      mmio: 'none',
      pwm: 'none',
    });
    expect(hal.capabilities).toEqual({
      gpio: false,
      gpioEdges: false,
      gpioBias: false,
      i2c: true,
      spi: true,
      uart: false,
      mmio: false,
      pwm: false,
    });
    const error = errorOf(() => hal.openGpioLine({ offset: 17, consumer, direction: 'input' }));
    expect([error.code, error.message]).toEqual(['HAL_NOT_SUPPORTED', 'no koffi here']);
  });
});

describe('the package i2c-bus', () => {
  it('after an address of a kernel driver nothing reaches another one: the owner is named, each time', () => {
    const { hal, i2c } = new Machine();
    i2c.kernelAddresses.add(0x48);
    using bus = hal.openI2cBus({ bus: 1, consumer });
    for (let round = 0; round < 3; round += 1) {
      const error = errorOf(() => i2cWrite(bus, 0x48, Uint8Array.of(0x06)));
      expect(error.code).toBe('HAL_BUSY');
      expect(error.message).toContain("the kernel's driver lm75");
      expect(error.message).toContain('echo 1-0048 > /sys/bus/i2c/drivers/lm75/unbind');
      expect(i2c.openDescriptors).toBe(0);
    }
    expect(i2c.reached).toEqual([]);
    i2cWrite(bus, i2c.memoryAddress, Uint8Array.of(0));
    expect(i2c.reached).toEqual([i2c.memoryAddress]);
  });

  it('the fake has the fault: without the fence the second call goes to address 0', () => {
    const { i2c } = new Machine();
    i2c.kernelAddresses.add(0x48);
    const handle = i2c.openSync();
    const write = (): number => handle.i2cWriteSync(0x48, 1, Buffer.of(6));
    expect(write).toThrow('EBUSY');
    expect(write).toThrow('EREMOTEIO');
    expect(i2c.reached).toEqual([0]);
  });

  it('does what it cannot do in one transaction not at all', () => {
    const { hal, i2c } = new Machine();
    using bus = hal.openI2cBus({ bus: 1, consumer });
    const address = i2c.memoryAddress;
    const two = Uint8Array.of(0, 0);
    const shapes = [
      () => i2cWriteRead(bus, address, two, new Uint8Array(1)),
      () => i2cWriteRead(bus, address, new Uint8Array(), new Uint8Array(1)),
      () => i2cWriteRead(bus, address, Uint8Array.of(0), new Uint8Array(33)),
      () =>
        bus.transaction(address, [
          { kind: 'write', bytes: two },
          { kind: 'write', bytes: two },
        ]),
      () =>
        bus.transaction(address, [
          { kind: 'read', buffer: new Uint8Array(1) },
          { kind: 'write', bytes: two },
        ]),
    ];
    expect(shapes.map(codeOf)).toEqual(shapes.map(() => 'HAL_NOT_SUPPORTED'));
    expect(i2c.reached).toEqual([]);
    const longest = new Uint8Array(32);
    i2c.memory.set(Uint8Array.from({ length: 32 }, (_, index) => index + 1));
    i2cWriteRead(bus, address, Uint8Array.of(0), longest);
    expect(longest[31]).toBe(32);
  });

  it.each([
    [nativeError(121, 'readI2cBlockSync'), 'HAL_I2C_NO_ACKNOWLEDGE_UNKNOWN', 'EREMOTEIO'],
    [fileError(121, 'read', 'EREMOTEIO'), 'HAL_I2C_NO_ACKNOWLEDGE_UNKNOWN', 'EREMOTEIO'],
    [nativeError(6, 'writeQuickSync', 'ENXIO'), 'HAL_I2C_NO_ACKNOWLEDGE_UNKNOWN', 'ENXIO'],
    [fileError(110, 'write', 'ETIMEDOUT'), 'HAL_TIMEOUT', 'ETIMEDOUT'],
    [fileError(5, 'write', 'EIO'), 'HAL_I2C_BUS', 'EIO'],
    // Not from I2C_SLAVE: the bus stayed busy.
    [fileError(16, 'write', 'EBUSY'), 'HAL_I2C_BUS', 'EBUSY'],
    [nativeError(25, 'setAddrSync', 'ENOTTY'), 'HAL_NOT_SUPPORTED', 'ENOTTY'],
    [fileError(13, 'open', 'EACCES'), 'HAL_PERMISSION', 'EACCES'],
    [fileError(999, 'read', 'ENEW'), 'HAL_OTHER', 'E999'],
  ])('%s is %s, and everything that is open is closed', (failure, code, errno) => {
    const { hal, i2c } = new Machine();
    using bus = hal.openI2cBus({ bus: 1, consumer });
    i2cWrite(bus, i2c.memoryAddress, Uint8Array.of(0));
    i2c.failure = failure;
    const error = errorOf(() => i2cRead(bus, i2c.memoryAddress, new Uint8Array(1)));
    expect([error.code, error.errno]).toEqual([code, errno]);
    expect(i2c.openDescriptors).toBe(0);
  });

  it('a transfer that ended early is HAL_I2C_BUS', () => {
    const { hal, i2c } = new Machine();
    using bus = hal.openI2cBus({ bus: 1, consumer });
    i2c.longestTransfer = 1;
    const address = i2c.memoryAddress;
    expect(codeOf(() => i2cRead(bus, address, new Uint8Array(2)))).toBe('HAL_I2C_BUS');
    expect(codeOf(() => i2cWrite(bus, address, Uint8Array.of(0, 1)))).toBe('HAL_I2C_BUS');
    expect(codeOf(() => i2cWriteRead(bus, address, Uint8Array.of(0), new Uint8Array(2)))).toBe('HAL_I2C_BUS');
  });

  it('a node that may not be opened is told when the bus is opened, not at the first transfer', () => {
    const machine = new Machine();
    machine.openFailure = new SysError('EACCES', 'open', '/dev/i2c-1');
    const error = errorOf(() => machine.hal.openI2cBus({ bus: 1, consumer }));
    expect([error.code, error.errno]).toEqual(['HAL_PERMISSION', 'EACCES']);
    expect(machine.hal.openHandleCount()).toBe(0);
  });
});

describe('the package spi-device', () => {
  it('gets one message for a transaction, with the speed, and delays behind the bytes before them', () => {
    const { hal, spi } = new Machine();
    using device = hal.openSpiDevice({ bus: 0, chipSelect: 0, consumer, clockHz: 1_000_000 });
    device.transaction([
      { kind: 'write', bytes: Uint8Array.of(1, 2) },
      { kind: 'read', buffer: new Uint8Array(1) },
      { kind: 'delay', delayNs: 1_500 },
      { kind: 'write', bytes: Uint8Array.of(3) },
    ]);
    const shown = spi.messages.map((message) =>
      message.map(({ byteLength, sendBuffer, speedHz, microSecondDelay }) => [
        byteLength,
        [...sendBuffer],
        speedHz,
        microSecondDelay,
      ]),
    );
    expect(shown).toEqual([
      [
        [3, [1, 2, 0], 1_000_000, 2],
        [1, [3], 1_000_000, 0],
      ],
    ]);
  });

  it('a mode that the controller has not is HAL_NOT_SUPPORTED, whether it says so or not', () => {
    const { hal, spi } = new Machine();
    const open = (): unknown => hal.openSpiDevice({ bus: 0, chipSelect: 0, consumer, mode: 3 });
    spi.failure = nativeError(22, 'openSync', 'EINVAL');
    expect(codeOf(open)).toBe('HAL_NOT_SUPPORTED');
    spi.modeTaken = 0;
    expect(codeOf(open)).toBe('HAL_NOT_SUPPORTED');
    expect([spi.openDevices, hal.openHandleCount()]).toEqual([0, 0]);
  });

  it.each([
    [nativeError(13, 'openSync', 'EACCES'), 'HAL_PERMISSION'],
    [nativeError(16, 'openSync', 'EBUSY'), 'HAL_BUSY'],
  ])('%s when it is opened is %s', (failure, code) => {
    const { hal, spi } = new Machine();
    spi.failure = failure;
    expect(codeOf(() => hal.openSpiDevice({ bus: 0, chipSelect: 0, consumer }))).toBe(code);
  });

  it.each([
    [nativeError(90, 'transferSync', 'EMSGSIZE'), 'HAL_TOO_LONG'],
    [nativeError(110, 'transferSync', 'ETIMEDOUT'), 'HAL_TIMEOUT'],
    [nativeError(108, 'transferSync', 'ESHUTDOWN'), 'HAL_DISCONNECTED'],
  ])('%s in a transfer is %s', (failure, code) => {
    const { hal, spi } = new Machine();
    using device = hal.openSpiDevice({ bus: 0, chipSelect: 0, consumer });
    spi.failure = failure;
    expect(codeOf(() => device.transaction([{ kind: 'write', bytes: Uint8Array.of(1) }]))).toBe(code);
  });
});
