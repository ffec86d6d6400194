import { describe, expect, it } from 'vitest';
import { codeOf, errorOf } from '../conformance/fixture-test.ts';
import { FakePi } from './fake-kernel/fake-pi.test-support.ts';
import { FakeSpiDevice } from './fake-kernel/fake-spi-device.test-support.ts';

function open(pi: FakePi, offset: number, chip?: string): void {
  pi.hal
    .openGpioLine({ offset, consumer: 'x', direction: 'input', ...(chip === undefined ? {} : { chip }) })
    .close();
}

describe('lines of a bus', () => {
  it('GPIO2 with /dev/i2c-1 is refused before the kernel is asked anything', () => {
    const pi = new FakePi();
    const error = errorOf(() => open(pi, 2));
    expect(error.code).toBe('HAL_BUSY');
    expect(error.message).toContain('I2C bus 1');
    expect(error.message).toContain('dtparam=i2c_arm=off');
    expect(pi.kernel.calls).toEqual([]);
  });

  it('the label of the chip does not get round it', () => {
    const pi = new FakePi();
    expect(codeOf(() => open(pi, 3, 'pinctrl-bcm2711'))).toBe('HAL_BUSY');
    expect(pi.kernel.calls).toEqual([]);
  });

  it('are free when the bus is off', () => {
    const pi = new FakePi();
    pi.kernel.files.remove('/dev/i2c-1');
    expect(() => open(pi, 2)).not.toThrow();
  });

  it('of another chip are nobody else’s', () => {
    expect(() => open(new FakePi(), 2, 'raspberrypi-exp-gpio')).not.toThrow();
  });

  it.each([
    ['/dev/i2c-1', [2, 3]],
    ['/sys/bus/i2c/devices/i2c-1', [2, 3]],
    ['/sys/class/spi_master/spi0', [7, 8, 9, 10, 11]],
    ['/sys/class/spi_master/spi1', [16, 17, 18, 19, 20, 21]],
    ['/sys/bus/i2c/devices/i2c-0', [0, 1]],
    ['/dev/spidev0.0', [7, 8, 9, 10, 11]],
    ['/dev/spidev1.0', [16, 17, 18, 19, 20, 21]],
    ['/dev/serial0', [14, 15]],
    ['/dev/i2c-0', [0, 1]],
  ] as const)('%s has the lines %j and no others of the header', (device, lines) => {
    const pi = new FakePi();
    for (const path of ['/dev/i2c-1', '/dev/spidev0.0']) pi.kernel.files.remove(path);
    pi.kernel.files.addText(device, '');
    const refused = Array.from({ length: 28 }, (_, offset) => offset).filter((offset) => {
      try {
        open(pi, offset);
        return false;
      } catch {
        return true;
      }
    });
    expect(refused).toEqual(lines);
  });
});

describe('the bus of the boot flash', () => {
  it('spidev10.0 of a Raspberry Pi 5 is refused, of another board it is a bus like any other', () => {
    const request = { bus: 10, chipSelect: 0, consumer: 'x' } as const;
    const codes = ['Raspberry Pi 5 Model B Rev 1.0\0', 'Raspberry Pi Compute Module 5 Rev 1.0\0'].map(
      (model) => {
        const pi = new FakePi();
        pi.kernel.files.addDevice('/dev/spidev10.0', new FakeSpiDevice({ clock: pi.clock }));
        pi.kernel.files.addText('/proc/device-tree/model', model);
        const code = codeOf(() => pi.hal.openSpiDevice(request));
        expect(pi.kernel.calls.filter(({ name }) => name !== 'readText')).toEqual([]);
        return code;
      },
    );
    expect(codes).toEqual(['HAL_BUSY', 'HAL_BUSY']);
    const pi = new FakePi();
    pi.kernel.files.addDevice('/dev/spidev10.0', new FakeSpiDevice({ clock: pi.clock }));
    expect(() => pi.hal.openSpiDevice(request).close()).not.toThrow();
  });
});
