import type { ReadingReason } from '../reading.ts';
import type { PlanDraft } from './plan-draft.ts';
import type { ScheduledSensor } from './scheduled-sensor.ts';

/** These say nothing about the way to the part; what follows them is read as usual. */
const reasonsOfWorkingParts: ReadonlySet<ReadingReason> = new Set(['warming-up', 'off', 'out-of-range']);

/**
 * Keeps the sensor's run of failures and tells failure and recovery: a read ended at `atNs` with `result`. Returns what the
 * clients are told.
 */
export function judgeRead(
  sensor: ScheduledSensor,
  result: 'good' | ReadingReason,
  atNs: bigint,
  draft: PlanDraft,
): 'good' | ReadingReason {
  const before = sensor.failure;
  if (result !== 'good' && !reasonsOfWorkingParts.has(result)) {
    sensor.failedReadCount += 1;
    const { retryNs } = sensor.fail(result, atNs);
    if (before?.reason !== result) {
      draft.addEvent({ kind: 'sensor-failed', sensor: sensor.name, atNs, reason: result, retryNs });
    }
    return result;
  }
  if (before === undefined) return result;
  sensor.failure = undefined;
  const { reason, count, sinceNs } = before;
  draft.addRecovery({ sensor: sensor.name, atNs, reason, failureCount: count, failedSinceNs: sinceNs });
  // A part that was away has lost its power.
  if (reason !== 'not-present' || sensor.times.warmUpNs === 0n) return result;
  sensor.warmNs = atNs + sensor.times.warmUpNs;
  return 'warming-up';
}
