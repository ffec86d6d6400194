import type { PwmChannel, PwmChannelRequest, PwmPolarity, PwmState } from '../contract/pwm.ts';
import { HalError } from '../error.ts';
import { closedError } from '../handle-set.ts';
import { checkPwmDuty, checkPwmPeriod } from '../pwm-request.ts';
import type { PwmChip } from './pwm-chips.ts';
import { PwmFiles, type PwmFilesParts } from './pwm-files.ts';

export interface LinuxPwmChannelOptions {
  /** Called by `close`, before the safe state. */
  readonly onClose?: (channel: LinuxPwmChannel) => void;
  /** Called by `close` once it has let go of the channel, also when a step failed, which is thrown then. */
  readonly onReleased?: () => void;
  /** A killed process left it: one that runs is taken as it is, without an off in between. Default false. */
  readonly isLeft?: boolean;
}

/**
 * One channel in sysfs. What a controller takes differs, and so the order of writes is one that all take: off first, polarity only while it is off
 * and after the period (pwm-bcm2835 refuses every change while its period is 0), on last. The kernel compares duty and period
 * only while a channel is on; here they are compared always.
 */
export class LinuxPwmChannel implements PwmChannel {
  readonly channel: number;
  readonly polarity: PwmPolarity;
  readonly description: string;
  readonly #files: PwmFiles;
  readonly #options: LinuxPwmChannelOptions;
  readonly #openPeriodNs: number;
  readonly #safeDutyNs: number | undefined;
  #state: PwmState = { periodNs: 0, dutyNs: 0, enabled: false };
  #closed = false;

  /** Throws HAL_BUSY, HAL_PERMISSION, HAL_NOT_SUPPORTED, HAL_BAD_ARGUMENT for a period that the controller cannot count. */
  constructor(
    parts: PwmFilesParts,
    chip: PwmChip,
    request: PwmChannelRequest,
    options: LinuxPwmChannelOptions = {},
  ) {
    const { channel, consumer, periodNs, polarity = 'normal', safeDutyNs } = request;
    const what = `pwm ${chip.device}/${channel}`;
    this.channel = channel;
    this.polarity = polarity;
    this.description = `${what} (${consumer})`;
    this.#options = options;
    this.#openPeriodNs = periodNs;
    this.#safeDutyNs = safeDutyNs;
    this.#files = new PwmFiles(parts, chip, channel, what);
    try {
      if (options.isLeft === true && this.#runsAsAsked()) this.#state = this.#readState();
      else this.#configure(request);
      this.#files.endSettling();
    } catch (error) {
      this.#files.endSettling();
      // What was left running with a safe duty is a load that must not be let go.
      const mayBeOff = options.isLeft !== true || safeDutyNs === undefined;
      this.#letGo([
        ...(mayBeOff ? [() => this.#files.write('enable', 0)] : []),
        () => this.#files.close(!mayBeOff),
      ]);
      throw error;
    }
  }

  state(): PwmState {
    this.#checkOpen();
    return this.#state;
  }

  setDutyNs(dutyNs: number): void {
    this.#checkOpen();
    checkPwmDuty('dutyNs', dutyNs, this.#state.periodNs);
    this.#setDuty(dutyNs);
  }

  setPeriod(periodNs: number, dutyNs: number): void {
    this.#checkOpen();
    checkPwmPeriod(periodNs);
    checkPwmDuty('dutyNs', dutyNs, periodNs);
    this.#setBoth(periodNs, dutyNs);
  }

  enable(): void {
    this.#checkOpen();
    this.#switch(true);
  }

  disable(): void {
    this.#checkOpen();
    this.#switch(false);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#options.onClose?.(this);
    const safeDutyNs = this.#safeDutyNs;
    const failures =
      safeDutyNs === undefined
        ? this.#letGo([
            // What a pin shows after "off" is the controller's affair, so that nothing comes first.
            () => this.#setDuty(0),
            () => this.#switch(false),
            () => this.#files.close(false),
          ])
        : this.#letGo([
            () => this.#setBoth(this.#openPeriodNs, safeDutyNs),
            () => this.#switch(true),
            // Some drivers stop a channel that is taken out of sysfs (pwm-bcm2835 does), so it stays there.
            () => this.#files.close(true),
          ]);
    this.#options.onReleased?.();
    if (failures.length > 0) throw failures[0];
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #configure({ periodNs, dutyNs = 0, enabled = false }: PwmChannelRequest): void {
    const files = this.#files;
    // The kernel keeps what the last user left, running or not, also of a channel that was not exported.
    files.write('enable', 0);
    files.write('duty_cycle', 0);
    this.#setPeriodOnly(periodNs);
    if (files.read('polarity') !== this.polarity) this.#setPolarity();
    this.#setDuty(dutyNs);
    if (enabled) this.#switch(true);
  }

  /** Switched on is what a channel is last. Another polarity is one that somebody left before. */
  #runsAsAsked(): boolean {
    return this.#files.read('enable') === '1' && this.#files.read('polarity') === this.polarity;
  }

  #readState(): PwmState {
    const number = (attribute: 'period' | 'duty_cycle'): number => Number(this.#files.read(attribute));
    return { periodNs: number('period'), dutyNs: number('duty_cycle'), enabled: true };
  }

  #setPolarity(): void {
    try {
      this.#files.write('polarity', this.polarity);
    } catch (error) {
      if (!(error instanceof HalError) || error.code !== 'HAL_BAD_ARGUMENT') throw error;
      throw new HalError(
        'HAL_NOT_SUPPORTED',
        `${this.description}: the controller cannot turn its output to ${this.polarity}`,
        {
          details: error.details,
          cause: error,
          ...(error.errno === undefined ? {} : { errno: error.errno }),
        },
      );
    }
  }

  /** In the order in which the duty is never over the period; what was done is undone when the rest fails. */
  #setBoth(periodNs: number, dutyNs: number): void {
    const before = this.#state;
    if (periodNs >= before.dutyNs) {
      this.#setPeriodOnly(periodNs);
      this.#orUndo(
        () => this.#setDuty(dutyNs),
        () => this.#setPeriodOnly(before.periodNs),
      );
    } else {
      this.#setDuty(dutyNs);
      this.#orUndo(
        () => this.#setPeriodOnly(periodNs),
        () => this.#setDuty(before.dutyNs),
      );
    }
  }

  #orUndo(action: () => void, undo: () => void): void {
    try {
      action();
    } catch (error) {
      this.#letGo([undo]);
      throw error;
    }
  }

  #setDuty(dutyNs: number): void {
    this.#files.write('duty_cycle', dutyNs);
    this.#state = { ...this.#state, dutyNs };
  }

  #setPeriodOnly(periodNs: number): void {
    this.#files.write('period', periodNs);
    this.#state = { ...this.#state, periodNs };
  }

  #switch(enabled: boolean): void {
    this.#files.write('enable', enabled ? 1 : 0);
    this.#state = { ...this.#state, enabled };
  }

  /** Does all of it, whatever fails; returns the failures. */
  #letGo(steps: readonly (() => void)[]): HalError[] {
    return steps.flatMap((step) => {
      try {
        step();
        return [];
      } catch (error) {
        if (!(error instanceof HalError)) throw error;
        return [error];
      }
    });
  }

  #checkOpen(): void {
    if (this.#closed) throw closedError(this.description);
  }
}
