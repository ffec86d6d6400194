import { HalError } from '@kanchi/hal';
import { headerChipLabels } from '@kanchi/hal/linux';
import { headerPwmDevices } from '@kanchi/hal/raspberry-pi';
import type { Finding } from './finding.ts';
import type { Machine } from './machine.ts';

/** Where the settings of a Raspberry Pi are; systems before Debian 12 have the second. */
const configPaths = ['/boot/firmware/config.txt', '/boot/config.txt'];

/** All that can keep apps from the hardware of this machine, each with what to do about it. */
export function examine(machine: Machine): Finding[] {
  const system = examineSystem(machine);
  if (machine.platform !== 'linux') return system;
  return [
    ...system,
    examineGpio(machine),
    ...deviceChecks.map((check) => examineDevice(machine, check)),
    examinePwm(machine),
    examineThermal(machine),
  ];
}

function examineSystem(machine: Machine): Finding[] {
  const { platform, nodeVersion, kernelRelease } = machine;
  if (platform !== 'linux') {
    return [
      {
        what: 'system',
        state: 'note',
        text: `${platform}: apps run on simulated hardware here (--backend mock); real hardware needs Linux`,
      },
    ];
  }
  const model = machine.readText('/proc/device-tree/model');
  const why = machine.whyNoSystemCalls();
  return [
    {
      what: 'machine',
      state: isRaspberryPi(machine) ? 'ok' : 'note',
      text:
        model === undefined
          ? 'no device tree: not a Raspberry Pi; apps run on simulated hardware unless told --backend linux'
          : model,
    },
    { what: 'kernel', state: 'ok', text: `${kernelRelease}, Node.js ${nodeVersion}` },
    why === undefined
      ? { what: 'koffi', state: 'ok', text: 'system calls can be made' }
      : { what: 'koffi', state: 'missing', text: why, fix: 'npm install --include=optional koffi' },
  ];
}

function isRaspberryPi(machine: Machine): boolean {
  return machine.readText('/proc/device-tree/model')?.startsWith('Raspberry Pi') === true;
}

function examineGpio(machine: Machine): Finding {
  const what = 'GPIO';
  const devices = machine.list('/dev').filter((name) => /^gpiochip\d+$/u.test(name));
  if (devices.length === 0 && !isRaspberryPi(machine)) {
    return { what, state: 'note', text: 'there is no /dev/gpiochip*' };
  }
  if (devices.length === 0) {
    return {
      what,
      state: 'missing',
      text: 'there is no /dev/gpiochip*',
      fix: 'use a kernel with the GPIO character device (5.10 or newer)',
    };
  }
  const closed = devices.map((name) => `/dev/${name}`).filter((path) => !machine.mayUse(path));
  if (closed.length > 0) {
    return {
      what,
      state: 'missing',
      text: `${closed.join(', ')}: no permission`,
      fix: groupFix(machine, 'gpio'),
    };
  }
  if (machine.whyNoSystemCalls() !== undefined) {
    return {
      what,
      state: 'note',
      text: `${devices.length} chips; their labels can be told once koffi is there`,
    };
  }
  try {
    const chips = machine.gpioChips();
    const shown = chips
      .map(({ label, path, lineCount }) => `${label} (${path}, ${lineCount} lines)`)
      .join(', ');
    const hasHeader = chips.some(({ label }) => headerChipLabels.includes(label));
    return {
      what,
      state: hasHeader ? 'ok' : 'note',
      text: hasHeader
        ? shown
        : `${shown}; none is a Raspberry Pi's header: name "chip" for each line of the board file`,
    };
  } catch (error) {
    if (!(error instanceof HalError)) throw error;
    return { what, state: 'missing', text: error.message };
  }
}

interface DeviceCheck {
  readonly what: string;
  /** The first that is there counts. */
  readonly paths: readonly string[];
  readonly group: string;
  /** What to write into config.txt when none is there. */
  readonly config: string | undefined;
  readonly missing: string;
}

const deviceChecks: readonly DeviceCheck[] = [
  {
    what: 'I2C',
    paths: ['/dev/i2c-1'],
    group: 'i2c',
    config: 'dtparam=i2c_arm=on',
    missing: 'I2C bus 1 is not enabled',
  },
  {
    what: 'SPI',
    paths: ['/dev/spidev0.0', '/dev/spidev0.1'],
    group: 'spi',
    config: 'dtparam=spi=on',
    missing: 'SPI bus 0 is not enabled',
  },
  {
    what: 'UART',
    paths: ['/dev/serial0', '/dev/ttyAMA0', '/dev/ttyS0'],
    group: 'dialout',
    config: 'enable_uart=1',
    missing: 'no serial port is enabled',
  },
  {
    what: 'registers',
    paths: ['/dev/gpiomem', '/dev/gpiomem0'],
    group: 'gpio',
    config: undefined,
    missing:
      "no /dev/gpiomem*: only a Raspberry Pi's own kernel has them; apps with the permission mmio cannot run",
  },
];

function examineDevice(machine: Machine, { what, paths, group, config, missing }: DeviceCheck): Finding {
  const path = paths.find((each) => machine.exists(each));
  if (path === undefined) {
    return config === undefined || !isRaspberryPi(machine)
      ? { what, state: 'note', text: missing }
      : { what, state: 'missing', text: missing, fix: configFix(machine, config) };
  }
  if (!machine.mayUse(path)) {
    return { what, state: 'missing', text: `${path}: no permission`, fix: groupFix(machine, group) };
  }
  return { what, state: 'ok', text: path };
}

/** A rule of udev that gives PWM to a group, also the files of a channel that is exported later. Systems differ in whether they have one. */
const PWM_UDEV_RULE =
  'SUBSYSTEM=="pwm", ACTION=="add|change", RUN+="/bin/sh -c \'chgrp -R gpio /sys%p && chmod -R g=u /sys%p\'"';

function examinePwm(machine: Machine): Finding {
  const what = 'PWM';
  try {
    const chips = machine.pwmChips();
    const shown = chips
      .map(({ device, name, channelCount }) => `${device} (${name}, ${channelCount} channels)`)
      .join(', ');
    if (!chips.some(({ device }) => headerPwmDevices.includes(device))) {
      const there = chips.length === 0 ? 'no PWM controller' : `${shown}; none is a Raspberry Pi's header`;
      const text = isRaspberryPi(machine)
        ? `${there}; apps that need it: ${configFix(machine, 'dtoverlay=pwm-2chan')}`
        : there;
      return { what, state: 'note', text };
    }
    const closed = chips.filter(({ folder }) => !machine.mayWrite(`${folder}/export`));
    if (closed.length === 0) return { what, state: 'ok', text: shown };
    return {
      what,
      state: 'missing',
      text: `${closed.map(({ folder }) => `${folder}/export`).join(', ')}: no permission`,
      fix:
        `write the line ${PWM_UDEV_RULE} in /etc/udev/rules.d/60-pwm.rules, ` +
        `sudo udevadm control --reload, sudo udevadm trigger --subsystem-match=pwm; ${groupFix(machine, 'gpio')}`,
    };
  } catch (error) {
    if (!(error instanceof HalError)) throw error;
    return { what, state: 'missing', text: error.message };
  }
}

function examineThermal(machine: Machine): Finding {
  const zones = machine
    .list('/sys/class/thermal')
    .filter((name) => name.startsWith('thermal_zone'))
    .map((name) => machine.readText(`/sys/class/thermal/${name}/type`) ?? name);
  return zones.length === 0
    ? { what: 'thermal zones', state: 'note', text: 'none' }
    : { what: 'thermal zones', state: 'ok', text: zones.join(', ') };
}

function groupFix(machine: Machine, group: string): string {
  const { userName } = machine;
  const exists =
    machine
      .readText('/etc/group')
      ?.split('\n')
      .some((line) => line.startsWith(`${group}:`)) === true;
  return exists
    ? `sudo usermod -aG ${group} ${userName}   (then log in again)`
    : `sudo groupadd ${group}, give it the device files by a udev rule, sudo usermod -aG ${group} ${userName}, log in again`;
}

function configFix(machine: Machine, line: string): string {
  const path = configPaths.find((each) => machine.exists(each)) ?? configPaths[0];
  return `write "${line}" in ${path} and start the machine again`;
}
