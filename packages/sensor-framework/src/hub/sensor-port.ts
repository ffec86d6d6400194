import type { DriverChannel } from '../drivers/sensor-driver.ts';
import type { Contract, HubRequest, RateCap } from '../scheduler/contract.ts';
import type { StreamRecord } from '../stream/record-queue.ts';

/** What a client may know of a sensor before it subscribes. JSON but for the interval. */
export interface SensorOutline {
  readonly sensor: string;
  readonly channels: readonly DriverChannel[];
  /** The fastest that anybody gets, after the cap of the board file. */
  readonly shortestIntervalNs: bigint;
}

/**
 * One app's way to the sensors, on the app's thread. A subscription is named by a number that the app's side chooses.
 * Every method throws what the hub throws: SENSOR_UNKNOWN_SENSOR, SENSOR_UNKNOWN_CLIENT, SENSOR_BAD_CONTRACT,
 * SENSOR_IN_USE, SENSOR_LIMIT_REACHED. From another thread also what the HAL throws when its broker is gone.
 */
export interface SensorPort {
  describe(sensor: string): SensorOutline;
  /** What is granted. Nothing arrives before the first `collect`. */
  open(subscription: number, sensor: string, request: HubRequest, permission: RateCap): Contract;
  change(subscription: number, request: HubRequest, permission: RateCap): Contract;
  /** Nothing of the subscription arrives after it. Closing it again does nothing. */
  close(subscription: number): void;
  /** Gives what came in since the last call, each subscription's records in order. Does not block. */
  collect(receive: (subscription: number, record: StreamRecord) => void): void;
}
