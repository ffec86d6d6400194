import type { Board, Grants } from '@kanchi/runtime';

/** What of /dev a run opens. */
export interface DeviceNodes {
  /** Paths, or `char-<name>` for all of one kind (systemd.resource-control(5), DeviceAllow). */
  readonly paths: readonly string[];
  /** Groups that these belong to on Raspberry Pi OS. */
  readonly groups: readonly string[];
  readonly capabilities: readonly string[];
  /** Names in /dev of what no group may write until a rule of udev says so, and that `groups` has one for. */
  readonly needsRule: readonly string[];
  /** PWM has no device node: its files are in /sys. */
  readonly writesSysfs: boolean;
}

/** Whose registers are that Raspberry Pi OS gives to no group, or to this one to read. */
export const REGISTER_GROUP = 'kmem';

/**
 * The device nodes behind the labels that the app is granted, and behind the sensors of the board, which the host reads for it. The
 * numbers of GPIO chips change between kernels, so that all of them are named: which lines of them the app gets is for Kanchi to say.
 */
export function deviceNodes(board: Board, grants: Grants): DeviceNodes {
  const paths = new Set<string>();
  const groups = new Set<string>();
  const capabilities = new Set<string>();
  const needsRule = new Set<string>();
  const allow = (path: string, group: string): void => {
    paths.add(path);
    groups.add(group);
  };
  const sensorDevices = [...board.sensors.values()]
    .map(({ device }) => device)
    .filter((label) => label !== undefined);
  const labels = (granted: ReadonlyMap<string, unknown>): Set<string> =>
    new Set([...granted.keys(), ...sensorDevices]);

  for (const label of labels(grants.gpio)) {
    // `gpiochip` is the name of the kernel's device numbers for them (drivers/gpio/gpiolib.c).
    if (board.lines.has(label)) allow('char-gpiochip', 'gpio');
  }
  for (const label of labels(grants.i2c)) {
    const bus = board.i2cDevices.get(label)?.bus ?? board.i2cBuses.get(label)?.bus;
    if (bus !== undefined) allow(`/dev/i2c-${bus}`, 'i2c');
  }
  for (const label of labels(grants.spi)) {
    const device = board.spiDevices.get(label);
    if (device !== undefined) allow(`/dev/spidev${device.bus}.${device.chipSelect}`, 'spi');
  }
  for (const label of labels(grants.uart)) {
    const port = board.uartPorts.get(label);
    if (port !== undefined) allow(port.port, 'dialout');
  }
  for (const label of grants.mmio.keys()) {
    const window = board.mmioWindows.get(label);
    if (window === undefined) continue;
    if (/^\/dev\/gpiomem\d*$/u.test(window.device)) allow(window.device, 'gpio');
    else {
      allow(window.device, REGISTER_GROUP);
      // Its group may read it at most: /dev/mem has mode 0640 (50-udev-default.rules of systemd). The window is opened to write.
      if (/^\/dev\/[\w.-]+$/u.test(window.device)) needsRule.add(window.device.slice('/dev/'.length));
      // open_port of drivers/char/mem.c.
      if (window.device === '/dev/mem') capabilities.add('CAP_SYS_RAWIO');
    }
  }
  const writesSysfs = grants.pwm.size > 0;
  // What the rule of udev that `kanchi doctor` names gives them to.
  if (writesSysfs) groups.add('gpio');
  return {
    paths: [...paths].sort(),
    groups: [...groups].sort(),
    capabilities: [...capabilities].sort(),
    needsRule: [...needsRule].sort(),
    writesSysfs,
  };
}
