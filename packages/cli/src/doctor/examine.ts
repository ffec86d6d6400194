import { HalError } from '@kanchi/hal';
import { headerChipLabels } from '@kanchi/hal/linux';
import { headerPwmDevices } from '@kanchi/hal/raspberry-pi';
import { examinePackages } from './examine-packages.ts';
import { examineSerial } from './examine-serial.ts';
import type { Finding } from './finding.ts';
import type { Machine } from './machine.ts';
import { configFix, configPath, groupFix, isRaspberryPi } from './machine-fixes.ts';

/** All that can keep apps from the hardware of this machine, each with what to do about it. */
export function examine(machine: Machine): Finding[] {
  const system = examineSystem(machine);
  if (machine.platform !== 'linux') return system;
  return [
    ...system,
    ...examineSettings(machine),
    examineGpio(machine),
    ...deviceChecks.map((check) => examineDevice(machine, check)),
    examineSerial(machine),
    examinePwm(machine),
    examineOneWire(machine),
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
    ...examinePackages(machine),
  ];
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
  /** What to do once the machine has started with it. */
  readonly afterwards?: string;
  /** The bus is enabled, and what makes its device file is not loaded: what shows the bus, and what to do. */
  readonly driverFix?: { readonly sign: string; readonly text: string; readonly fix: string };
}

/** raspi-config loads this module besides enabling the bus; config.txt alone leaves the bus without a device file. */
const LOAD_I2C_DEV = 'sudo modprobe i2c-dev; echo i2c-dev | sudo tee /etc/modules-load.d/i2c-dev.conf';

const deviceChecks: readonly DeviceCheck[] = [
  {
    what: 'I2C',
    paths: ['/dev/i2c-1'],
    group: 'i2c',
    config: 'dtparam=i2c_arm=on',
    afterwards: LOAD_I2C_DEV,
    missing: 'I2C bus 1 is not enabled',
    driverFix: {
      sign: '/sys/bus/i2c/devices/i2c-1',
      text: 'I2C bus 1 is enabled, and has no device file: the module i2c-dev is not loaded',
      fix: LOAD_I2C_DEV,
    },
  },
  {
    what: 'SPI',
    paths: ['/dev/spidev0.0', '/dev/spidev0.1'],
    group: 'spi',
    config: 'dtparam=spi=on',
    missing: 'SPI bus 0 is not enabled',
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

function examineDevice(
  machine: Machine,
  { what, paths, group, config, missing, afterwards, driverFix }: DeviceCheck,
): Finding {
  const path = paths.find((each) => machine.exists(each));
  if (path === undefined && driverFix !== undefined && machine.exists(driverFix.sign)) {
    return { what, state: 'missing', text: driverFix.text, fix: driverFix.fix };
  }
  if (path === undefined) {
    return config === undefined || !isRaspberryPi(machine)
      ? { what, state: 'note', text: missing }
      : {
          what,
          state: 'missing',
          text: missing,
          fix: configFix(machine, config) + (afterwards === undefined ? '' : `; then ${afterwards}`),
        };
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

/** The lines of config.txt that enable hardware: all that this machine was told to have. */
function examineSettings(machine: Machine): Finding[] {
  if (!isRaspberryPi(machine)) return [];
  const path = configPath(machine);
  const text = machine.readText(path);
  if (text === undefined) return [{ what: 'overlays', state: 'note', text: `${path} cannot be read` }];
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^(?:dtoverlay|dtparam|enable_uart)=/u.test(line));
  const shown = lines.length === 0 ? `none in ${path}` : `${lines.join(', ')} (${path})`;
  return [{ what: 'overlays', state: 'ok', text: shown }];
}

function examineOneWire(machine: Machine): Finding {
  const what = '1-wire';
  const folder = '/sys/bus/w1/devices';
  const names = machine.list(folder);
  if (!names.some((name) => name.startsWith('w1_bus_master'))) {
    const off = 'no 1-wire bus';
    const text = isRaspberryPi(machine)
      ? `${off}; apps that need it: ${configFix(machine, 'dtoverlay=w1-gpio')}`
      : off;
    return { what, state: 'note', text };
  }
  const devices = names.filter((name) => !name.startsWith('w1_bus_master'));
  return { what, state: 'ok', text: devices.length === 0 ? 'a bus without devices' : devices.join(', ') };
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
