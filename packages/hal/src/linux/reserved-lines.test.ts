import { describe, expect, it } from 'vitest';
import { codeOf, errorOf } from '../conformance/fixture-test.ts';
import { addDeviceTree, pi4Tree } from './fake-kernel/fake-device-tree.test-support.ts';
import { FakePi } from './fake-kernel/fake-pi.test-support.ts';
import { FakeSpiDevice } from './fake-kernel/fake-spi-device.test-support.ts';

function open(pi: FakePi, offset: number, chip?: string): void {
  pi.hal
    .openGpioLine({ offset, consumer: 'x', direction: 'input', ...(chip === undefined ? {} : { chip }) })
    .close();
}

describe('lines of a bus', () => {
  it('GPIO2 of an enabled I2C bus is refused before the kernel is asked for the line', () => {
    const pi = new FakePi();
    const error = errorOf(() => open(pi, 2));
    expect(error.code).toBe('HAL_BUSY');
    expect(error.message).toBe(
      'GPIO line 2 is in use by an I2C bus, i2c1 (i2c@7e804000), which is enabled; to use it as a line take ' +
        '"dtparam=i2c_arm=on" out of /boot/firmware/config.txt and start again',
    );
    expect(pi.kernel.calls.filter(({ name }) => name !== 'readText')).toEqual([]);
  });

  it('the label of the chip does not get round it', () => {
    const pi = new FakePi();
    expect(codeOf(() => open(pi, 3, 'pinctrl-bcm2711'))).toBe('HAL_BUSY');
    expect(pi.kernel.calls.filter(({ name }) => name !== 'readText')).toEqual([]);
  });

  it('are free when the bus is off, and without a device tree', () => {
    for (const disable of [
      (pi: FakePi) => pi.kernel.files.addText('/proc/device-tree/soc/i2c@7e804000/status', 'disabled\0'),
      (pi: FakePi) => pi.kernel.files.remove('/proc/device-tree/soc/gpio@7e200000/compatible'),
    ]) {
      const pi = new FakePi();
      disable(pi);
      expect(() => open(pi, 2)).not.toThrow();
    }
  });

  it('of another chip are nobody else’s', () => {
    expect(() => open(new FakePi(), 2, 'raspberrypi-exp-gpio')).not.toThrow();
  });

  it('are those of the tree, and no others of the header', () => {
    const pi = new FakePi();
    const refused = Array.from({ length: 28 }, (_, offset) => offset).filter((offset) => {
      try {
        open(pi, offset);
        return false;
      } catch {
        return true;
      }
    });
    expect(refused).toEqual([2, 3, 7, 8, 9, 10, 11]);
  });

  it('the tree is read once', () => {
    const pi = new FakePi();
    open(pi, 5);
    const before = pi.kernel.calls.filter(({ name }) => name === 'readText').length;
    open(pi, 6);
    expect(pi.kernel.calls.filter(({ name }) => name === 'readText')).toHaveLength(before);
  });

  it.each([
    ['i2c@7e205000', 0, 'dtparam=i2c_vc=on'],
    ['i2c@7e205600', 4, 'dtoverlay=i2c*'],
    ['spi@7e215080', 17, 'dtoverlay=spi*'],
    ['serial@7e215040', 14, 'enable_uart=1, dtparam=uart0=on or dtoverlay=*-bt'],
    ['serial@7e201600', 4, 'dtoverlay=uart*'],
    ['pwm@7e20c000', 18, 'dtoverlay=pwm*'],
    ['i2s@7e203000', 19, 'dtparam=i2s=on or the overlay of a sound card'],
    ['onewire@0', 4, 'dtoverlay=w1-gpio'],
    ['button@17', 17, 'the overlay that it is in'],
  ])('of %s, line %i are got back by %j', (name, line, setting) => {
    const pi = new FakePi();
    addDeviceTree(pi.kernel.files, {
      ...pi4Tree,
      soc: {
        'gpio@7e200000': { compatible: ['brcm,bcm2835-gpio'], pins: { 'brcm,pins': [line], phandle: [91] } },
        [name]: { status: 'okay', 'pinctrl-0': [91] },
      },
    });
    expect(errorOf(() => open(pi, line)).message).toContain(`take "${setting}" out of`);
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
