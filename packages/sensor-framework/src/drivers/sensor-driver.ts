import type { Clock, Hal } from '@kanchi/hal';
import type { Channel } from '../channel.ts';
import type { ReadingReason } from '../reading.ts';
import type { RetryDelays } from '../scheduler/sensor-description.ts';

/** A channel with what its data sheet states about it, in the channel's unit. */
export interface DriverChannel extends Channel {
  readonly minimum: number;
  readonly maximum: number;
  /** Largest error over the full range; undefined when the data sheet does not say. */
  readonly accuracy: number | undefined;
}

/** Times that the data sheet states; see `SensorDescription` for each. */
export interface DriverTimes {
  readonly shortestIntervalNs: bigint;
  readonly minimumGapNs?: bigint;
  readonly warmUpNs?: bigint;
  readonly conversionNs?: bigint;
  readonly stepTimeoutNs?: bigint;
  readonly retry?: RetryDelays;
}

/** A finite value in the channel's unit, or why there is none. */
export type ChannelSample = number | ReadingReason;

/**
 * One part that is wired to a board, read by the host. A driver does no scheduling, sleeps only as long as its data sheet
 * asks within one step (`Clock`), and keeps no reading: it gives what the part says now.
 */
export interface SensorDriver {
  /** Sampled together. The names differ. */
  readonly channels: readonly DriverChannel[];
  readonly times: DriverTimes;
  /**
   * Begins a conversion. Only where `times.conversionNs` is above 0; `read` is called that much later.
   * Throws what the HAL throws.
   */
  start?(): void;
  /**
   * One sample for each channel, in their order. Blocks as long as its transfers take. Throws what the HAL throws; the
   * whole read has failed then, with the reason that `reasonOfHalError` gives. A part that was away is set up again by
   * the next `read` (or `start`): the driver notices by itself.
   */
  read(): readonly ChannelSample[];
  /** Lets go of its handles. Idempotent. */
  close(): void;
}

/** Where the part is wired, from the board file. */
export type SensorWiring =
  | { readonly kind: 'i2c'; readonly bus: number; readonly address: number }
  | {
      readonly kind: 'spi';
      readonly bus: number;
      readonly chipSelect: number;
      readonly clockHz: number;
      readonly mode: 0 | 1 | 2 | 3;
    }
  /** A file tree of the kernel (sysfs). */
  | { readonly kind: 'kernel' };

export interface SensorDriverContext {
  readonly hal: Hal;
  readonly clock: Clock;
  readonly wiring: SensorWiring;
  /** What the HAL calls the owner of the handles, e.g. `sensor air`. */
  readonly consumer: string;
  /** The board entry's `options`; the driver checks them and throws SENSOR_BAD_DESCRIPTION that names the field. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** One entry of the list of drivers. */
export interface SensorDriverPart {
  /** As in the board file, e.g. `bme280`. */
  readonly name: string;
  readonly wiring: SensorWiring['kind'];
  /**
   * Opens what it needs. The part itself need not be there: a driver starts without it and reads when it comes.
   * Throws SENSOR_BAD_DESCRIPTION for options, and what the HAL throws when there is no such bus.
   */
  create(context: SensorDriverContext): SensorDriver;
}
