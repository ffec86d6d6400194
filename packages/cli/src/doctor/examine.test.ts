import { describe, expect, it } from 'vitest';
import { doctorLines } from '../commands/doctor.ts';
import { examine } from './examine.ts';
import { headerPwm, machineWith, pi4Tree } from './fake-machine.test-support.ts';
import type { Machine } from './machine.ts';

const wholePi = {
  ...pi4Tree,
  '/dev/gpiochip0': '',
  '/dev/i2c-1': '',
  '/dev/spidev0.0': '',
  '/dev/ttyAMA0': '',
  '/dev/ttyS0': '',
  '/dev/gpiomem': '',
  '/boot/firmware/config.txt': '# a comment\ndtparam=i2c_arm=on\n\n[all]\nenable_uart=1\ndtoverlay=w1-gpio\n',
  '/etc/group': 'root:x:0:\ngpio:x:993:\ni2c:x:994:',
  '/sys/class/thermal/thermal_zone0/type': 'cpu-thermal',
  '/sys/bus/w1/devices/w1_bus_master1/name': '',
  '/sys/bus/w1/devices/28-0316a2795a13/temperature': '21000',
};

const NODES = '/sys/firmware/devicetree/base/soc';
const SERIAL = '/sys/devices/platform/soc/fe215040.serial';
/** The mini UART with the devices that newer kernels have in between, and Bluetooth's port. */
const portLinks = {
  '/sys/class/tty/ttyS0': `${SERIAL}/fe215040.serial:0/fe215040.serial:0.0/tty/ttyS0`,
  [`${SERIAL}/of_node`]: `${NODES}/serial@7e215040`,
  '/sys/class/tty/ttyAMA0': '/sys/devices/platform/soc/fe201000.serial/tty/ttyAMA0',
  '/sys/devices/platform/soc/fe201000.serial/of_node': `${NODES}/serial@7e201000`,
};
const pi = (more: Parameters<typeof machineWith>[0] = {}): Machine =>
  machineWith({ files: wholePi, links: portLinks, ...more });
const found = (machine: Machine, wanted: string) => examine(machine).find(({ what }) => what === wanted);

describe('what the doctor finds', () => {
  it('has nothing to say against a Raspberry Pi with everything enabled', () => {
    const findings = examine(pi());
    expect(findings.map(({ what, state }) => `${what} ${state}`)).toEqual([
      'machine ok',
      'kernel ok',
      'koffi ok',
      'packages ok',
      'drivers ok',
      'overlays ok',
      'GPIO ok',
      'I2C ok',
      'SPI ok',
      'registers ok',
      'UART ok',
      'PWM ok',
      '1-wire ok',
      'thermal zones ok',
    ]);
  });

  it('gives the line of config.txt for a bus that is not enabled, in the file that is there', () => {
    const { '/dev/i2c-1': _, '/boot/firmware/config.txt': __, ...files } = wholePi;
    const old = examine(machineWith({ files: { ...files, '/boot/config.txt': '' } }));
    expect(old.find(({ what }) => what === 'I2C')).toEqual({
      what: 'I2C',
      state: 'missing',
      text: 'I2C bus 1 is not enabled',
      fix: 'write "dtparam=i2c_arm=on" in /boot/config.txt and start the machine again; then sudo modprobe i2c-dev; echo i2c-dev | sudo tee /etc/modules-load.d/i2c-dev.conf',
    });
  });

  it('gives the command for a device that the user may not open', () => {
    const findings = examine(pi({ mayUse: (path) => path !== '/dev/gpiochip0' && path !== '/dev/ttyS0' }));
    expect(findings.find(({ what }) => what === 'GPIO')).toMatchObject({
      state: 'missing',
      fix: 'sudo usermod -aG gpio pi   (then log in again)',
    });
    expect(findings.find(({ what }) => what === 'UART')?.fix).toContain('sudo groupadd dialout');
  });

  it('shows PWM that only root may use, with the rule of udev and the group; what is not enabled is a note', () => {
    const findings = examine(pi({ mayWrite: (path) => path !== '/sys/class/pwm/pwmchip0/export' }));
    expect(findings.find(({ what }) => what === 'PWM')).toEqual({
      what: 'PWM',
      state: 'missing',
      text: '/sys/class/pwm/pwmchip0/export: no permission',
      fix:
        'write the line SUBSYSTEM=="pwm", ACTION=="add|change", RUN+="/bin/sh -c \'chgrp -R gpio /sys%p && chmod -R g=u /sys%p\'" ' +
        'in /etc/udev/rules.d/60-pwm.rules, sudo udevadm control --reload, sudo udevadm trigger --subsystem-match=pwm; ' +
        'sudo usermod -aG gpio pi   (then log in again)',
    });
    const off = examine(pi({ pwmChips: () => [] }));
    expect(off.find(({ what }) => what === 'PWM')).toEqual({
      what: 'PWM',
      state: 'note',
      text: 'no PWM controller; apps that need it: write "dtoverlay=pwm-2chan" in /boot/firmware/config.txt and start the machine again',
    });
    const fan = { ...headerPwm, device: '1f0009c000.pwm', name: 'pwmchip1' };
    const other = examine(machineWith({ pwmChips: () => [fan] })).find(({ what }) => what === 'PWM');
    expect(other).toEqual({
      what: 'PWM',
      state: 'note',
      text: "1f0009c000.pwm (pwmchip1, 2 channels); none is a Raspberry Pi's header",
    });
  });

  it('says what to install when system calls cannot be made', () => {
    const findings = examine(pi({ whyNoSystemCalls: () => 'no koffi' }));
    expect(findings.find(({ what }) => what === 'koffi')).toMatchObject({
      state: 'missing',
      fix: 'npm install --include=optional koffi',
    });
  });

  it('loads the module that makes the device file of an I2C bus that is enabled', () => {
    const { '/dev/i2c-1': _, ...files } = wholePi;
    const machine = pi({ files: { ...files, '/sys/bus/i2c/devices/i2c-1': '' } });
    expect(found(machine, 'I2C')).toMatchObject({
      state: 'missing',
      text: 'I2C bus 1 is enabled, and has no device file: the module i2c-dev is not loaded',
      fix: 'sudo modprobe i2c-dev; echo i2c-dev | sudo tee /etc/modules-load.d/i2c-dev.conf',
    });
  });

  it('shows what config.txt enables, the drivers that are chosen, and what is on the 1-wire bus', () => {
    expect(found(pi(), 'overlays')?.text).toBe(
      'dtparam=i2c_arm=on, enable_uart=1, dtoverlay=w1-gpio (/boot/firmware/config.txt)',
    );
    expect(found(pi(), 'drivers')?.text).toBe('gpio gpio-v2, i2c i2c-dev');
    expect(found(pi(), '1-wire')?.text).toBe('28-0316a2795a13');
    const { '/sys/bus/w1/devices/w1_bus_master1/name': _, ...files } = wholePi;
    expect(found(pi({ files }), '1-wire')).toMatchObject({
      state: 'note',
      text: expect.stringContaining('"dtoverlay=w1-gpio"'),
    });
  });

  it('says which packages are not there; they are missing only where nothing stands in for them', () => {
    const whyNoPackage = (name: string): string | undefined =>
      name === 'onoff' ? 'the package "onoff" is not installed: npm install onoff' : undefined;
    expect(found(pi({ whyNoPackage }), 'packages')).toMatchObject({
      state: 'note',
      text: expect.stringContaining('npm install onoff'),
    });
    expect(found(pi({ whyNoPackage, whyNoSystemCalls: () => 'no koffi' }), 'packages')?.state).toBe(
      'missing',
    );
    expect(
      found(pi({ whyNoPackage: () => 'the package "serialport" is not installed' }), 'UART'),
    ).toMatchObject({
      state: 'missing',
      fix: 'npm install --include=optional serialport',
    });
  });

  it('misses nothing on a machine that is no Raspberry Pi', () => {
    const findings = examine(machineWith());
    expect(findings.map(({ state }) => state)).not.toContain('missing');
    expect(findings[0]?.text).toContain('no device tree: not a Raspberry Pi');
  });

  it('finds the port of header pins 8 and 10 by the device tree', () => {
    expect(found(pi(), 'UART')).toEqual({
      what: 'UART',
      state: 'ok',
      text: '/dev/ttyS0 is header pins 8 and 10',
    });
    const old = { ...portLinks, '/sys/class/tty/ttyS0': `${SERIAL}/tty/ttyS0` };
    expect(found(pi({ links: old }), 'UART')?.state).toBe('ok');
  });

  it.each([
    ['Raspberry Pi 4 Model B Rev 1.4\0', 'enable_uart=1'],
    ['Raspberry Pi 5 Model B Rev 1.0\0', 'dtparam=uart0=on'],
  ])(
    'does not take the port of Bluetooth or of the debug connector for the header’s (%j)',
    (model, setting) => {
      const files = {
        ...wholePi,
        '/dev/serial0': '',
        '/proc/device-tree/model': model,
        '/proc/device-tree/soc/serial@7e215040/status': 'disabled\0',
      };
      expect(found(pi({ files }), 'UART')).toEqual({
        what: 'UART',
        state: 'missing',
        text: 'no serial port is on GPIO14 and GPIO15 (header pins 8 and 10); /dev/ttyAMA0, /dev/ttyS0 are not there',
        fix: `write "${setting}" in /boot/firmware/config.txt and start the machine again`,
      });
    },
  );

  it('tells when the kernel has no port for it, and when its console is there', () => {
    expect(found(pi({ links: {} }), 'UART')).toMatchObject({
      state: 'missing',
      text: 'serial@7e215040 is enabled for header pins 8 and 10, and the kernel has no port for it',
    });
    const files = { ...wholePi, '/proc/cmdline': 'console=ttyS0,115200 console=tty1 root=x\n' };
    expect(found(pi({ files }), 'UART')).toMatchObject({
      state: 'note',
      text: '/dev/ttyS0 is header pins 8 and 10, and the console of the kernel, which writes to it',
      fix: expect.stringContaining('serial-getty@ttyS0.service'),
    });
  });

  it('says on another system that apps run on simulated hardware', () => {
    const findings = examine(machineWith({ platform: 'darwin' }));
    expect(findings).toHaveLength(1);
    expect(doctorLines(findings)[0]).toContain('apps run on simulated hardware here');
  });

  it('shows each fix below what it is for', () => {
    const lines = doctorLines([
      { what: 'I2C', state: 'missing', text: 'not enabled', fix: 'do this' },
      { what: 'SPI', state: 'ok', text: '/dev/spidev0.0' },
    ]);
    expect(lines).toEqual([
      'I2C  MISSING  not enabled',
      '    to do: do this',
      'SPI  ok       /dev/spidev0.0',
    ]);
  });
});
