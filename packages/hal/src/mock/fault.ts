/** Places where hardware is plugged in; also what `unplug` and `replug` take. */
export type HardwareTarget =
  | { readonly on: 'i2c'; readonly bus: number; readonly address: number }
  | { readonly on: 'spi'; readonly bus: number; readonly chipSelect: number }
  | { readonly on: 'uart'; readonly port: string };

/** When a fault strikes. Everything that is left out does not restrict it. */
export interface FaultTiming {
  /** Strikes from this time of the clock, nanoseconds. */
  readonly at?: number | bigint;
  /** Strikes before this time of the clock, nanoseconds. */
  readonly until?: number | bigint;
  /** Strikes every N-th opportunity within that time, first the N-th. */
  readonly oneIn?: number;
  /** Strikes this often, then never again. */
  readonly count?: number;
}

/** Which chip; left out means every bus and every address. */
interface I2cFaultPlace {
  readonly bus?: number;
  readonly address?: number;
}

interface SpiFaultPlace {
  readonly bus?: number;
  readonly chipSelect?: number;
}

interface UartFaultPlace {
  readonly port?: string;
}

interface PwmFaultPlace {
  readonly chip?: string;
  readonly channel?: number;
}

/**
 * One opportunity is one transaction with the chip that is long enough for the fault to show. Bytes are counted from 0
 * over the whole transaction, read and written ones apart.
 */
export type I2cFault = I2cFaultPlace &
  (
    | { readonly kind: 'i2c-nack-address' }
    /** Written byte `byte` is not acknowledged. */
    | { readonly kind: 'i2c-nack-data'; readonly byte: number }
    /** Bits of read byte `byte` arrive inverted: what a CRC is for. */
    | { readonly kind: 'i2c-flip-bits'; readonly byte: number; readonly mask: number }
    /** A chip holds the data line low: HAL_I2C_BUS after the time-out of the bus. */
    | { readonly kind: 'i2c-stuck-sda' }
    /** The chip holds the clock after its address; over the time-out of the bus that is HAL_TIMEOUT. */
    | { readonly kind: 'i2c-clock-stretch'; readonly durationNs: number }
    | { readonly kind: 'i2c-arbitration-loss' }
    /** The chip stops sending: read bytes from `byte` on are 0xff. */
    | { readonly kind: 'i2c-short-read'; readonly byte: number }
    /** The chip does not acknowledge a read until this long after the last write to it. */
    | { readonly kind: 'i2c-late-answer'; readonly delayNs: number }
    /** Register `register` (8-bit pointer) reads as `value`. */
    | { readonly kind: 'i2c-wrong-identity'; readonly register: number; readonly value: number }
  );

/** One opportunity is one transaction with the chip select that is long enough for the fault to show. */
export type SpiFault = SpiFaultPlace &
  (
    | { readonly kind: 'spi-flip-bits'; readonly byte: number; readonly mask: number }
    /** The chip stops sending: bytes from `byte` on read 0xff. */
    | { readonly kind: 'spi-short-read'; readonly byte: number }
    /** HAL_SPI_MODE_FAULT before anything is sent. */
    | { readonly kind: 'spi-mode-fault' }
    /** HAL_TIMEOUT before anything is sent. */
    | { readonly kind: 'spi-time-out' }
  );

/** One opportunity is one character towards the app. */
export type UartFault = UartFaultPlace &
  (
    | { readonly kind: 'uart-corrupt'; readonly error: 'parity' | 'framing' | 'noise' }
    | { readonly kind: 'uart-flip-bits'; readonly mask: number }
    | { readonly kind: 'uart-lose' }
    /** The character, and so all after it, comes this much later. */
    | { readonly kind: 'uart-late'; readonly delayNs: number }
  );

/** One opportunity is one change that a channel is asked for, the opening included; closing never fails. */
export type PwmFault = PwmFaultPlace & {
  /** HAL_HARDWARE_FAULT, and nothing changes. */
  readonly kind: 'pwm-refuse';
};

/**
 * Power and plugs, once each: at `at` (now when left out) the part goes away, at `until` it comes back with reset
 * values. A brown-out without `until` is a reset only; an unplugged part without `until` stays away.
 */
export interface PowerFault {
  readonly kind: 'unplug' | 'brown-out';
  readonly target: HardwareTarget;
  readonly at?: number | bigint;
  readonly until?: number | bigint;
}

/** A fault as data: fit for a JSON file when its times are numbers. */
export type Fault = TimedFault | PowerFault;
export type TimedFault = (I2cFault | SpiFault | UartFault | PwmFault) & FaultTiming;
export type FaultKind = Fault['kind'];

/** Numbers that each kind must have, and what they may be. */
export const faultFields: Readonly<Record<FaultKind, readonly string[]>> = {
  'i2c-nack-address': [],
  'i2c-nack-data': ['byte'],
  'i2c-flip-bits': ['byte', 'mask'],
  'i2c-stuck-sda': [],
  'i2c-clock-stretch': ['durationNs'],
  'i2c-arbitration-loss': [],
  'i2c-short-read': ['byte'],
  'i2c-late-answer': ['delayNs'],
  'i2c-wrong-identity': ['register', 'value'],
  'spi-flip-bits': ['byte', 'mask'],
  'spi-short-read': ['byte'],
  'spi-mode-fault': [],
  'spi-time-out': [],
  'uart-corrupt': [],
  'uart-flip-bits': ['mask'],
  'uart-lose': [],
  'uart-late': ['delayNs'],
  'pwm-refuse': [],
  unplug: [],
  'brown-out': [],
};
