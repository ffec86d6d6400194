/** Largest byte count that a permission can name: what one guest transaction can be. */
export const MAX_PERMITTED_BYTES = 8192;
/** Bytes per I2C transaction of a permission that does not say. */
export const DEFAULT_I2C_BYTES = 256;
/** Bytes per SPI transaction of a permission that does not say (spidev's default `bufsiz`). */
export const DEFAULT_SPI_BYTES = 4096;
/** SPI clock of a permission that does not say. */
export const DEFAULT_SPI_CLOCK_HZ = 1_000_000;
/** Fastest SPI clock that a permission can name: half of a Pi 3's 250 MHz core clock, the spidev divider's least. */
export const MAX_SPI_CLOCK_HZ = 125_000_000;
/** Shortest timer interval of a clock permission that does not say. */
export const DEFAULT_MINIMUM_INTERVAL_MS = 1;
/** Shortest timer interval that a permission can name. */
export const MIN_TIMER_INTERVAL_MS = 0.1;
/** Longest timer interval that a permission can ask for: an hour. */
export const MAX_TIMER_INTERVAL_MS = 3_600_000;
/** Log and standard output of a log permission that does not say. */
export const DEFAULT_LOG_BYTES_PER_SECOND = 65_536;
/** Log and standard output that a log permission can name, bytes per second. */
export const MAX_LOG_BYTES_PER_SECOND = 16_777_216;
/** Largest window: 16 MiB, the BCM2835 peripheral block (BCM2835 ARM Peripherals, section 1.2.3). */
export const MAX_WINDOW_BYTES = 16 * 1024 * 1024;
/** Most registers that one window's permission can grant; a larger one wants a driver of its own. */
export const MAX_GRANTED_REGISTERS = 4096;
/** Fastest sensor rate that a board file or a permission can name: the scheduler's shortest interval, 0.1 ms. */
export const MAX_SENSOR_RATE_HZ = 10_000;
/** Sensor rate of a permission that does not say. */
export const DEFAULT_SENSOR_RATE_HZ = 10;
/** Slowest sensor rate that a board file or a permission can name: the scheduler's longest interval is 31 days. */
export const MIN_SENSOR_RATE_HZ = 0.000_001;
/** Longest topic of a message permission, characters. */
export const MAX_TOPIC_LENGTH = 256;
/** Longest host of a connection permission: a DNS name has at most 253 characters (RFC 1035, section 2.3.4). */
export const MAX_HOST_LENGTH = 253;
