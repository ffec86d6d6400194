import type { ChannelSample, DriverTimes, SensorDriver } from '../drivers/sensor-driver.ts';
import type { HubSensorEntry } from './hub-sensor.ts';

/** A driver whose samples the test decides. */
export class FakeDriver implements SensorDriver {
  readonly channels: SensorDriver['channels'];
  readonly times: DriverTimes;
  reads = 0;
  closed = 0;
  sample: () => readonly ChannelSample[];

  constructor(
    names: readonly string[],
    sample: () => readonly ChannelSample[],
    times: Partial<DriverTimes> = {},
  ) {
    this.channels = names.map((name) => ({ name, unit: 'V', minimum: 0, maximum: 5, accuracy: undefined }));
    this.times = { shortestIntervalNs: 1_000_000n, ...times };
    this.sample = sample;
  }

  read(): readonly ChannelSample[] {
    this.reads += 1;
    return this.sample();
  }

  close(): void {
    this.closed += 1;
  }
}

export function entryOf(
  name: string,
  driver: SensorDriver,
  more: Partial<HubSensorEntry> = {},
): HubSensorEntry {
  return { name, driverName: 'fake', bus: undefined, driver, ...more };
}
