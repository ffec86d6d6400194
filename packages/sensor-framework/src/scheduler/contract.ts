import { SensorError } from '../error.ts';
import type { FilterSpecification } from '../stream/filter-specification.ts';
import { checkFilters } from '../stream/filter-specification.ts';
import { DEFAULT_QUEUE_RECORDS, MAX_QUEUE_RECORDS } from '../stream/limits.ts';
import type { ReportMode } from '../stream/report-mode.ts';
import { checkReportMode } from '../stream/report-mode.ts';
import { longer, shorter } from './durations.ts';
import { MAX_INTERVAL_NS, MAX_REPORT_LATENCY_NS, MIN_INTERVAL_NS } from './limits.ts';
import type { SensorDescription } from './sensor-description.ts';

/** What a client asks for. Times are nanoseconds. */
export interface ContractRequest {
  /** MIN_INTERVAL_NS to MAX_INTERVAL_NS. 0 is refused: a client that wants nothing closes. */
  readonly intervalNs: bigint;
  /** How much earlier than due a reading may be captured so that reads can be shared; 0 to the interval. Default 0. */
  readonly toleranceNs?: bigint;
  /** How long a reading may wait to be reported together with later ones; 0 to MAX_REPORT_LATENCY_NS. Default 0. */
  readonly maximumReportLatencyNs?: bigint;
  /** Default every. Another mode needs one channel, its numbers are in that channel's unit. */
  readonly mode?: ReportMode;
  /** In the order in which a reading goes through them, before the mode. Need one channel. Default none. */
  readonly filters?: readonly FilterSpecification[];
  /** Names of channels. Default all of the sensor. */
  readonly channels?: readonly string[];
  /**
   * `on-grid` (default): the first reading is due at the first point of the grid. `at-once`: one more is due now, for
   * clients whose interval is long.
   */
  readonly firstReading?: 'on-grid' | 'at-once';
  /** Records that may wait, 1 to MAX_QUEUE_RECORDS. Default DEFAULT_QUEUE_RECORDS. */
  readonly queueRecords?: number;
}

/** What a client of a hub asks for. */
export interface HubRequest extends ContractRequest {
  /**
   * The interval is the shortest that the clients of the sensor which say so ask for, each within its own caps; while one of
   * them asks for 0, none of them gets anything. It is the rule of WAMR's framework; without it a client has its own.
   */
  readonly sharesInterval?: true;
}

/** What is granted: the request after the caps of sensor and permission, every default filled in. */
export interface Contract {
  readonly intervalNs: bigint;
  readonly toleranceNs: bigint;
  /**
   * The most that a reading may be older than its due time: the tolerance, or the sensor's shortest interval where that
   * is longer, since the sensor has nothing newer to give.
   */
  readonly windowNs: bigint;
  /** At most what the queue can hold: records * interval. */
  readonly maximumReportLatencyNs: bigint;
  readonly mode: ReportMode;
  readonly filters: readonly FilterSpecification[];
  readonly channels: readonly string[];
  readonly firstReading: 'on-grid' | 'at-once';
  readonly queueRecords: number;
  /** Who made the interval longer than asked for. */
  readonly limitedBy: 'nothing' | 'sensor' | 'permission';
}

/** What the permission of a client allows. */
export interface RateCap {
  readonly shortestIntervalNs: bigint;
}

/** Throws SENSOR_BAD_CONTRACT when a field is outside its range. Pure: nothing is kept. */
export function grantContract(
  request: ContractRequest,
  sensor: Pick<SensorDescription, 'channels' | 'shortestIntervalNs'>,
  permission?: RateCap,
): Contract {
  checkRange(request.intervalNs, MIN_INTERVAL_NS, MAX_INTERVAL_NS, 'intervalNs');
  const toleranceNs = request.toleranceNs ?? 0n;
  checkRange(toleranceNs, 0n, request.intervalNs, 'toleranceNs');
  const latencyNs = request.maximumReportLatencyNs ?? 0n;
  checkRange(latencyNs, 0n, MAX_REPORT_LATENCY_NS, 'maximumReportLatencyNs');
  const firstReading = request.firstReading ?? 'on-grid';
  if (firstReading !== 'on-grid' && firstReading !== 'at-once') {
    refuse('firstReading', 'it must be on-grid or at-once');
  }
  const queueRecords = request.queueRecords ?? DEFAULT_QUEUE_RECORDS;
  if (!Number.isInteger(queueRecords) || queueRecords < 1 || queueRecords > MAX_QUEUE_RECORDS) {
    refuse('queueRecords', `1 to ${MAX_QUEUE_RECORDS} are accepted`);
  }
  const { intervalNs, limitedBy } = grantInterval(request.intervalNs, sensor.shortestIntervalNs, permission);
  return {
    intervalNs,
    toleranceNs,
    windowNs: longer(toleranceNs, sensor.shortestIntervalNs),
    maximumReportLatencyNs: shorter(latencyNs, intervalNs * BigInt(queueRecords)),
    ...grantSelection(request, sensor),
    firstReading,
    queueRecords,
    limitedBy,
  };
}

function grantInterval(
  askedNs: bigint,
  sensorShortestNs: bigint,
  permission: RateCap | undefined,
): Pick<Contract, 'intervalNs' | 'limitedBy'> {
  const permittedNs = permission?.shortestIntervalNs ?? 0n;
  checkRange(permittedNs, 0n, MAX_INTERVAL_NS, 'permission.shortestIntervalNs');
  if (askedNs >= sensorShortestNs && askedNs >= permittedNs) {
    return { intervalNs: askedNs, limitedBy: 'nothing' };
  }
  return permittedNs > sensorShortestNs
    ? { intervalNs: permittedNs, limitedBy: 'permission' }
    : { intervalNs: sensorShortestNs, limitedBy: 'sensor' };
}

function grantSelection(
  request: ContractRequest,
  sensor: Pick<SensorDescription, 'channels'>,
): Pick<Contract, 'mode' | 'filters' | 'channels'> {
  const mode = request.mode ?? { kind: 'every' };
  checkReportMode(mode);
  const filters = request.filters ?? [];
  checkFilters(filters);
  const known = sensor.channels.map((channel) => channel.name);
  const channels = request.channels ?? known;
  if (!Array.isArray(channels) || channels.length === 0 || new Set(channels).size !== channels.length) {
    refuse('channels', 'at least one, each once');
  }
  const unknown = channels.find((name) => !known.includes(name));
  if (unknown !== undefined) refuse('channels', `the sensor has no channel ${unknown}`);
  if (channels.length > 1 && (mode.kind !== 'every' || filters.length > 0)) {
    refuse('channels', 'filters and modes other than every need exactly one channel');
  }
  // Copied: a contract must not change because its client changes what it passed.
  return structuredClone({ mode, filters, channels });
}

function checkRange(value: bigint, minimum: bigint, maximum: bigint, field: string): void {
  if (typeof value !== 'bigint' || value < minimum || value > maximum) {
    refuse(field, `${value} is outside ${minimum} to ${maximum}`);
  }
}

function refuse(field: string, why: string): never {
  throw new SensorError('SENSOR_BAD_CONTRACT', `${field}: ${why}`, { field });
}
