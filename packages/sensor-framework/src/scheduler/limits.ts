/** Sensors in one timeline. More is SENSOR_LIMIT_REACHED. */
export const MAX_SENSORS = 16_384;

/** Clients in one timeline. More is SENSOR_LIMIT_REACHED. */
export const MAX_CLIENTS = 65_536;

/** Clients of one sensor. More is SENSOR_LIMIT_REACHED. */
export const MAX_CLIENTS_PER_SENSOR = 1024;

/** Channels of one sensor. */
export const MAX_CHANNELS = 64;

/** 10 kHz: ten times the rate that a thread woken by the kernel was measured to hold. */
export const MIN_INTERVAL_NS = 100_000n;

/** 31 days. */
export const MAX_INTERVAL_NS = 2_678_400_000_000_000n;

/** One day: longest batching. */
export const MAX_REPORT_LATENCY_NS = 86_400_000_000_000n;

/** One hour: longest warm-up, conversion and step of a sensor. */
export const MAX_SENSOR_DURATION_NS = 3_600_000_000_000n;

/** The kernel's I2C controllers give up after one second unless told otherwise (`adapter->timeout = HZ`). */
export const DEFAULT_STEP_TIMEOUT_NS = 1_000_000_000n;

/** Retry delays double from here, unless the sensor's shortest interval is longer. */
export const DEFAULT_FIRST_RETRY_NS = 1_000_000n;

/** A chip that is plugged in again is found within this time and one interval of its fastest client. */
export const DEFAULT_MAXIMUM_RETRY_NS = 10_000_000_000n;

/** Lateness is counted in this many octaves from 1 ns, up to 18 minutes; what is later counts as the last. */
export const LATENESS_OCTAVES = 40;

/** Equal parts of an octave: a percentile is told at most a quarter too late. */
export const LATENESS_STEPS_PER_OCTAVE = 4;
