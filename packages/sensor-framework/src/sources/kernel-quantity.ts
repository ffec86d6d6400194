import type { ChannelSample, DriverChannel } from '../drivers/sensor-driver.ts';
import type { ReadingReason } from '../reading.ts';

/** A quantity as the kernel counts it and as channels have it. */
export interface KernelQuantity {
  /** Unit of the channel. */
  readonly unit: string;
  /** Kernel value * `multiplier` / `divisor`; two whole numbers, so that 42500 gives 42.5 to the last bit. */
  readonly multiplier: number;
  readonly divisor: number;
  /** In `unit`. */
  readonly minimum: number;
  readonly maximum: number;
}

/** The kernel does not say what a device can measure: what its numbers can carry, an `int` of 32 bits, within physics. */
const INT_MAX = 2_147_483_647;

/** Power may have 64 bits; this much a double holds exactly. */
const LONG_MAX = Number.MAX_SAFE_INTEGER;

const ABSOLUTE_ZERO_C = -273.15;

type Bounds = { readonly minimum?: number; readonly maximum?: number };

export function quantity(
  unit: string,
  multiplier: number,
  divisor: number,
  bounds: Bounds = {},
): KernelQuantity {
  const most = (INT_MAX * multiplier) / divisor;
  return { unit, multiplier, divisor, minimum: bounds.minimum ?? -most, maximum: bounds.maximum ?? most };
}

export const milliCelsius = quantity('degC', 1, 1_000, { minimum: ABSOLUTE_ZERO_C });
export const milliPercent = quantity('percent', 1, 1_000, { minimum: 0, maximum: 100 });
export const milliVolt = quantity('V', 1, 1_000);
export const milliAmpere = quantity('A', 1, 1_000);
export const milliWatt = quantity('W', 1, 1_000);
export const microWatt = quantity('W', 1, 1_000_000, { minimum: -LONG_MAX / 1e6, maximum: LONG_MAX / 1e6 });
export const turnsPerMinute = quantity('rpm', 1, 1, { minimum: 0 });

export function channelOf(name: string, { unit, minimum, maximum }: KernelQuantity): DriverChannel {
  return { name, unit, minimum, maximum, accuracy: undefined };
}

/** The sample for a number in the kernel's unit; a reason stays what it is. */
export function sampleOf(value: number | ReadingReason, kernel: KernelQuantity): ChannelSample {
  if (typeof value !== 'number') return value;
  const scaled = (value * kernel.multiplier) / kernel.divisor;
  if (!Number.isFinite(scaled)) return 'unavailable';
  return scaled >= kernel.minimum && scaled <= kernel.maximum ? scaled : 'out-of-range';
}
