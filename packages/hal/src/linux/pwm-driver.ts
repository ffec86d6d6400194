import type { PwmChannel, PwmChannelRequest } from '../contract/pwm.ts';
import { HalError } from '../error.ts';
import { busyError } from '../handle-set.ts';
import type { LinuxDriver } from './linux-driver.ts';
import { LinuxPwmChannel } from './pwm-channel.ts';
import { findPwmChip } from './pwm-chips.ts';
import type { PwmCounts } from './pwm-files.ts';
import type { Sys, SysFiles } from './sys.ts';

export interface PwmDriver extends LinuxDriver<PwmChannelRequest, PwmChannel> {
  readonly counts: Readonly<PwmCounts>;
}

/** Channels by sysfs, which is the kernel's only way to PWM for programs. */
export function sysfsPwmDriver(sys: Sys, files: SysFiles): PwmDriver {
  const counts: PwmCounts = { retries: 0, takenOver: 0 };
  /** Of this process, by name: the lock would say no to them too, but not who has it. */
  const owners = new Map<string, string>();
  return {
    name: 'sysfs (flock by koffi)',
    isThere: true,
    counts,
    open: (request, onClose) => {
      const chip = findPwmChip(files, request.chip);
      const { channel, consumer } = request;
      if (channel >= chip.channelCount) {
        throw new HalError(
          'HAL_NO_SUCH_DEVICE',
          `${chip.device} has PWM channels 0 to ${chip.channelCount - 1}, and no channel ${channel}`,
          { details: { chip: chip.device, channel } },
        );
      }
      const name = `${chip.device}/${channel}`;
      const owner = owners.get(name);
      if (owner !== undefined) throw busyError(`pwm ${name}`, owner);
      const opened = new LinuxPwmChannel({ sys, files, counts }, chip, request, (closed) => {
        owners.delete(name);
        onClose(closed);
      });
      owners.set(name, consumer);
      return opened;
    },
  };
}
