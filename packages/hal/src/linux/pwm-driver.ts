import type { PwmChannel, PwmChannelRequest } from '../contract/pwm.ts';
import { HalError } from '../error.ts';
import { busyError } from '../handle-set.ts';
import type { OutputNotes } from './held-outputs.ts';
import type { LinuxDriver } from './linux-driver.ts';
import { LinuxPwmChannel } from './pwm-channel.ts';
import { findPwmChip, type PwmChip } from './pwm-chips.ts';
import type { PwmCounts } from './pwm-files.ts';
import type { Sys, SysFiles } from './sys.ts';

export interface PwmDriver extends LinuxDriver<PwmChannelRequest, PwmChannel> {
  readonly counts: Readonly<PwmCounts>;
  /** See `LinuxHal.settlePwmChannel`. */
  settle(request: PwmChannelRequest): void;
}

export interface SysfsPwmParts {
  readonly sys: Sys;
  readonly files: SysFiles;
  readonly heldOutputs?: OutputNotes | undefined;
}

/** Channels by sysfs, which is the kernel's only way to PWM for programs. */
export function sysfsPwmDriver({ sys, files, heldOutputs }: SysfsPwmParts): PwmDriver {
  const counts: PwmCounts = { retries: 0, takenOver: 0 };
  /** Of this process, by name: the lock would say no to them too, but not who has it. */
  const owners = new Map<string, string>();
  const parts = { sys, files, counts };
  const findChip = ({ chip: wanted, channel }: PwmChannelRequest): PwmChip => {
    const chip = findPwmChip(files, wanted);
    if (channel < chip.channelCount) return chip;
    throw new HalError(
      'HAL_NO_SUCH_DEVICE',
      `${chip.device} has PWM channels 0 to ${chip.channelCount - 1}, and no channel ${channel}`,
      { details: { chip: chip.device, channel } },
    );
  };
  return {
    name: 'sysfs (flock by koffi)',
    isThere: true,
    counts,
    open: (request, onClose) => {
      const chip = findChip(request);
      const name = `${chip.device}/${request.channel}`;
      const owner = owners.get(name);
      if (owner !== undefined) throw busyError(`pwm ${name}`, owner);
      const released = heldOutputs?.holdChannel(chip.device, request);
      try {
        const opened = new LinuxPwmChannel(parts, chip, request, {
          onClose: (closed) => {
            owners.delete(name);
            onClose(closed);
          },
          onReleased: () => released?.(),
        });
        owners.set(name, request.consumer);
        return opened;
      } catch (error) {
        released?.();
        throw error;
      }
    },
    settle: (request) => new LinuxPwmChannel(parts, findChip(request), request, { isLeft: true }).close(),
  };
}
