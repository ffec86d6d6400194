import type { GpioChipNames } from '../contract/gpio.ts';
import { HalError, type HalErrorDetails } from '../error.ts';
import { withErrno } from './errno-error.ts';
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
import { MAX_GPIO_CHIPS, MAX_NAMED_LINES } from './limits.ts';
import { closeDescriptor, withMemory } from './native-resources.ts';
import { O_CLOEXEC, O_RDWR } from './open-flags.ts';
import { type Sys, SysError, type SysFiles } from './sys.ts';

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

  /** All chips, each once: names that are links to others do not count. Throws when one of them cannot be opened. */
  list(): readonly GpioChip[] {
    return this.#paths().map((path) => ({ path, ...this.#info(path) }));
  }

  /**
   * The chip with this label, or the one with the header's lines; one that cannot be opened does not hide the others. Throws
   * HAL_NO_SUCH_DEVICE with the labels that there are, HAL_PERMISSION.
   */
  find(label: string | undefined): GpioChip {
    const wanted = label === undefined ? headerChipLabels : [label];
    const chips: GpioChip[] = [];
    const errors: unknown[] = [];
    for (const path of this.#paths()) {
      try {
        const chip = { path, ...this.#info(path) };
        if (wanted.includes(chip.label)) return chip;
        chips.push(chip);
      } catch (error) {
        errors.push(error);
      }
    }
    // The one that is wanted may be among those that could not be asked.
    if (errors.length > 0) throw errors[0];
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
    const details = { chip: chip.label, offset };
    const [info] = this.#lineInfos(chip, [offset], `line ${offset} of ${chip.label}`, details);
    return info as LineInfo;
  }

  /**
   * All chips with the names of their lines; what keeps one from being asked is told with it. Takes no line: the kernel is only asked.
   * Throws HAL_NOT_SUPPORTED where no system calls can be made: sysfs has no names.
   */
  names(): readonly GpioChipNames[] {
    let hasHeader = false;
    return this.#paths().map((path) => {
      try {
        const chip = { path, ...this.#info(path) };
        // As `find` does: the first one counts.
        const isHeader = !hasHeader && headerChipLabels.includes(chip.label);
        hasHeader ||= isHeader;
        return { label: chip.label, path, isHeader, lineNames: this.#lineNames(chip) };
      } catch (error) {
        if (!(error instanceof HalError)) throw error;
        if (error.code === 'HAL_NOT_SUPPORTED') throw withoutNames(error);
        return { label: '', path, isHeader: false, lineNames: [], failure: error };
      }
    });
  }

  #lineNames(chip: GpioChip): readonly string[] {
    const offsets = Array.from({ length: Math.min(chip.lineCount, MAX_NAMED_LINES) }, (_, offset) => offset);
    const subject = `names of the lines of ${chip.label}`;
    return this.#lineInfos(chip, offsets, subject, { chip: chip.label }).map(({ name }) => name);
  }

  #lineInfos(
    chip: GpioChip,
    offsets: readonly number[],
    subject: string,
    details: HalErrorDetails,
  ): readonly LineInfo[] {
    const chipDescriptor = this.open(chip);
    try {
      return withErrno('gpio', subject, details, () =>
        withMemory(this.#sys, LINE_INFO_BYTES, (memory) =>
          offsets.map((offset) => {
            encodeLineInfo(memory.bytes, offset);
            this.#sys.ioctl(chipDescriptor, GPIO_V2_GET_LINEINFO, memory);
            return decodeLineInfo(memory.bytes);
          }),
        ),
      );
    } finally {
      closeDescriptor(this.#sys, chipDescriptor);
    }
  }

  /** Device files without their other names; a link to nowhere is none. */
  #paths(): readonly string[] {
    const names = this.#files.list('/dev').filter((name) => /^gpiochip\d+$/u.test(name));
    const paths = new Set<string>();
    for (const name of names.slice(0, MAX_GPIO_CHIPS)) {
      try {
        paths.add(this.#files.realPath(`/dev/${name}`));
      } catch (error) {
        if (!(error instanceof SysError)) throw error;
      }
    }
    return [...paths];
  }

  #info(path: string): ChipInfo {
    return withErrno('open', `GPIO chip ${path}`, { path }, () =>
      withMemory(this.#sys, CHIP_INFO_BYTES, (memory) => {
        const chipDescriptor = this.#sys.open(path, O_RDWR | O_CLOEXEC);
        try {
          this.#sys.ioctl(chipDescriptor, GPIO_GET_CHIPINFO, memory);
        } finally {
          closeDescriptor(this.#sys, chipDescriptor);
        }
        return decodeChipInfo(memory.bytes);
      }),
    );
  }
}

function labelsOf(chips: readonly GpioChip[]): string {
  return chips.map(({ label, path, lineCount }) => `${label} (${path}, ${lineCount} lines)`).join(', ');
}

function withoutNames(cause: HalError): HalError {
  return new HalError(
    'HAL_NOT_SUPPORTED',
    `only the GPIO character device tells the names of lines, and sysfs, which the package "onoff" uses, has none; say "line" and "chip" instead of "lineName": ${cause.message}`,
    { cause },
  );
}
