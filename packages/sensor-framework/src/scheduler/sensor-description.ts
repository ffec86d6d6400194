import type { Channel } from '../channel.ts';
import { SensorError } from '../error.ts';
import { longer, shorter } from './durations.ts';
import {
  DEFAULT_FIRST_RETRY_NS,
  DEFAULT_MAXIMUM_RETRY_NS,
  DEFAULT_STEP_TIMEOUT_NS,
  MAX_CHANNELS,
  MAX_INTERVAL_NS,
  MAX_SENSOR_DURATION_NS,
  MIN_INTERVAL_NS,
} from './limits.ts';

/** After the n-th failure in a row no read begins for `firstDelayNs` * 2^(n - 1), at most `maximumDelayNs`. */
export interface RetryDelays {
  readonly firstDelayNs: bigint;
  readonly maximumDelayNs: bigint;
}

/** What the timeline knows of a sensor: the times that its data sheet states and the bus that it shares. */
export interface SensorDescription {
  /** Unique in the timeline. */
  readonly name: string;
  /** Sampled together: one read gives them all, with one capture time. At least one, names differ. */
  readonly channels: readonly Channel[];
  /** Reads on one bus happen one after the other. Without a name the sensor waits for nobody. */
  readonly bus?: string;
  /** The fastest that is granted to a client, MIN_INTERVAL_NS to MAX_INTERVAL_NS. */
  readonly shortestIntervalNs: bigint;
  /**
   * What the part needs between the starts of two reads, whatever the clients and the lateness of the host are. At
   * most, and by default, the shortest interval; a little less lets one late read be followed by one on time.
   */
  readonly minimumGapNs?: bigint;
  /** After power-on, and after an absence, values mean nothing for this long. Default 0. */
  readonly warmUpNs?: bigint;
  /**
   * When above 0 a read has two steps, `start` and, this much later, `collect`; the bus is free in between. At most the
   * shortest interval. Default 0: one step.
   */
  readonly conversionNs?: bigint;
  /** A step that takes longer has failed with `timeout`, and its bus is stuck until it returns. Default 1 s. */
  readonly stepTimeoutNs?: bigint;
  /** Default: from the shortest interval (1 ms at least) to 10 s. */
  readonly retry?: RetryDelays;
}

/** The same with every default filled in. */
export interface SensorTimes {
  readonly shortestIntervalNs: bigint;
  readonly minimumGapNs: bigint;
  readonly warmUpNs: bigint;
  readonly conversionNs: bigint;
  readonly stepTimeoutNs: bigint;
  readonly retry: RetryDelays;
}

/** Throws SENSOR_BAD_DESCRIPTION when a field is outside its range. */
export function sensorTimes(description: SensorDescription): SensorTimes {
  checkNames(description);
  const { shortestIntervalNs } = description;
  checkRange(shortestIntervalNs, MIN_INTERVAL_NS, MAX_INTERVAL_NS, 'shortestIntervalNs');
  const minimumGapNs = description.minimumGapNs ?? shortestIntervalNs;
  checkRange(minimumGapNs, 0n, shortestIntervalNs, 'minimumGapNs');
  const warmUpNs = description.warmUpNs ?? 0n;
  checkRange(warmUpNs, 0n, MAX_SENSOR_DURATION_NS, 'warmUpNs');
  const conversionNs = description.conversionNs ?? 0n;
  checkRange(conversionNs, 0n, shortestIntervalNs, 'conversionNs');
  const stepTimeoutNs = description.stepTimeoutNs ?? DEFAULT_STEP_TIMEOUT_NS;
  checkRange(stepTimeoutNs, 1n, MAX_SENSOR_DURATION_NS, 'stepTimeoutNs');
  const retry = description.retry ?? defaultRetry(shortestIntervalNs);
  checkRange(retry.firstDelayNs, 1n, MAX_INTERVAL_NS, 'retry.firstDelayNs');
  checkRange(retry.maximumDelayNs, retry.firstDelayNs, MAX_INTERVAL_NS, 'retry.maximumDelayNs');
  return { shortestIntervalNs, minimumGapNs, warmUpNs, conversionNs, stepTimeoutNs, retry: { ...retry } };
}

/** The delay after the n-th failure in a row, n from 1. */
export function retryDelayNs(retry: RetryDelays, failureCount: number): bigint {
  let delayNs = retry.firstDelayNs;
  // Ends after at most 52 doublings: the longest allowed delay is below 2^52 ns.
  for (let count = 1; count < failureCount && delayNs < retry.maximumDelayNs; count += 1) delayNs *= 2n;
  return shorter(delayNs, retry.maximumDelayNs);
}

function defaultRetry(shortestIntervalNs: bigint): RetryDelays {
  const firstDelayNs = longer(shortestIntervalNs, DEFAULT_FIRST_RETRY_NS);
  return { firstDelayNs, maximumDelayNs: longer(firstDelayNs, DEFAULT_MAXIMUM_RETRY_NS) };
}

function checkNames({ name, channels, bus }: SensorDescription): void {
  if (typeof name !== 'string' || name === '') refuse('name', 'it must be a name');
  if (bus !== undefined && (typeof bus !== 'string' || bus === '')) refuse('bus', 'it must be a name');
  const names = new Set(channels.map((channel) => channel.name));
  if (names.size === 0 || names.size > MAX_CHANNELS || names.size !== channels.length) {
    refuse('channels', `1 to ${MAX_CHANNELS} channels with different names are accepted`);
  }
}

function checkRange(value: bigint, minimum: bigint, maximum: bigint, field: string): void {
  if (typeof value !== 'bigint' || value < minimum || value > maximum) {
    refuse(field, `${value} is outside ${minimum} to ${maximum}`);
  }
}

function refuse(field: string, why: string): never {
  throw new SensorError('SENSOR_BAD_DESCRIPTION', `${field}: ${why}`, { field });
}
