import { describe, expect, it } from 'vitest';
import { doctorLines } from '../commands/doctor.ts';
import { examine } from './examine.ts';
import type { Machine } from './machine.ts';

function machineWith(
  more: Partial<Machine> & { readonly files?: Readonly<Record<string, string>> } = {},
): Machine {
  const { files = {}, ...rest } = more;
  return {
    platform: 'linux',
    nodeVersion: 'v20.19.0',
    kernelRelease: '6.12.34+rpt-rpi-v8',
    userName: 'pi',
    isRoot: false,
    readText: (path) => files[path],
    exists: (path) => path in files,
    list: (folder) =>
      Object.keys(files)
        .filter((path) => path.startsWith(`${folder}/`))
        .map((path) => path.slice(folder.length + 1).split('/', 1)[0] ?? ''),
    mayUse: () => true,
    mayWrite: () => true,
    whyNoSystemCalls: () => undefined,
    gpioChips: () => [{ path: '/dev/gpiochip0', label: 'pinctrl-bcm2711', lineCount: 58 }],
    lineNames: { gpioChipNames: () => [] },
    pwmChips: () => [headerPwm],
    ...rest,
  };
}

const headerPwm = {
  folder: '/sys/class/pwm/pwmchip0',
  name: 'pwmchip0',
  device: 'fe20c000.pwm',
  channelCount: 2,
};

const wholePi = {
  '/proc/device-tree/model': 'Raspberry Pi 4 Model B Rev 1.4',
  '/dev/gpiochip0': '',
  '/dev/i2c-1': '',
  '/dev/spidev0.0': '',
  '/dev/serial0': '',
  '/dev/gpiomem': '',
  '/boot/firmware/config.txt': '',
  '/etc/group': 'root:x:0:\ngpio:x:993:\ni2c:x:994:',
  '/sys/class/thermal/thermal_zone0/type': 'cpu-thermal',
};

describe('what the doctor finds', () => {
  it('has nothing to say against a Raspberry Pi with everything enabled', () => {
    const findings = examine(machineWith({ files: wholePi }));
    expect(findings.map(({ what, state }) => `${what} ${state}`)).toEqual([
      'machine ok',
      'kernel ok',
      'koffi ok',
      'GPIO ok',
      'I2C ok',
      'SPI ok',
      'UART ok',
      'registers ok',
      'PWM ok',
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
      fix: 'write "dtparam=i2c_arm=on" in /boot/config.txt and start the machine again',
    });
  });

  it('gives the command for a device that the user may not open', () => {
    const findings = examine(
      machineWith({ files: wholePi, mayUse: (path) => path !== '/dev/gpiochip0' && path !== '/dev/serial0' }),
    );
    expect(findings.find(({ what }) => what === 'GPIO')).toMatchObject({
      state: 'missing',
      fix: 'sudo usermod -aG gpio pi   (then log in again)',
    });
    expect(findings.find(({ what }) => what === 'UART')?.fix).toContain('sudo groupadd dialout');
  });

  it('shows PWM that only root may use, with the rule of udev and the group; what is not enabled is a note', () => {
    const findings = examine(
      machineWith({ files: wholePi, mayWrite: (path) => path !== '/sys/class/pwm/pwmchip0/export' }),
    );
    expect(findings.find(({ what }) => what === 'PWM')).toEqual({
      what: 'PWM',
      state: 'missing',
      text: '/sys/class/pwm/pwmchip0/export: no permission',
      fix:
        'write the line SUBSYSTEM=="pwm", ACTION=="add|change", RUN+="/bin/sh -c \'chgrp -R gpio /sys%p && chmod -R g=u /sys%p\'" ' +
        'in /etc/udev/rules.d/60-pwm.rules, sudo udevadm control --reload, sudo udevadm trigger --subsystem-match=pwm; ' +
        'sudo usermod -aG gpio pi   (then log in again)',
    });
    const off = examine(machineWith({ files: wholePi, pwmChips: () => [] }));
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
    const findings = examine(machineWith({ files: wholePi, whyNoSystemCalls: () => 'no koffi' }));
    expect(findings.find(({ what }) => what === 'koffi')).toMatchObject({
      state: 'missing',
      fix: 'npm install --include=optional koffi',
    });
  });

  it('misses nothing on a machine that is no Raspberry Pi', () => {
    const findings = examine(machineWith());
    expect(findings.map(({ state }) => state)).not.toContain('missing');
    expect(findings[0]?.text).toContain('no device tree: not a Raspberry Pi');
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
