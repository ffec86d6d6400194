import type { ReadingReason } from '../reading.ts';
import type { Delivery } from './client-windows.ts';

/** Says which step has ended. */
export interface ReadStepKey {
  readonly readId: number;
  /** Number of the sensor, as `Timeline.addSensor` gave it. */
  readonly sensorSlot: number;
}

/**
 * One step on a bus, to be begun now. `read` does everything; `start` begins a conversion and `collect`, after the
 * conversion time, fetches it. Each step ends with one call of `Timeline.finish`.
 */
export interface ReadStep extends ReadStepKey {
  readonly sensor: string;
  /** Undefined when the sensor shares no bus. */
  readonly bus: string | undefined;
  readonly kind: 'read' | 'start' | 'collect';
  /** When the step will be given up, if it begins at once; else see `Timeline.begin`. */
  readonly deadlineNs: bigint;
}

/**
 * What clients are to be given now.
 * - `read`: the readings of the read that has just finished (`reason` undefined), or its failure.
 * - `last-read`: the readings of the last finished read of the sensor: a client joined whose first window it is in.
 * - `no-read`: a failure with `reason`; the bus was left alone.
 */
export interface Answer {
  readonly sensor: string;
  /** Number of the sensor, as `Timeline.addSensor` gave it. */
  readonly sensorSlot: number;
  readonly from: 'read' | 'last-read' | 'no-read';
  readonly reason: ReadingReason | undefined;
  /** When the read began, for `no-read` now. */
  readonly startedNs: bigint;
  readonly deliveries: readonly Delivery[];
}

/** What somebody who looks after the device wants to know. */
export type TimelineEvent =
  | {
      readonly kind: 'sensor-failed';
      readonly sensor: string;
      readonly atNs: bigint;
      readonly reason: ReadingReason;
      readonly retryNs: bigint;
    }
  | {
      readonly kind: 'sensor-recovered';
      readonly sensor: string;
      readonly atNs: bigint;
      /** The reason of its last failure. */
      readonly reason: ReadingReason;
      readonly failureCount: number;
      readonly failedSinceNs: bigint;
    }
  | {
      readonly kind: 'bus-stuck' | 'bus-recovered';
      /** Undefined when the sensor shares no bus. */
      readonly bus: string | undefined;
      readonly sensor: string;
      readonly atNs: bigint;
    };

export interface Outcome {
  readonly answers: readonly Answer[];
  readonly events: readonly TimelineEvent[];
}

export interface Plan extends Outcome {
  readonly steps: readonly ReadStep[];
}
