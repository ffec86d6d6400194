import { SensorError } from '../error.ts';
import { Filter } from './filter.ts';
import { DeltaGate, ThresholdGate } from './gates.ts';

/**
 * Which readings are worth a report.
 * - `every`: each one, failures included.
 * - `on-change`: a value that differs from the last reported one by at least `minimumChange` (default 0: by anything).
 * - `threshold`: a value that has changed sides of `level`: up at `level + hysteresis` or more, down below
 *   `level - hysteresis` (default 0). The first value is reported, so that the side is known. A reported value is above
 *   exactly when it is at least `level`.
 *
 * In the last two a reason is reported once for each run of it, and the first value after it always.
 */
export type ReportMode =
  | { readonly kind: 'every' }
  | { readonly kind: 'on-change'; readonly minimumChange?: number }
  | { readonly kind: 'threshold'; readonly level: number; readonly hysteresis?: number };

/** Throws SENSOR_BAD_CONTRACT when a field is outside its range. */
export function checkReportMode(mode: ReportMode): void {
  switch (mode.kind) {
    case 'every':
      return;
    case 'on-change':
      checkDistance(mode.minimumChange ?? 0, 'mode.minimumChange');
      return;
    case 'threshold':
      if (!Number.isFinite(mode.level)) refuse('mode.level', 'it must be a finite number');
      checkDistance(mode.hysteresis ?? 0, 'mode.hysteresis');
      return;
    default:
      refuse('mode', `there is no mode ${String((mode as { kind: unknown }).kind)}`);
  }
}

/** The last filter of a stream, or undefined when every reading is reported. The mode must have been checked. */
export function modeFilter(mode: ReportMode): Filter | undefined {
  switch (mode.kind) {
    case 'every':
      return undefined;
    case 'on-change':
      return new Filter(new DeltaGate(mode.minimumChange ?? 0));
    case 'threshold':
      return new Filter(new ThresholdGate(mode.level, mode.hysteresis ?? 0));
  }
}

function checkDistance(value: number, field: string): void {
  if (!(Number.isFinite(value) && value >= 0)) refuse(field, 'it must be finite and not negative');
}

function refuse(field: string, why: string): never {
  throw new SensorError('SENSOR_BAD_CONTRACT', `${field}: ${why}`, { field });
}
