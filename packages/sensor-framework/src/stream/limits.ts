/** Filters in one chain. More is SENSOR_BAD_CONTRACT. */
export const MAX_FILTERS = 8;

/** Values that a median or a moving average looks at. */
export const MAX_WINDOW_VALUES = 255;

/** Points of a calibration polyline. */
export const MAX_POLYLINE_POINTS = 64;

/** Records that wait for one client; overflow drops the oldest and tells the gap. */
export const MAX_QUEUE_RECORDS = 4096;

/** Records that wait for one client when its contract does not say how many. */
export const DEFAULT_QUEUE_RECORDS = 64;

/** Streams in one set. More is SENSOR_LIMIT_REACHED. */
export const MAX_STREAMS = 65_536;
