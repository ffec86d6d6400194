import { describe, expect, it } from 'vitest';
import { codeOf, errorOf, KeptEvents } from '../conformance/fixture-test.ts';
import { i2cRead, i2cWrite, i2cWriteRead } from '../contract/i2c.ts';
import { spiTransfer } from '../contract/spi.ts';
import { FakeGpioChip } from './fake-kernel/fake-gpio-chip.test-support.ts';
import { FakePi, MEMORY_ADDRESS } from './fake-kernel/fake-pi.test-support.ts';

/** Faults that people reported of other projects, by their number in the list of field reports. */
describe('field reports', () => {
  it.each([
    ['pinctrl-bcm2835', 'gpiochip0', 54],
    ['pinctrl-bcm2711', 'gpiochip0', 58],
    ['pinctrl-rp1', 'gpiochip4', 54],
    ['pinctrl-rp1', 'gpiochip0', 54],
    ['pinctrl-rp1', 'gpiochip12', 54],
  ])(
    '19: GPIO17 is line 17 of %s as %s, whatever numbers the kernel counts with',
    (label, name, lineCount) => {
      const pi = new FakePi();
      pi.kernel.files.remove('/dev/gpiochip0');
      const chip = new FakeGpioChip({ clock: pi.clock, label, lineCount });
      pi.kernel.files.addDevice(`/dev/${name}`, chip);
      using line = pi.hal.openGpioLine({ offset: 17, consumer: 'x', direction: 'output', initialLevel: 1 });
      expect([line.read(), chip.pads.isDriven(17), chip.pads.level(17)]).toEqual([1, true, 1]);
    },
  );

  it('21: a board that is not known is refused with what there is, never simulated', () => {
    const pi = new FakePi();
    pi.kernel.files.remove('/dev/gpiochip0');
    pi.kernel.files.addDevice(
      '/dev/gpiochip0',
      new FakeGpioChip({ clock: pi.clock, label: 'sunxi-pio', lineCount: 288 }),
    );
    const error = errorOf(() => pi.hal.openGpioLine({ offset: 17, consumer: 'x', direction: 'input' }));
    expect(error.code).toBe('HAL_NO_SUCH_DEVICE');
    expect(error.message).toContain('sunxi-pio (/dev/gpiochip0, 288 lines)');
    expect(pi.hal.info().simulated).toBe(false);
    // By its own label it works.
    pi.hal.openGpioLine({ chip: 'sunxi-pio', offset: 200, consumer: 'x', direction: 'input' }).close();
  });

  it('22: a thousand edges are a thousand events with the times at which they were', () => {
    const pi = new FakePi();
    using line = pi.hal.openGpioLine({ offset: 21, consumer: 'x', direction: 'input' });
    const sink = new KeptEvents();
    line.watch({ edges: 'both', sink, token: 1 });
    for (let count = 0; count < 1000; count += 1) {
      pi.clock.spend(1_000_000n);
      pi.header.pads.drive(21, count % 2 === 0 ? 1 : 0);
      if (count % 50 === 49) pi.deliver();
    }
    while (pi.deliver() > 0);
    expect(sink.events.map(({ timeNs, sequence, detail }) => [timeNs, sequence, detail])).toEqual(
      Array.from({ length: 1000 }, (_, index) => [
        BigInt(index + 1) * 1_000_000n,
        index + 1,
        (index + 1) % 2,
      ]),
    );
    expect([pi.edges.stormCount, pi.edges.droppedCount]).toEqual([0, 0]);
    pi.hal.close();
  });

  it('24: two processes have different lines at once; one that is killed leaves its line free', () => {
    const pi = new FakePi();
    const other = pi.process();
    using line = pi.hal.openGpioLine({ offset: 22, consumer: 'first', direction: 'output' });
    other.hal.openGpioLine({ offset: 23, consumer: 'second', direction: 'output' });
    const error = errorOf(() => pi.hal.openGpioLine({ offset: 23, consumer: 'first', direction: 'output' }));
    expect([error.code, error.details['owner']]).toEqual(['HAL_BUSY', 'second']);
    other.kernel.exit();
    pi.hal.openGpioLine({ offset: 23, consumer: 'first', direction: 'output' }).close();
    expect(line.read()).toBe(0);
  });

  it('25: an output ends at its safe level when it is stopped', () => {
    const pi = new FakePi({ keepsOutputs: true });
    pi.hal.openGpioLine({ offset: 22, consumer: 'x', direction: 'output', initialLevel: 1, safeLevel: 0 });
    pi.hal.close();
    expect([pi.header.pads.level(22), pi.header.pads.isDriven(22)]).toEqual([0, true]);
  });

  it.each([
    [true, 'goes on driving'],
    [false, 'lets go of'],
  ])(
    '25: a process that is killed drives nothing any more; a kernel that keeps outputs %s %s the line',
    (keepsOutputs) => {
      const pi = new FakePi({ keepsOutputs });
      const other = pi.process();
      other.hal.openGpioLine({
        offset: 22,
        consumer: 'x',
        direction: 'output',
        initialLevel: 1,
        safeLevel: 0,
      });
      other.kernel.exit();
      expect([pi.header.pads.isDriven(22), pi.header.pads.level(22)]).toEqual([keepsOutputs, 1]);
    },
  );

  it('26: a restart makes no edge: the first level comes with the direction, over a pull as well', () => {
    const pi = new FakePi({ keepsOutputs: true });
    const request = {
      offset: 22,
      consumer: 'x',
      direction: 'output',
      initialLevel: 1,
      safeLevel: 1,
    } as const;
    pi.hal.openGpioLine(request);
    pi.header.pads.trace.length = 0;
    pi.hal.close();
    pi.hal.openGpioLine(request).close();
    expect(pi.header.pads.trace).toEqual([]);
  });

  it('35: 4095 and 4096 bytes of SPI go through, 4097 and 70000 are HAL_TOO_LONG with the limit and send nothing', () => {
    const pi = new FakePi();
    using device = pi.hal.openSpiDevice({ bus: 0, chipSelect: 0, consumer: 'x' });
    for (const length of [4095, 4096]) {
      const bytes = Uint8Array.from({ length }, (_, index) => index & 0xff);
      const buffer = new Uint8Array(length);
      spiTransfer(device, bytes, buffer);
      expect(buffer).toEqual(bytes);
    }
    const sent = pi.spi.log.length;
    for (const length of [4097, 70_000]) {
      const error = errorOf(() => spiTransfer(device, new Uint8Array(length), new Uint8Array(length)));
      expect([error.code, error.details['value'], error.details['limit']]).toEqual([
        'HAL_TOO_LONG',
        4096,
        'maxTransactionBytes',
      ]);
    }
    expect(pi.spi.log).toHaveLength(sent);
  });

  it('37: the write that wakes a sleeping chip fails as not acknowledged, and the next one reaches it', () => {
    const pi = new FakePi();
    let isAwake = false;
    pi.i2c.attach(0x5c, {
      start: () => {
        const wasAwake = isAwake;
        isAwake = true;
        return wasAwake;
      },
      write: () => true,
      read: () => 3,
      stop: () => {},
    });
    using bus = pi.hal.openI2cBus({ bus: 1, consumer: 'x' });
    expect(errorOf(() => i2cWrite(bus, 0x5c, new Uint8Array())).kind).toBe('no-acknowledge-unknown');
    const buffer = new Uint8Array(1);
    i2cWriteRead(bus, 0x5c, Uint8Array.of(3), buffer);
    expect([...buffer]).toEqual([3]);
  });

  it('38: a byte that is not acknowledged is told apart from other faults; which byte, this controller cannot say', () => {
    const pi = new FakePi();
    pi.i2c.attach(0x62, { start: () => true, write: (byte) => byte !== 0xbd, read: () => 0, stop: () => {} });
    using bus = pi.hal.openI2cBus({ bus: 1, consumer: 'x' });
    expect(bus.capabilities.tellsAcknowledgeSource).toBe(false);
    const kinds = [
      () => i2cWrite(bus, 0x62, Uint8Array.of(0xbd)),
      () => i2cWrite(bus, 0x63, Uint8Array.of(1)),
    ].map((call) => errorOf(call).kind);
    expect(kinds).toEqual(['no-acknowledge-unknown', 'no-acknowledge-unknown']);
    pi.i2c.fault = 'ETIMEDOUT';
    expect(errorOf(() => i2cRead(bus, 0x62, new Uint8Array(1))).kind).toBe('timeout');
  });

  it('53: making the backend asks the machine nothing, and it is this one on every board', () => {
    const pi = new FakePi();
    expect([pi.kernel.calls, pi.hal.openHandleCount()]).toEqual([[], 0]);
    pi.kernel.files.addText('/proc/device-tree/model', 'QEMU\0');
    expect(pi.hal.info()).toMatchObject({ backend: 'linux', simulated: false, description: 'QEMU' });
  });

  it('53, I2C: blocks of more than 32 bytes go in one transaction', () => {
    const pi = new FakePi();
    using bus = pi.hal.openI2cBus({ bus: 1, consumer: 'x' });
    pi.memory.bytes.set(Uint8Array.from({ length: 256 }, (_, index) => 255 - index));
    for (const length of [33, 64, 255, 256]) {
      const buffer = new Uint8Array(length);
      i2cWriteRead(bus, MEMORY_ADDRESS, Uint8Array.of(0), buffer);
      expect(buffer).toEqual(pi.memory.bytes.subarray(0, length));
    }
    expect(pi.i2c.log).toHaveLength(8);
  });

  it('61: registers without their device file: the message says which systems have it', () => {
    const pi = new FakePi();
    pi.kernel.files.remove('/dev/gpiomem');
    const request = { device: '/dev/gpiomem', base: 0, byteLength: 0xb4, consumer: 'x' } as const;
    const error = errorOf(() => pi.hal.openMmioWindow(request));
    expect([error.code, error.message]).toEqual([
      'HAL_NO_SUCH_DEVICE',
      expect.stringContaining('Pi 5: /dev/gpiomem0'),
    ]);
  });

  it('61: nothing outside the window and no part of a register is touched', () => {
    const pi = new FakePi();
    pi.registers.bytes.fill(0x11);
    const window = pi.hal.openMmioWindow({
      device: '/dev/gpiomem',
      base: 0x1c,
      byteLength: 8,
      consumer: 'x',
    });
    const refused = [
      () => window.write(8, 32, 0),
      () => window.write(-4, 32, 0),
      () => window.write(2, 32, 0),
      () => window.write(0, 8, 0),
      () => window.modify(0, 16, 0xffff, 0),
    ].map((call) => codeOf(call));
    expect(refused).toEqual([
      'HAL_MMIO_OUT_OF_RANGE',
      'HAL_MMIO_OUT_OF_RANGE',
      'HAL_MMIO_MISALIGNED',
      'HAL_NOT_SUPPORTED',
      'HAL_NOT_SUPPORTED',
    ]);
    window.close();
    expect(pi.registers.bytes.every((byte) => byte === 0x11)).toBe(true);
  });
});
