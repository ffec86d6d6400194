/** `inversed` (the kernel's word): the output is low for the duty time and high for the rest of the period. */
export type PwmPolarity = 'normal' | 'inversed';

/**
 * Longest period, nanoseconds: 32 bits, about 4.3 s. It is what the registers of the Raspberry Pi can count at 1 GHz, and what
 * kernels before 5.9 took (period_store in drivers/pwm/sysfs.c).
 */
export const PWM_MAX_PERIOD_NS = 4_294_967_295;

export interface PwmChannelRequest {
  /**
   * Name of the controller's device as the kernel has it (`3f20c000.pwm`), which stays; or its number (`pwmchip0`), which moves
   * between kernels. Undefined means the controller of the Raspberry Pi's header.
   */
  readonly chip?: string;
  /** Channel of the controller, from 0. */
  readonly channel: number;
  /** Who asks, for the owner that a busy error names. */
  readonly consumer: string;
  /** 1 to PWM_MAX_PERIOD_NS. What the controller cannot count it refuses with HAL_BAD_ARGUMENT. */
  readonly periodNs: number;
  /** Active time of each period, nanoseconds, 0 to `periodNs`. Default 0. */
  readonly dutyNs?: number;
  /** Default `normal`. */
  readonly polarity?: PwmPolarity;
  /** Whether the output runs from the start; period, duty and polarity are set before it does. Default false. */
  readonly enabled?: boolean;
  /**
   * What `close()` leaves, also when the owner dies. Undefined: duty 0, then switched off. A number: the output runs on at `periodNs` of
   * this request with that duty, for a load that must not be let go (0 to `periodNs`).
   */
  readonly safeDutyNs?: number;
}

/** What a channel does now, as it was asked to. The hardware takes the nearest that it can count. */
export interface PwmState {
  readonly periodNs: number;
  readonly dutyNs: number;
  readonly enabled: boolean;
}

/**
 * One channel of a PWM controller, owned by one consumer until closed. Calls do not block. A duty is never longer than the period, not
 * even between the steps of one call. A call that is refused changes nothing.
 *
 * Errors: HAL_BAD_ARGUMENT, HAL_DISCONNECTED once the controller is gone, HAL_HARDWARE_FAULT, and after `close()` HAL_CLOSED.
 */
export interface PwmChannel {
  readonly channel: number;
  readonly polarity: PwmPolarity;

  state(): PwmState;

  /** Sets the active time of each period, 0 to the period, also while the output is off. */
  setDutyNs(dutyNs: number): void;

  /** Sets the period and the active time in it. While the output runs, one period in between may have the old value of one of them. */
  setPeriod(periodNs: number, dutyNs: number): void;

  /** Lets the output run. Idempotent. */
  enable(): void;

  /** Stops the output; period and duty are kept. Which level the pin has then is the controller's affair: duty 0 says it. Idempotent. */
  disable(): void;

  /** Leaves the safe state of the request, then lets go. Idempotent. */
  close(): void;
  [Symbol.dispose](): void;
}
