import { NS_PER_MS } from '@kanchi/hal';
import type { ChannelSample, DriverChannel, DriverTimes, SensorDriver } from '../drivers/sensor-driver.ts';
import type { KernelDeviceFinder } from './kernel-device.ts';

/** A channel and how it is read from the device's folder. */
export interface KernelChannel {
  readonly channel: DriverChannel;
  readonly sample: (devicePath: string) => ChannelSample;
}

/**
 * 100 Hz: a read of an attribute takes some microseconds where the kernel has the value, and a whole transfer and
 * conversion where it asks the part for it. The kernel states no rate.
 */
export const KERNEL_SHORTEST_INTERVAL_NS = 10n * NS_PER_MS;

/** A device that the kernel reads; nothing is held open. */
export class KernelDriver implements SensorDriver {
  readonly channels: readonly DriverChannel[];
  readonly times: DriverTimes;
  readonly #finder: Pick<KernelDeviceFinder, 'find'>;
  readonly #channels: readonly KernelChannel[];

  constructor(
    finder: Pick<KernelDeviceFinder, 'find'>,
    channels: readonly KernelChannel[],
    times: DriverTimes = { shortestIntervalNs: KERNEL_SHORTEST_INTERVAL_NS },
  ) {
    this.#finder = finder;
    this.#channels = channels;
    this.channels = channels.map(({ channel }) => channel);
    this.times = times;
  }

  read(): readonly ChannelSample[] {
    const found = this.#finder.find();
    if ('reason' in found) return this.#channels.map(() => found.reason);
    return this.#channels.map(({ sample }) => sample(found.path));
  }

  close(): void {}
}
