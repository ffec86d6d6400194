/** GPIO chips that are looked at to find one by its label. */
export const MAX_GPIO_CHIPS = 64;

/** Nodes of the device tree that are looked at for reserved lines (a Raspberry Pi 5 has some 700), and how deep they are. */
export const MAX_DEVICE_TREE_NODES = 8192;
export const MAX_DEVICE_TREE_DEPTH = 16;

/** Lines of one chip whose names are asked for; a board file has none behind them. */
export const MAX_NAMED_LINES = 1024;

/** Edge events that the kernel keeps for a line until they are read; it then drops the oldest (a gap in `sequence`). */
export const KERNEL_EDGE_EVENTS = 256;

/** Edges of all lines on their way from the thread that waits for them; the oldest are dropped (a gap in `sequence`). */
export const MAX_WAITING_EDGES = 4096;

/** Lines with edge events at the same time in one process. */
export const MAX_WATCHED_LINES = 128;

/**
 * Edges of one line within STORM_WINDOW_MS. More is a storm: the line's interrupts are switched off for STORM_PAUSE_MS, counted,
 * and visible as a gap in `sequence`.
 */
export const MAX_EDGES_PER_WINDOW = 1000;
export const STORM_WINDOW_MS = 100;
export const STORM_PAUSE_MS = 100;

/** Longest wait of the thread that waits for edges: it blocks the end of the process as long. */
export const EDGE_POLL_MS = 100;

/** How long `watch` and `unwatch` wait for that thread, which has to start first. */
export const EDGE_ANSWER_MS = 10_000;

/** Longest operation that i2c-dev takes, bytes (drivers/i2c/i2c-dev.c). */
export const I2C_OPERATION_BYTES = 8192;

/** Most operations of one transaction: I2C_RDWR_IOCTL_MAX_MSGS of linux/i2c-dev.h. */
export const I2C_OPERATIONS = 42;

/** Bytes of all operations of one I2C transaction. */
export const I2C_TRANSACTION_BYTES = 65_536;

/** Most operations of one SPI transaction: the size field of SPI_IOC_MESSAGE has 14 bits, a transfer 32 bytes. */
export const SPI_OPERATIONS = 511;

/** What spidev takes in one message unless its `bufsiz` says otherwise (drivers/spi/spidev.c). */
export const DEFAULT_SPI_BYTES = 4096;

/** Most bytes of one SPI transaction, also where `bufsiz` is more. */
export const MAX_SPI_BYTES = 1_048_576;

/** Longest delay after an SPI operation: 16 bits of microseconds in `struct spi_ioc_transfer`. */
export const SPI_DELAY_US = 65_535;

/** Fastest SPI clock that may be asked for; the controller takes the nearest below that it has. */
export const SPI_CLOCK_HZ = 125_000_000;

/** PWM controllers that are looked at to find one by its device. */
export const MAX_PWM_CHIPS = 64;

/**
 * After an export udev needs a moment to give the files to a group (0.2 to 0.4 s were reported): so often and so far apart is it
 * tried again, 1 s in all for one opening.
 */
export const UDEV_RETRIES = 100;
export const UDEV_RETRY_MS = 10;

/** Longest register window, bytes. */
export const MMIO_BYTES = 16_777_216;
