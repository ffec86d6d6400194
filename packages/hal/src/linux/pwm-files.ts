import { HalError, type HalErrorDetails } from '../error.ts';
import { busyError } from '../handle-set.ts';
import { halErrorOf } from './errno-error.ts';
import { UDEV_RETRIES, UDEV_RETRY_MS } from './limits.ts';
import { closeDescriptor } from './native-resources.ts';
import { O_CLOEXEC, O_RDWR } from './open-flags.ts';
import type { PwmChip } from './pwm-chips.ts';
import { type Sys, SysError, type SysFiles } from './sys.ts';

/** What happened at opening, for people who look for a reason. */
export interface PwmCounts {
  /** Times that a file was not the group's yet after an export. */
  retries: number;
  /** Channels that were exported already and that nobody held: left by a program that ended without closing. */
  takenOver: number;
}

export interface PwmFilesParts {
  readonly sys: Sys;
  readonly files: SysFiles;
  readonly counts: PwmCounts;
}

export type PwmAttribute = 'period' | 'duty_cycle' | 'polarity' | 'enable';

/**
 * The files of one channel, exported and locked. The kernel does not tell who uses an exported channel, so users of Kanchi hold a lock
 * (flock(2)) on its file `enable`, which the kernel takes back when they die: a channel without one is free, exported or not.
 */
export class PwmFiles {
  readonly #parts: PwmFilesParts;
  readonly #chip: PwmChip;
  readonly #channel: number;
  readonly #what: string;
  readonly #details: HalErrorDetails;
  #descriptor: number | undefined;
  /** For the files of an export of our own, until it has settled. */
  #retriesLeft = 0;

  /** Throws HAL_BUSY, HAL_PERMISSION, HAL_NO_SUCH_DEVICE. */
  constructor(parts: PwmFilesParts, chip: PwmChip, channel: number, what: string) {
    this.#parts = parts;
    this.#chip = chip;
    this.#channel = channel;
    this.#what = what;
    this.#details = { chip: chip.device, channel };
    const isOurs = this.#export();
    try {
      this.#descriptor = this.#lock();
    } catch (error) {
      if (isOurs) this.#tryUnexport();
      throw error;
    }
    if (!isOurs) parts.counts.takenOver += 1;
  }

  read(attribute: PwmAttribute): string {
    return this.#attempt(attribute, () => this.#parts.files.readText(this.#path(attribute)));
  }

  write(attribute: PwmAttribute, value: string | number): void {
    this.#attempt(`${attribute} ${value}`, () =>
      this.#settled(() => this.#parts.files.writeText(this.#path(attribute), String(value))),
    );
  }

  /** Everything is the user's from now on: a refusal is one. */
  endSettling(): void {
    this.#retriesLeft = 0;
  }

  /** Lets go, and takes the channel out of sysfs unless it is to run on. The lock goes in any case. */
  close(runsOn: boolean): void {
    const descriptor = this.#descriptor;
    if (descriptor === undefined) return;
    this.#descriptor = undefined;
    try {
      if (!runsOn) {
        this.#attempt('unexport', () =>
          this.#parts.files.writeText(`${this.#chip.folder}/unexport`, String(this.#channel)),
        );
      }
    } finally {
      closeDescriptor(this.#parts.sys, descriptor);
    }
  }

  #path(attribute: PwmAttribute): string {
    return `${this.#chip.folder}/pwm${this.#channel}/${attribute}`;
  }

  /** Whether it was not exported before. */
  #export(): boolean {
    const { files } = this.#parts;
    if (files.exists(this.#path('enable'))) return false;
    const path = `${this.#chip.folder}/export`;
    try {
      files.writeText(path, String(this.#channel));
    } catch (error) {
      if (!(error instanceof SysError && error.errno === 'EBUSY')) throw this.#error(error, 'export');
      // Somebody was faster; or a driver of the kernel has it, of which there are no files.
      if (files.exists(this.#path('enable'))) return false;
      throw busyError(this.#what, 'a driver of the kernel (/sys/kernel/debug/pwm names it)');
    }
    this.#retriesLeft = UDEV_RETRIES;
    return true;
  }

  #lock(): number {
    const { sys } = this.#parts;
    const path = this.#path('enable');
    return this.#attempt('lock', () => {
      const descriptor = this.#settled(() => sys.open(path, O_RDWR | O_CLOEXEC));
      try {
        if (sys.lock(descriptor)) return descriptor;
      } catch (error) {
        closeDescriptor(sys, descriptor);
        throw error;
      }
      closeDescriptor(sys, descriptor);
      throw busyError(this.#what, `another process that has locked ${path}`);
    });
  }

  #tryUnexport(): void {
    try {
      this.#parts.files.writeText(`${this.#chip.folder}/unexport`, String(this.#channel));
    } catch (error) {
      // The error that led here is the one to tell.
      if (!(error instanceof SysError)) throw error;
    }
  }

  /** After an export udev gives the files to a group, one after the other and a moment later: EACCES until then. */
  #settled<T>(action: () => T): T {
    for (;;) {
      try {
        return action();
      } catch (error) {
        const isEarly = error instanceof SysError && error.errno === 'EACCES';
        if (!isEarly || this.#retriesLeft === 0) throw error;
      }
      this.#retriesLeft -= 1;
      this.#parts.counts.retries += 1;
      this.#parts.sys.sleep(UDEV_RETRY_MS);
    }
  }

  #attempt<T>(what: string, action: () => T): T {
    try {
      return action();
    } catch (error) {
      throw this.#error(error, what);
    }
  }

  #error(error: unknown, what: string): unknown {
    const told = halErrorOf(error, 'pwm', `${this.#what}, ${what}`, this.#details);
    if (!(told instanceof HalError) || told.code !== 'HAL_PERMISSION' || told === error) return told;
    // The group alone does not help: without a rule of udev the files are root's.
    return new HalError(
      'HAL_PERMISSION',
      `${this.#what}, ${what}: ${told.errno}; the files in ${this.#chip.folder} are root's until a rule of udev gives them to a group: ` +
        '"npx kanchi doctor" says what to do',
      { details: this.#details, cause: error, ...(told.errno === undefined ? {} : { errno: told.errno }) },
    );
  }
}
