import type { FakeFiles } from './fake-files.test-support.ts';

/** A property: cells, or texts. */
type Property = readonly number[] | readonly string[] | string;

/** A node: its properties, and the nodes in it (those have an object). */
export interface FakeNode {
  readonly [name: string]: Property | FakeNode;
}

/** Puts a device tree where the kernel shows it, each property a file (Devicetree Specification 0.4, section 2.2.4). */
export function addDeviceTree(files: FakeFiles, root: FakeNode): void {
  const add = (folder: string, node: FakeNode): void => {
    files.addText(`${folder}/name`, `${folder.slice(folder.lastIndexOf('/') + 1)}\0`);
    for (const [name, value] of Object.entries(node)) {
      if (typeof value === 'string' || Array.isArray(value)) {
        files.addText(`${folder}/${name}`, bytesOf(value as Property));
      } else {
        add(`${folder}/${name}`, value as FakeNode);
      }
    }
  };
  add('/proc/device-tree', root);
}

/** As characters 0 to 255. */
function bytesOf(value: Property): string {
  const list = typeof value === 'string' ? [value] : value;
  return list
    .map((each) => {
      if (typeof each === 'string') return `${each}\0`;
      const cell = Buffer.alloc(4);
      cell.writeUInt32BE(each);
      return cell.toString('latin1');
    })
    .join('');
}

/** What Raspberry Pi OS makes of a Pi 4 with I2C and SPI enabled, as far as pins go; the header's serial port and PWM are off. */
export const pi4Tree: FakeNode = {
  model: 'Raspberry Pi 4 Model B Rev 1.5',
  aliases: { i2c1: '/soc/i2c@7e804000', spi0: '/soc/spi@7e204000', serial1: '/soc/serial@7e215040' },
  soc: {
    'gpio@7e200000': {
      compatible: ['brcm,bcm2711-gpio'],
      'pinctrl-0': [9],
      hog: { 'brcm,pins': [6], phandle: [9] },
      i2c1: { 'brcm,pins': [2, 3], 'brcm,function': [4], phandle: [1] },
      spi0_pins: { 'brcm,pins': [9, 10, 11], 'brcm,function': [4], phandle: [2] },
      spi0_cs_pins: { 'brcm,pins': [8, 7], 'brcm,function': [1], phandle: [3] },
      uart1_pins: { 'brcm,pins': [14, 15], 'brcm,function': [2], phandle: [4] },
      pwm0_pins: { 'brcm,pins': [18, 19], 'brcm,function': [2], phandle: [5] },
    },
    'i2c@7e804000': { status: 'okay', 'pinctrl-0': [1] },
    'spi@7e204000': { status: 'okay', 'pinctrl-0': [2, 3] },
    'serial@7e215040': { status: 'disabled', 'pinctrl-0': [4] },
    'pwm@7e20c000': { status: 'disabled', 'pinctrl-0': [5] },
  },
};
