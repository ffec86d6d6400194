export type { Channel, ChannelSnapshot } from './channel.ts';
export { ChannelLog } from './channel.ts';
export type { SensorErrorCode, SensorErrorDetails, SensorErrorKind } from './error.ts';
export { SensorError, sensorErrorTable } from './error.ts';
export type { FailedReading, GoodReading, Reading, ReadingCapture, ReadingReason } from './reading.ts';
export { failedReading, goodReading, readingReasons } from './reading.ts';
