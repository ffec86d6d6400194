import type { BoardSensor, CalibrationStep } from '@kanchi/runtime';
import { SensorError } from '../error.ts';
import { checkFilters, type FilterSpecification } from '../stream/filter-specification.ts';

/** Steps between what a driver says and what is recorded, by the name of the channel. */
export type ChannelCalibration = ReadonlyMap<string, readonly FilterSpecification[]>;

/**
 * The calibration of a sensor of the board file. Throws SENSOR_BAD_DESCRIPTION for a channel that the driver does not have,
 * SENSOR_BAD_CONTRACT for a step that is out of its range.
 */
export function boardCalibration(
  { calibration }: BoardSensor,
  channels: readonly { readonly name: string }[],
): ChannelCalibration {
  const names = channels.map(({ name }) => name);
  return new Map(
    Object.entries(calibration).map(([channel, steps]) => {
      if (!names.includes(channel)) {
        throw new SensorError(
          'SENSOR_BAD_DESCRIPTION',
          `calibration: there is no channel "${channel}"; there are ${names.map((name) => `"${name}"`).join(', ')}`,
          { field: `calibration.${channel}` },
        );
      }
      const filters = steps.map(filterOf);
      checkFilters(filters);
      return [channel, filters];
    }),
  );
}

function filterOf(step: CalibrationStep): FilterSpecification {
  if ('points' in step) {
    return { kind: 'polyline', points: step.points.map(([measured, actual]) => ({ measured, actual })) };
  }
  if ('minimum' in step) return { kind: 'clamp', ...step };
  return 'scale' in step ? { kind: 'linear', ...step } : { kind: 'offset', offset: step.offset };
}
