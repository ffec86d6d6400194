import { HalError } from '../error.ts';
import { halErrorOf, withErrno } from './errno-error.ts';
import {
  CHIP_INFO_BYTES,
  type ChipInfo,
  decodeChipInfo,
  decodeLineInfo,
  encodeLineInfo,
  GPIO_GET_CHIPINFO,
  GPIO_V2_GET_LINEINFO,
  LINE_INFO_BYTES,
  type LineInfo,
} from './gpio-abi.ts';
import { MAX_GPIO_CHIPS } from './limits.ts';
import { O_CLOEXEC, O_RDWR } from './open-flags.ts';
import type { Sys, SysFiles } from './sys.ts';

/** Labels of the chips that have the header's lines 0 to 27: Pi Zero to 3, Pi 4, Pi 5 (drivers/pinctrl of the kernel). */
export const headerChipLabels = ['pinctrl-bcm2835', 'pinctrl-bcm2711', 'pinctrl-rp1'];

export interface GpioChip extends ChipInfo {
  readonly path: string;
}

/**
 * The GPIO chips of this machine. Their numbers change between kernels (on a Pi 5 the header's chip has been gpiochip4 and
 * gpiochip0), so a chip is found by its label.
 */
export class GpioChips {
  readonly #sys: Sys;
  readonly #files: SysFiles;

  constructor(sys: Sys, files: SysFiles) {
    this.#sys = sys;
    this.#files = files;
  }

  /** Chips that may be opened, each once: names that are links to others do not count. Throws what `open` does at the first. */
  list(): readonly GpioChip[] {
    const names = this.#files.list('/dev').filter((name) => /^gpiochip\d+$/u.test(name));
    const paths = new Set(names.slice(0, MAX_GPIO_CHIPS).map((name) => this.#files.realPath(`/dev/${name}`)));
    return [...paths].map((path) => ({ path, ...this.#info(path) }));
  }

  /**
   * The chip with this label, or the one with the header's lines. Throws HAL_NO_SUCH_DEVICE with the labels that there are,
   * HAL_PERMISSION.
   */
  find(label: string | undefined): GpioChip {
    const chips = this.list();
    const wanted = label === undefined ? headerChipLabels : [label];
    const chip = chips.find((each) => wanted.includes(each.label));
    if (chip !== undefined) return chip;
    const there = chips.length === 0 ? 'there is no /dev/gpiochip*' : `there are: ${labelsOf(chips)}`;
    throw new HalError('HAL_NO_SUCH_DEVICE', `no GPIO chip with the label ${wanted.join(' or ')}; ${there}`, {
      details: { chip: wanted.join(' or ') },
    });
  }

  /** Opens the chip for requests; the caller closes the descriptor. */
  open({ path, label }: GpioChip): number {
    return withErrno('open', `GPIO chip ${label} (${path})`, { chip: label }, () =>
      this.#sys.open(path, O_RDWR | O_CLOEXEC),
    );
  }

  /** What the kernel says of a line. Its direction is that of the last request, which may be over. */
  lineInfo(chip: GpioChip, offset: number): LineInfo {
    const chipDescriptor = this.open(chip);
    const memory = this.#sys.allocate(LINE_INFO_BYTES);
    try {
      encodeLineInfo(memory.bytes, offset);
      this.#sys.ioctl(chipDescriptor, GPIO_V2_GET_LINEINFO, memory);
      return decodeLineInfo(memory.bytes);
    } catch (error) {
      throw halErrorOf(error, 'gpio', `line ${offset} of ${chip.label}`, { chip: chip.label, offset });
    } finally {
      this.#sys.free(memory);
      this.#sys.close(chipDescriptor);
    }
  }

  #info(path: string): ChipInfo {
    const memory = this.#sys.allocate(CHIP_INFO_BYTES);
    try {
      return withErrno('open', `GPIO chip ${path}`, { path }, () => {
        const chipDescriptor = this.#sys.open(path, O_RDWR | O_CLOEXEC);
        try {
          this.#sys.ioctl(chipDescriptor, GPIO_GET_CHIPINFO, memory);
        } finally {
          this.#sys.close(chipDescriptor);
        }
        return decodeChipInfo(memory.bytes);
      });
    } finally {
      this.#sys.free(memory);
    }
  }
}

function labelsOf(chips: readonly GpioChip[]): string {
  return chips.map(({ label, path, lineCount }) => `${label} (${path}, ${lineCount} lines)`).join(', ');
}
