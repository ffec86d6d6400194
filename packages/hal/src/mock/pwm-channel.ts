import type { PwmChannel, PwmChannelRequest, PwmPolarity, PwmState } from '../contract/pwm.ts';
import { HalError } from '../error.ts';
import type { HandleSet } from '../handle-set.ts';
import { closedError } from '../handle-set.ts';
import { checkPwmDuty, checkPwmPeriod } from '../pwm-request.ts';
import type { FaultSet } from './fault-set.ts';
import type { MockPwmOutput } from './pwm-output.ts';

export interface MockPwmChannelParts {
  readonly output: MockPwmOutput;
  readonly faults: FaultSet;
  readonly handles: HandleSet;
  readonly release: () => void;
}

/** An open channel of the mock board. */
export class MockPwmChannel implements PwmChannel {
  readonly channel: number;
  readonly polarity: PwmPolarity;
  readonly description: string;
  readonly #parts: MockPwmChannelParts;
  readonly #safe: PwmState;
  #closed = false;

  constructor(request: PwmChannelRequest, parts: MockPwmChannelParts) {
    const {
      channel,
      consumer,
      periodNs,
      dutyNs = 0,
      polarity = 'normal',
      enabled = false,
      safeDutyNs,
    } = request;
    this.channel = channel;
    this.polarity = polarity;
    this.description = `pwm ${parts.output.name} (${consumer})`;
    this.#parts = parts;
    this.#safe = { periodNs, dutyNs: safeDutyNs ?? 0, enabled: safeDutyNs !== undefined };
    this.#apply({ periodNs, dutyNs, enabled });
    parts.handles.add(this);
  }

  state(): PwmState {
    this.#checkOpen();
    return this.#parts.output.state;
  }

  setDutyNs(dutyNs: number): void {
    this.#checkOpen();
    const { state } = this.#parts.output;
    checkPwmDuty('dutyNs', dutyNs, state.periodNs);
    this.#apply({ ...state, dutyNs });
  }

  setPeriod(periodNs: number, dutyNs: number): void {
    this.#checkOpen();
    checkPwmPeriod(periodNs);
    checkPwmDuty('dutyNs', dutyNs, periodNs);
    this.#apply({ ...this.#parts.output.state, periodNs, dutyNs });
  }

  enable(): void {
    this.#checkOpen();
    this.#apply({ ...this.#parts.output.state, enabled: true });
  }

  disable(): void {
    this.#checkOpen();
    this.#apply({ ...this.#parts.output.state, enabled: false });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const { output, handles, release } = this.#parts;
    const { periodNs } = output.state;
    // Switched off, it keeps its period; as it was opened, only a safe duty needs it back.
    output.apply(this.#safe.enabled ? this.#safe : { ...this.#safe, periodNs }, this.polarity);
    release();
    handles.delete(this);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #checkOpen(): void {
    if (this.#closed) throw closedError(this.description);
  }

  #apply(next: PwmState): void {
    const { output, faults } = this.#parts;
    const { chip, channel } = output;
    if (faults.strike('pwm-refuse', { chip, channel }, output.traceSource) !== undefined) {
      throw new HalError(
        'HAL_HARDWARE_FAULT',
        `${this.description}: the controller did not take the change`,
        {
          details: { chip, channel },
          errno: 'EIO',
        },
      );
    }
    output.apply(next, this.polarity);
  }
}
