import type { ChannelSnapshot } from '../channel.ts';
import type { DriverChannel } from '../drivers/sensor-driver.ts';
import type { ReadingReason } from '../reading.ts';
import type { Contract } from '../scheduler/contract.ts';
import type { ClientCounters, SensorCounters } from '../scheduler/counters.ts';

/** What is known of a sensor now. */
export interface SensorState {
  readonly sensor: string;
  readonly driver: string;
  readonly bus: string | undefined;
  readonly shortestIntervalNs: bigint;
  /** The limit of one step of a read. */
  readonly stepTimeoutNs: bigint;
  readonly channels: readonly { readonly channel: DriverChannel; readonly log: ChannelSnapshot }[];
  /** Why it does not work now, with what the last try said. */
  readonly failure: { readonly reason: ReadingReason; readonly text: string } | undefined;
  readonly counters: SensorCounters;
  readonly droppedCount: number;
  readonly driverFaultCount: number;
}

export interface HubClientState {
  readonly client: string;
  readonly sensor: string;
  readonly contract: Contract;
  readonly counters: ClientCounters;
  readonly waitingCount: number;
  readonly droppedCount: number;
}
