import type { PwmChannelRequest } from '../contract/pwm.ts';
import { HalError } from '../error.ts';
import { busyError, type HandleSet } from '../handle-set.ts';
import { checkPwmRequest } from '../pwm-request.ts';
import type { FaultSet } from './fault-set.ts';
import { MockPwmChannel } from './pwm-channel.ts';
import { MockPwmOutput } from './pwm-output.ts';
import type { Trace } from './trace.ts';

export interface MockPwmChipDescription {
  /** Name of the controller's device, as the kernel would have it. */
  readonly label: string;
  /** 1 to MAX_PWM_CHANNELS. */
  readonly channelCount: number;
}

/** Channels of one controller: a PCA9685 has 16, no controller of a Raspberry Pi more than 4. */
const MAX_PWM_CHANNELS = 64;

/** One simulated PWM controller and who owns its channels. */
export class MockPwmChip {
  readonly label: string;
  readonly #outputs: readonly MockPwmOutput[];
  readonly #owners = new Map<number, string>();
  readonly #handles: HandleSet;
  readonly #faults: FaultSet;

  constructor(description: MockPwmChipDescription, trace: Trace, handles: HandleSet, faults: FaultSet) {
    const { label, channelCount } = description;
    if (!Number.isInteger(channelCount) || channelCount < 1 || channelCount > MAX_PWM_CHANNELS) {
      throw new HalError(
        'HAL_BAD_ARGUMENT',
        `a PWM controller has 1 to ${MAX_PWM_CHANNELS} channels, not ${channelCount}`,
      );
    }
    this.label = label;
    this.#handles = handles;
    this.#faults = faults;
    this.#outputs = Array.from(
      { length: channelCount },
      (_, channel) => new MockPwmOutput(label, channel, trace, () => this.#owners.get(channel)),
    );
  }

  get channelCount(): number {
    return this.#outputs.length;
  }

  /** Throws HAL_NO_SUCH_DEVICE. */
  output(channel: number): MockPwmOutput {
    const output = this.#outputs[channel];
    if (output === undefined) {
      throw new HalError(
        'HAL_NO_SUCH_DEVICE',
        `${this.label} has no PWM channel ${channel}: it has channels 0 to ${this.channelCount - 1}`,
        // What the kernel answers to the export of such a channel.
        { details: { chip: this.label, channel }, errno: 'ENODEV' },
      );
    }
    return output;
  }

  open(request: PwmChannelRequest): MockPwmChannel {
    checkPwmRequest(request);
    const { channel, consumer } = request;
    const output = this.output(channel);
    const owner = this.#owners.get(channel);
    if (owner !== undefined) throw busyError(`PWM channel ${output.name}`, owner);
    this.#handles.checkRoom();
    const opened = new MockPwmChannel(request, {
      output,
      faults: this.#faults,
      handles: this.#handles,
      release: () => this.#owners.delete(channel),
    });
    this.#owners.set(channel, consumer);
    return opened;
  }
}
