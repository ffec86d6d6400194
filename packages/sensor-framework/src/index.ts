export type { Channel, ChannelSnapshot } from './channel.ts';
export { ChannelLog } from './channel.ts';
export { reasonOfHalError } from './drivers/hal-reason.ts';
export type { SensorDriversOptions } from './drivers/parts.ts';
export { createSensorDrivers, findSensorDriver } from './drivers/parts.ts';
export type {
  ChannelSample,
  DriverChannel,
  DriverTimes,
  SensorDriver,
  SensorDriverContext,
  SensorDriverPart,
  SensorWiring,
} from './drivers/sensor-driver.ts';
export type { SensorErrorCode, SensorErrorDetails, SensorErrorKind } from './error.ts';
export { SensorError, sensorErrorTable } from './error.ts';
export type { FailedReading, GoodReading, Reading, ReadingCapture, ReadingReason } from './reading.ts';
export { failedReading, goodReading, readingReasons } from './reading.ts';
export type { Delivery } from './scheduler/client-windows.ts';
export type { Contract, ContractRequest, RateCap } from './scheduler/contract.ts';
export { grantContract } from './scheduler/contract.ts';
export type { ClientCounters, LatenessSnapshot, SensorCounters } from './scheduler/counters.ts';
export {
  DEFAULT_FIRST_RETRY_NS,
  DEFAULT_MAXIMUM_RETRY_NS,
  DEFAULT_STEP_TIMEOUT_NS,
  MAX_CHANNELS,
  MAX_CLIENTS,
  MAX_CLIENTS_PER_SENSOR,
  MAX_INTERVAL_NS,
  MAX_REPORT_LATENCY_NS,
  MAX_SENSOR_DURATION_NS,
  MAX_SENSORS,
  MIN_INTERVAL_NS,
} from './scheduler/limits.ts';
export type { Answer, Outcome, Plan, ReadStep, TimelineEvent } from './scheduler/plan.ts';
export type { RetryDelays, SensorDescription } from './scheduler/sensor-description.ts';
export type { TimelineOptions } from './scheduler/timeline.ts';
export { Timeline } from './scheduler/timeline.ts';
export type { KernelSensor } from './sources/find-kernel-sensors.ts';
export { findKernelSensors } from './sources/find-kernel-sensors.ts';
export type { KernelFiles } from './sources/kernel-files.ts';
export { NodeKernelFiles } from './sources/node-kernel-files.ts';
export type { StreamTerms } from './stream/client-stream.ts';
export { ClientStream } from './stream/client-stream.ts';
export type { Filter } from './stream/filter.ts';
export { createFilter } from './stream/filter.ts';
export type { FilterSpecification, PolylinePoint } from './stream/filter-specification.ts';
export {
  DEFAULT_QUEUE_RECORDS,
  MAX_FILTERS,
  MAX_POLYLINE_POINTS,
  MAX_QUEUE_RECORDS,
  MAX_STREAMS,
  MAX_WINDOW_VALUES,
} from './stream/limits.ts';
export type { StreamRecord } from './stream/record-queue.ts';
export type { ReportMode } from './stream/report-mode.ts';
export type { StreamCounters } from './stream/stream-set.ts';
export { StreamSet } from './stream/stream-set.ts';
