import type { Hal, WorldClock } from '@kanchi/hal';
import { HalError } from '@kanchi/hal';
import { reasonOfHalError } from './hal-reason.ts';
import type { ChannelSample, SensorDriver, SensorDriverPart, SensorWiring } from './sensor-driver.ts';

/** Does what the host does with a driver: start, wait, read; a failed transfer is a reason for all channels. */
export class DriverHost {
  readonly driver: SensorDriver;
  readonly #clock: WorldClock;

  constructor(
    part: SensorDriverPart,
    board: { readonly hal: Hal; readonly clock: WorldClock; readonly wiring: SensorWiring },
    options: Readonly<Record<string, unknown>> = {},
  ) {
    this.#clock = board.clock;
    this.driver = part.create({ ...board, consumer: 'sensor test', options });
  }

  /** One sample by channel name. `between` runs while the part converts. */
  sample(between: () => void = () => {}): Record<string, ChannelSample> {
    const names = this.driver.channels.map((channel) => channel.name);
    try {
      this.driver.start?.();
      between();
      this.#clock.spend(this.driver.times.conversionNs ?? 0n);
      const samples = this.driver.read();
      if (samples.length !== names.length) throw new Error('one sample for each channel was expected');
      return Object.fromEntries(names.map((name, index) => [name, samples[index] as ChannelSample]));
    } catch (error) {
      if (!(error instanceof HalError)) throw error;
      const reason = reasonOfHalError(error);
      return Object.fromEntries(names.map((name) => [name, reason]));
    }
  }
}
