import { HalError, type WorldClock } from '@kanchi/hal';
import { type Channel, ChannelLog } from '../channel.ts';
import { reasonOfHalError } from '../drivers/hal-reason.ts';
import type { ChannelSample, SensorDriver } from '../drivers/sensor-driver.ts';
import type { Reading, ReadingReason } from '../reading.ts';
import { longer, shorter } from '../scheduler/durations.ts';
import { MAX_INTERVAL_NS } from '../scheduler/limits.ts';
import type { ReadStep } from '../scheduler/plan.ts';
import type { SensorDescription } from '../scheduler/sensor-description.ts';
import { valueFilter } from '../stream/filter.ts';
import type { ValueFilter } from '../stream/value-filter.ts';
import type { ChannelCalibration } from './board-calibration.ts';

/** A sensor as the hub is given it. The hub owns the driver from then on and closes it. */
export interface HubSensorEntry {
  /** Label of the board file. */
  readonly name: string;
  /** Name of the driver, for people. */
  readonly driverName: string;
  /** Reads on one bus happen one after the other; undefined when it shares none. */
  readonly bus: string | undefined;
  readonly driver: SensorDriver;
  /** From the board file: nobody gets a faster rate. */
  readonly shortestIntervalNs?: bigint;
  /** From the board file, checked. Filters without memory only. */
  readonly calibration?: ChannelCalibration;
}

/** One sensor of a hub: does the steps of its driver and makes readings of what they give. */
export class HubSensor {
  readonly entry: HubSensorEntry;
  readonly description: SensorDescription;
  readonly logs: readonly ChannelLog[];
  /** By the place of the channel; undefined without any calibration. */
  readonly #calibrations: readonly (readonly ValueFilter[])[] | undefined;
  /** Records that were dropped because their client, which may have closed since, did not fetch them. */
  droppedCount = 0;
  #sequence = 0;
  #capturedNs = 0n;
  #capturedWallNs = 0n;
  #samples: readonly ChannelSample[] = [];
  #result: 'good' | ReadingReason = 'unavailable';
  #faultText: string | undefined;
  #driverFaultCount = 0;

  constructor(entry: HubSensorEntry) {
    const { name, bus, driver } = entry;
    const { shortestIntervalNs, ...times } = driver.times;
    const cappedNs = longer(shortestIntervalNs, entry.shortestIntervalNs ?? 0n);
    this.entry = entry;
    this.description = {
      name,
      channels: driver.channels.map((channel) => ({ name: channel.name, unit: channel.unit })),
      shortestIntervalNs: shorter(cappedNs, MAX_INTERVAL_NS),
      ...(bus === undefined ? {} : { bus }),
      // The gap is what the part needs, not what the board file allows.
      minimumGapNs: times.minimumGapNs ?? shortestIntervalNs,
      ...times,
    };
    this.logs = this.description.channels.map((channel) => new ChannelLog(channel));
    const { calibration } = entry;
    this.#calibrations =
      calibration &&
      driver.channels.map(({ name: channel }) => (calibration.get(channel) ?? []).map(valueFilter));
  }

  /** What the last failed step said; undefined while the sensor works. */
  get faultText(): string | undefined {
    return this.#faultText;
  }

  /** Steps that ended with something that is no HAL error: a defect of the driver. */
  get driverFaultCount(): number {
    return this.#driverFaultCount;
  }

  /** Does a step of the driver and tells how it ended. Never throws: one broken driver must not stop the others. */
  perform(kind: ReadStep['kind'], clock: WorldClock): 'good' | ReadingReason {
    const { driver } = this.entry;
    try {
      // A part samples when its conversion begins, or when it is read.
      if (kind !== 'collect') this.#capture(clock);
      if (kind === 'start') {
        driver.start?.();
        this.#result = 'good';
        return 'good';
      }
      this.#samples = driver.read();
      this.#result = resultOf(this.#samples);
      if (this.#result === 'good') this.#faultText = undefined;
      else this.#faultText = `every channel is ${this.#result}`;
    } catch (error) {
      this.#samples = [];
      if (error instanceof HalError) {
        this.#result = reasonOfHalError(error);
        this.#faultText = error.message;
      } else {
        this.#driverFaultCount += 1;
        this.#result = 'unavailable';
        this.#faultText = `the driver ${this.entry.driverName} broke: ${String(error)}`;
      }
    }
    return this.#result;
  }

  /** The readings of the read that has ended, as the timeline judged it. They are in the log then. */
  readingsOfRead(reason: ReadingReason | undefined): readonly Reading[] {
    const useSamples = this.#samples.length > 0 && (reason === undefined || reason === this.#result);
    const samples = useSamples ? this.#samples : noSamples;
    // What is kept until the next read outlives a collection, which with many sensors is most of what the collector does.
    this.#samples = noSamples;
    return this.#record(samples, reason ?? 'unavailable');
  }

  /** Readings that say why nothing was read. They are in the log then. */
  readingsWithoutRead(reason: ReadingReason, clock: WorldClock): readonly Reading[] {
    this.#capture(clock);
    return this.#record(noSamples, reason);
  }

  /** What was read last, once more: for a client that joins in its window. */
  get lastReadings(): readonly Reading[] {
    return this.logs.map(({ last }) => last).filter((reading) => reading !== undefined);
  }

  #capture(clock: WorldClock): void {
    this.#capturedNs = clock.nowNs();
    this.#capturedWallNs = clock.wallNs();
  }

  /** `missing`: why there is no sample. */
  #record(samples: readonly ChannelSample[], missing: ReadingReason): readonly Reading[] {
    this.#sequence += 1;
    return this.logs.map((log, index) => {
      const reading = this.#reading(log.channel, this.#calibrated(index, samples[index] ?? missing));
      log.record(reading);
      return reading;
    });
  }

  /** What is true by the board file where the driver says that. */
  #calibrated(channel: number, sample: ChannelSample): ChannelSample {
    if (this.#calibrations === undefined || typeof sample !== 'number' || !Number.isFinite(sample))
      return sample;
    let value: number = sample;
    for (const step of this.#calibrations[channel] ?? []) {
      const result = step.accept(value, this.#capturedNs) ?? 'unavailable';
      if (typeof result === 'string') return result;
      if (!Number.isFinite(result)) return 'out-of-range';
      value = result;
    }
    return value;
  }

  /** A driver that gives NaN has no value to give. */
  #reading({ name: channel, unit }: Channel, sample: ChannelSample): Reading {
    const sequence = this.#sequence;
    const capturedNs = this.#capturedNs;
    const capturedWallNs = this.#capturedWallNs;
    if (typeof sample !== 'number') {
      return { channel, sequence, capturedNs, capturedWallNs, unit, reason: sample };
    }
    return Number.isFinite(sample)
      ? { channel, sequence, capturedNs, capturedWallNs, unit, value: sample }
      : { channel, sequence, capturedNs, capturedWallNs, unit, reason: 'unavailable' };
  }
}

const noSamples: readonly ChannelSample[] = [];

/** `good` when there is any value; else the reason of the first channel. */
function resultOf(samples: readonly ChannelSample[]): 'good' | ReadingReason {
  const [first] = samples;
  if (first === undefined) return 'unavailable';
  return samples.some((sample) => typeof sample === 'number') || typeof first === 'number' ? 'good' : first;
}
