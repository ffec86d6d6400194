import { SysError } from '@kanchi/hal/linux';
import type { Machine } from './machine.ts';

/** A machine with files by their whole paths, and links to other paths; everything may be used. */
export function machineWith(
  more: Partial<Machine> & {
    readonly files?: Readonly<Record<string, string>>;
    readonly links?: Readonly<Record<string, string>>;
  } = {},
): Machine {
  const { files = {}, links = {}, ...rest } = more;
  const namesIn = (folder: string): string[] => [
    ...new Set(
      [...Object.keys(files), ...Object.keys(links)]
        .filter((path) => path.startsWith(`${folder}/`))
        .map((path) => path.slice(folder.length + 1).split('/', 1)[0] ?? ''),
    ),
  ];
  return {
    platform: 'linux',
    nodeVersion: 'v20.19.0',
    kernelRelease: '6.12.34+rpt-rpi-v8',
    userName: 'pi',
    isRoot: false,
    readText: (path) => files[path]?.replace(/[\0\n]+$/u, ''),
    readBytes: (path) => {
      const text = files[path];
      if (text === undefined) throw new SysError('ENOENT', 'read', path);
      return new Uint8Array(Buffer.from(text, 'latin1'));
    },
    exists: (path) => path in files,
    realPath: (path) => links[path] ?? (path in files ? path : undefined),
    listFolders: (folder) => namesIn(folder).filter((name) => namesIn(`${folder}/${name}`).length > 0),
    list: namesIn,
    mayUse: () => true,
    mayWrite: () => true,
    whyNoSystemCalls: () => undefined,
    gpioChips: () => [{ path: '/dev/gpiochip0', label: 'pinctrl-bcm2711', lineCount: 58 }],
    lineNames: {
      gpioChipNames: () => [
        { label: 'pinctrl-bcm2711', isHeader: true, lineNames: ['ID_SDA', 'ID_SCL', 'SDA1'] },
      ],
    },
    pwmChips: () => [headerPwm],
    drivers: () => ({ gpio: 'gpio-v2', i2c: 'i2c-dev' }),
    whyNoPackage: () => undefined,
    ...rest,
  };
}

export const headerPwm = {
  folder: '/sys/class/pwm/pwmchip0',
  name: 'pwmchip0',
  device: 'fe20c000.pwm',
  channelCount: 2,
};

const TREE = '/proc/device-tree';

/** The device tree of a Raspberry Pi 4, as far as the header's serial port and I2C bus 1 go. */
export const pi4Tree: Readonly<Record<string, string>> = {
  [`${TREE}/model`]: 'Raspberry Pi 4 Model B Rev 1.4\0',
  [`${TREE}/aliases/i2c1`]: '/soc/i2c@7e804000\0',
  [`${TREE}/soc/gpio@7e200000/compatible`]: 'brcm,bcm2711-gpio\0',
  [`${TREE}/soc/gpio@7e200000/i2c1/phandle`]: '\0\0\0\u0001',
  [`${TREE}/soc/gpio@7e200000/i2c1/brcm,pins`]: '\0\0\0\u0002\0\0\0\u0003',
  [`${TREE}/soc/gpio@7e200000/uart1/phandle`]: '\0\0\0\u0002',
  [`${TREE}/soc/gpio@7e200000/uart1/brcm,pins`]: '\0\0\0\u000e\0\0\0\u000f',
  [`${TREE}/soc/i2c@7e804000/pinctrl-0`]: '\0\0\0\u0001',
  [`${TREE}/soc/serial@7e215040/pinctrl-0`]: '\0\0\0\u0002',
  [`${TREE}/soc/serial@7e215040/status`]: 'okay\0',
};
