import {
  bcm2711Functions,
  bcm2835Functions,
  type HeaderFunctions,
  rp1Functions,
} from './alternate-functions.ts';

/** What the header of one Raspberry Pi is. */
export interface RaspberryPiModel {
  /** What it is called on the command line. */
  readonly id: string;
  readonly name: string;
  /** Label of the chip that the header's lines are on, as its kernel driver gives it (drivers/pinctrl). */
  readonly chipLabel: string;
  readonly functions: HeaderFunctions;
  /** What the device tree's model begins with. */
  readonly deviceTreeModels: readonly string[];
}

/** Models whose header is known. Others with 40 pins have the same lines on the same pins. */
export const raspberryPiModels: readonly RaspberryPiModel[] = [
  {
    id: 'zero-2-w',
    name: 'Raspberry Pi Zero 2 W',
    chipLabel: 'pinctrl-bcm2835',
    functions: bcm2835Functions,
    deviceTreeModels: ['Raspberry Pi Zero 2 W'],
  },
  {
    id: '3',
    name: 'Raspberry Pi 3',
    chipLabel: 'pinctrl-bcm2835',
    functions: bcm2835Functions,
    deviceTreeModels: ['Raspberry Pi 3 Model A', 'Raspberry Pi 3 Model B'],
  },
  {
    id: '4',
    name: 'Raspberry Pi 4',
    chipLabel: 'pinctrl-bcm2711',
    functions: bcm2711Functions,
    deviceTreeModels: ['Raspberry Pi 4 Model B', 'Raspberry Pi 400'],
  },
  {
    id: '5',
    name: 'Raspberry Pi 5',
    chipLabel: 'pinctrl-rp1',
    functions: rp1Functions,
    deviceTreeModels: ['Raspberry Pi 5 Model B', 'Raspberry Pi 500'],
  },
];

/** The model that `/proc/device-tree/model` tells of, with or without the zero byte at its end; undefined when it is not known. */
export function findRaspberryPiModel(deviceTreeModel: string): RaspberryPiModel | undefined {
  return raspberryPiModels.find(({ deviceTreeModels }) =>
    deviceTreeModels.some((start) => deviceTreeModel.startsWith(start)),
  );
}
