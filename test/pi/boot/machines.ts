import type { PiImage } from '../image/pi-image.ts';

/**
 * `raspi3b`: the boards' own chips and model string; inputs cannot be driven, edges are not modelled. `virt`: QEMU's
 * own board with a GPIO controller whose line 3 can be pulsed (see RunningPi.pulseLine).
 */
export type PiMachine = 'raspi3b' | 'virt';

interface MachineDescription {
  readonly parameters: (image: PiImage) => string[];
  /** Drivers that the payload finds loaded. */
  readonly modules: readonly string[];
}

export const machines: Readonly<Record<PiMachine, MachineDescription>> = {
  raspi3b: {
    parameters: (image) => ['-M', 'raspi3b', '-dtb', image.deviceTreePath],
    modules: ['i2c-dev', 'i2c-bcm2835', 'spi-bcm2835', 'bcm2835_thermal'],
  },
  virt: {
    parameters: () => ['-M', 'virt', '-cpu', 'cortex-a53', '-smp', '2', '-m', '1024'],
    modules: ['i2c-dev'],
  },
};
