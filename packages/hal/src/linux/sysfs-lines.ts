import type { GpioLineRequest } from '../contract/gpio.ts';
import { HalError } from '../error.ts';
import { busyError } from '../handle-set.ts';
import { withErrno } from './errno-error.ts';
import { headerChipLabels } from './gpio-chips.ts';
import { MAX_GPIO_CHIPS } from './limits.ts';
import type { SysFiles } from './sys.ts';

const GPIO_FOLDER = '/sys/class/gpio';

/**
 * The number of a line in sysfs: the first number of its chip, which is another on each kernel (0, 458, 512, 571 were seen for the
 * same header), and the offset. Throws HAL_NOT_SUPPORTED where the kernel has no such files, HAL_NO_SUCH_DEVICE, HAL_BUSY for a line
 * that has an owner here, or that somebody else has exported: the package `onoff` would take it over, and let it go at its end.
 */
export function findSysfsLine(
  files: SysFiles,
  { chip, offset }: Pick<GpioLineRequest, 'chip' | 'offset'>,
  ownerOf: (sysfsNumber: number) => string | undefined,
): { readonly sysfsNumber: number; readonly label: string } {
  // Absent since 6.x where CONFIG_GPIO_SYSFS_LEGACY is off.
  if (!files.exists(`${GPIO_FOLDER}/export`)) {
    throw new HalError(
      'HAL_NOT_SUPPORTED',
      `there is no ${GPIO_FOLDER}/export: this kernel has no GPIO lines in sysfs, which the package "onoff" needs; install "koffi"`,
    );
  }
  const wanted = chip === undefined ? headerChipLabels : [chip];
  const chips = chipsOf(files);
  const found = chips.find(({ label }) => wanted.includes(label));
  if (found === undefined) {
    const labels = chips.map(({ label }) => label).join(', ');
    throw new HalError(
      'HAL_NO_SUCH_DEVICE',
      `no GPIO chip with the label ${wanted.join(' or ')}; there are: ${labels || 'none'}`,
      { details: { chip: wanted.join(' or ') } },
    );
  }
  const { label, base, lineCount } = found;
  if (offset >= lineCount) {
    throw new HalError(
      'HAL_NO_SUCH_DEVICE',
      `${label} has lines 0 to ${lineCount - 1}, and no line ${offset}`,
      { details: { chip: label, offset } },
    );
  }
  const sysfsNumber = base + offset;
  const owner = ownerOf(sysfsNumber);
  if (owner !== undefined) throw busyError(`gpio ${label}/${offset}`, owner);
  if (files.exists(`${GPIO_FOLDER}/gpio${sysfsNumber}`)) {
    throw busyError(
      `gpio ${label}/${offset}`,
      `somebody who exported it in sysfs; if that is nobody any more: echo ${sysfsNumber} > ${GPIO_FOLDER}/unexport`,
    );
  }
  return { sysfsNumber, label };
}

interface SysfsChip {
  readonly label: string;
  readonly base: number;
  readonly lineCount: number;
}

function chipsOf(files: SysFiles): readonly SysfsChip[] {
  const names = files.list(GPIO_FOLDER).filter((name) => /^gpiochip\d+$/u.test(name));
  return names.slice(0, MAX_GPIO_CHIPS).map((name) => {
    const folder = `${GPIO_FOLDER}/${name}`;
    return withErrno('open', folder, {}, () => ({
      label: files.readText(`${folder}/label`),
      base: Number(files.readText(`${folder}/base`)),
      lineCount: Number(files.readText(`${folder}/ngpio`)),
    }));
  });
}
