import { HalError } from '../error.ts';
import { headerPwmDevices } from '../raspberry-pi/pwm-devices.ts';
import { withErrno } from './errno-error.ts';
import { MAX_PWM_CHIPS } from './limits.ts';
import type { SysFiles } from './sys.ts';

const PWM_FOLDER = '/sys/class/pwm';

/** A PWM controller (Documentation/ABI/testing/sysfs-class-pwm and Documentation/driver-api/pwm.rst of the kernel). */
export interface PwmChip {
  /** `/sys/class/pwm/pwmchip0`. */
  readonly folder: string;
  /** `pwmchip0`: another number on another kernel. */
  readonly name: string;
  /** The device that it is, `3f20c000.pwm`: the same on every kernel. */
  readonly device: string;
  readonly channelCount: number;
}

/** All PWM controllers of this machine. */
export function listPwmChips(files: SysFiles): readonly PwmChip[] {
  const names = files.list(PWM_FOLDER).filter((name) => /^pwmchip\d+$/u.test(name));
  return names.slice(0, MAX_PWM_CHIPS).map((name) => {
    const folder = `${PWM_FOLDER}/${name}`;
    return withErrno('open', folder, {}, () => ({
      folder,
      name,
      device: files.realPath(`${folder}/device`).split('/').at(-1) ?? name,
      channelCount: Number(files.readText(`${folder}/npwm`)),
    }));
  });
}

/** The controller of that device or that number, or the one of the header. Throws HAL_NO_SUCH_DEVICE with what there is. */
export function findPwmChip(files: SysFiles, wanted: string | undefined): PwmChip {
  const chips = listPwmChips(files);
  const found = chips.find(({ name, device }) =>
    wanted === undefined ? headerPwmDevices.includes(device) : wanted === device || wanted === name,
  );
  if (found !== undefined) return found;
  const there = chips.map(
    ({ name, device, channelCount }) => `${device} (${name}, ${channelCount} channels)`,
  );
  throw new HalError(
    'HAL_NO_SUCH_DEVICE',
    `${wanted === undefined ? "the header's PWM controller is not there" : `no PWM controller ${wanted}`}; ` +
      `there ${there.length === 0 ? `is no ${PWM_FOLDER}/pwmchip*` : `are: ${there.join(', ')}`}; on a Raspberry Pi ` +
      'write "dtoverlay=pwm-2chan" in /boot/firmware/config.txt and start again',
    { details: { chip: wanted ?? 'header' }, errno: 'ENOENT' },
  );
}
